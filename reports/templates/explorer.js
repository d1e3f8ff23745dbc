"use strict";
// The searchable table of all mailboxes. Text of the tenant is only ever set through textContent.
(async () => {
  const find = (id) => document.getElementById(id);
  const packed = find("packed");
  if (!packed) return;

  const unpack = async () => {
    const bytes = Uint8Array.from(atob(packed.textContent.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  };

  let book;
  try {
    book = await unpack();
  } catch {
    const failed = find("explorer-failed");
    failed.textContent = failed.dataset.text;
    failed.hidden = false;
    return;
  }

  const { words, cases } = book;
  const total = book.name.length;
  const haystack = book.name.map((name, row) => `${name}\n${book.address[row]}`.toLocaleLowerCase());
  const number = new Intl.NumberFormat(words.locale);
  const collator = new Intl.Collator(words.locale, { numeric: true });
  const viewport = find("viewport");
  const body = find("rows").tBodies[0];
  const detail = find("detail");
  let shown = Array.from({ length: total }, (_, row) => row);
  let chosen = -1;

  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  const fillOptions = (id, titles) =>
    titles.forEach((title, value) => {
      const option = make("option", "", title);
      option.value = value;
      find(id).append(option);
    });

  const outcome = (row, method) => cases[book.case[row]].outcomes[method];

  // --- rows: only those in sight are in the document ---------------------------------------------------------------
  const rowHeight = () => parseFloat(getComputedStyle(viewport).getPropertyValue("--row"));

  const makeSpace = (height) => {
    const row = make("tr", "space");
    const cell = make("td");
    cell.colSpan = 6;
    cell.style.height = `${height}px`;
    row.append(cell);
    row.setAttribute("aria-hidden", "true");
    return row;
  };

  const makeRow = (row, place) => {
    const line = make("tr", row === chosen ? "chosen" : "");
    line.setAttribute("aria-rowindex", place + 2);
    const head = make("th");
    head.scope = "row";
    const open = make("button", "open");
    open.type = "button";
    open.append(make("bdi", "name", book.name[row] || book.address[row]), make("bdi", "address", book.address[row]));
    open.addEventListener("click", () => choose(row));
    head.append(open);
    line.append(head, make("td", "", book.kinds[book.kind[row]]));
    const flag = make("td");
    flag.append(make("span", `tag tone-${book.tones[book.flag[row]]}`, book.flags[book.flag[row]]));
    if (book.aside[row]) flag.append(make("span", "soft aside", book.apart[book.aside[row]]));
    const reply = cases[book.case[row]].replies[0];
    const cell = make("td");
    cell.append(make("div", "reply", reply ? reply.text : ""));
    line.append(
      flag,
      make("td", "", book.outcomes[outcome(row, 0)]),
      make("td", "", book.outcomes[outcome(row, 1)]),
      cell,
    );
    return line;
  };

  const draw = () => {
    const height = rowHeight();
    const first = Math.max(0, Math.floor(viewport.scrollTop / height) - 10);
    const last = Math.min(shown.length, first + Math.ceil(viewport.clientHeight / height) + 20);
    const rows = shown.slice(first, last).map((row, place) => makeRow(row, first + place));
    body.replaceChildren(makeSpace(first * height), ...rows, makeSpace((shown.length - last) * height));
  };

  // --- one mailbox -------------------------------------------------------------------------------------------------
  const addList = (title, lines) => {
    if (!lines.length) return;
    detail.append(make("h4", "", title));
    lines.forEach((line) => detail.append(line));
  };

  const makeRemedy = (remedy, address) => {
    const fill = (text) => text.replaceAll(words.place, () => address.replaceAll("'", "''"));
    const box = make("div", "remedy");
    box.append(make("p", "", `${remedy.gate}: ${remedy.text}`));
    if (remedy.command) box.append(make("pre", "", fill(remedy.command)));
    if (remedy.portal) box.append(make("p", "portal", `${words.portal}: ${remedy.portal}`));
    if (remedy.undo) box.append(make("p", "undo", `${words.undo}: ${fill(remedy.undo)}`));
    return box;
  };

  const choose = (row) => {
    chosen = row;
    const story = cases[book.case[row]];
    const head = make("h3");
    head.append(make("bdi", "", book.name[row] || book.address[row]));
    detail.replaceChildren(head, make("p", "soft", book.address[row]));
    const verdicts = make("p");
    book.methods.forEach((method, place) =>
      verdicts.append(make("span", "verdict", `${method}: ${book.outcomes[story.outcomes[place]]}`)),
    );
    verdicts.append(make("span", "verdict soft", `${words.confidence}: ${story.confidence}`));
    detail.append(verdicts);
    addList(words.because, [...story.because, ...story.notes].map((text) => make("p", "", text)));
    addList(words.reply, story.replies.map((reply) => make("pre", "", `${reply.stage}: ${reply.text}`)));
    addList(words.others, story.others.map((text) => make("pre", "", text)));
    addList(words.remedy, story.remedies.map((remedy) => makeRemedy(remedy, book.address[row])));
    detail.hidden = false;
    draw();
  };

  // --- filter and order --------------------------------------------------------------------------------------------
  const keys = {
    name: (a, b) => collator.compare(book.name[a] || book.address[a], book.name[b] || book.address[b]),
    kind: (a, b) => collator.compare(book.kinds[book.kind[a]], book.kinds[book.kind[b]]),
    flag: (a, b) => book.flag[a] - book.flag[b],
    basic: (a, b) => outcome(a, 0) - outcome(b, 0),
    oauth: (a, b) => outcome(a, 1) - outcome(b, 1),
  };
  let order = "";
  let direction = 1;

  const filter = () => {
    const parts = find("find").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const [flag, basic, kind] = ["by-flag", "by-outcome", "by-kind"].map((id) => find(id).value);
    shown = [];
    for (let row = 0; row < total; row += 1) {
      if (flag !== "" && book.flag[row] !== Number(flag)) continue;
      if (basic !== "" && outcome(row, 0) !== Number(basic)) continue;
      if (kind !== "" && book.kind[row] !== Number(kind)) continue;
      if (parts.every((part) => haystack[row].includes(part))) shown.push(row);
    }
    if (order) shown.sort((a, b) => direction * keys[order](a, b));
    const counted = words.count.replace("{shown}", number.format(shown.length)).replace("{total}", number.format(total));
    find("count").textContent = shown.length ? counted : words.none;
    find("rows").setAttribute("aria-rowcount", shown.length + 1);
    viewport.scrollTop = 0;
    draw();
  };

  const sortBy = (button) => {
    direction = order === button.dataset.sort ? -direction : 1;
    order = button.dataset.sort;
    find("rows").querySelectorAll("th[aria-sort]").forEach((head) => head.removeAttribute("aria-sort"));
    button.parentElement.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    filter();
  };

  fillOptions("by-flag", book.flags);
  fillOptions("by-outcome", book.outcomes);
  fillOptions("by-kind", book.kinds);
  find("explorer").hidden = false;
  find("find").value = new URLSearchParams(location.hash.slice(1)).get("find") ?? "";
  find("find").addEventListener("input", () => requestAnimationFrame(filter));
  ["by-flag", "by-outcome", "by-kind"].forEach((id) => find(id).addEventListener("change", filter));
  find("rows").querySelectorAll("button[data-sort]").forEach((button) =>
    button.addEventListener("click", () => sortBy(button)),
  );
  find("explorer").querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  viewport.addEventListener("scroll", () => requestAnimationFrame(draw), { passive: true });
  window.addEventListener("resize", () => requestAnimationFrame(draw));
  filter();
})();
