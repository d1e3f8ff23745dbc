  // Search, filters and order.
  const collator = new Intl.Collator(words.locale, { numeric: true });
  const number = new Intl.NumberFormat(words.locale);
  let haystack = null; // made when it is first needed: most readers never search

  const search = () => {
    haystack ??= book.name.map((name, row) => `${name}\n${book.address[row]}`.toLocaleLowerCase(words.locale));
    const parts = find("find").value.toLocaleLowerCase(words.locale).split(/\s+/).filter(Boolean);
    return parts.length ? (row) => parts.every((part) => haystack[row].includes(part)) : null;
  };

  // Each filter: the titles to choose from, and the choices that a row belongs to.
  const filters = {
    flag: [book.flags, (row) => [book.flag[row]]],
    basic: [book.outcomes, (row) => [caseOf(row).outcomes[0]]],
    reply: [book.replies.map((place) => book.texts[place]), (row) => [caseOf(row).reply]],
    gate: [book.gates, (row) => caseOf(row).stops],
    kind: [book.kinds, (row) => [book.kind[row]]],
    use: [book.uses, (row) => [book.used[row]]],
    policy: [book.policies, (row) => caseOf(row).policies],
  };

  const fillOptions = (select, titles, choices) => {
    const counts = new Array(titles.length).fill(0);
    for (let row = 0; row < total; row += 1) for (const choice of choices(row)) if (choice >= 0) counts[choice] += 1;
    titles.forEach((title, choice) => {
      if (!counts[choice]) return;
      const option = make("option", "", `${title} (${number.format(counts[choice])})`);
      option.value = choice;
      select.append(option);
    });
  };

  const keys = {
    name: (a, b) => collator.compare(nameOf(a), nameOf(b)),
    kind: (a, b) => collator.compare(book.kinds[book.kind[a]], book.kinds[book.kind[b]]),
    flag: (a, b) => book.flag[a] - book.flag[b],
    basic: (a, b) => caseOf(a).outcomes[0] - caseOf(b).outcomes[0],
    oauth: (a, b) => caseOf(a).outcomes[1] - caseOf(b).outcomes[1],
    use: (a, b) => book.used[a] - book.used[b] || book.sent[b] - book.sent[a],
    reply: (a, b) => caseOf(a).reply - caseOf(b).reply,
  };
  let order = "";
  let direction = 1;

  const filter = () => {
    const tests = Object.entries(filters)
      .map(([name, [, choices]]) => [find(`by-${name}`).value, choices])
      .filter(([value]) => value !== "")
      .map(([value, choices]) => (row) => choices(row).includes(Number(value)));
    const found = search();
    if (found) tests.push(found);
    const rows = [];
    for (let row = 0; row < total; row += 1) if (tests.every((test) => test(row))) rows.push(row);
    if (order) rows.sort((a, b) => direction * keys[order](a, b) || a - b);
    const counted = words.count.replace("{shown}", number.format(rows.length)).replace("{total}", number.format(total));
    find("count").textContent = rows.length ? counted : words.none;
    showRows(rows);
  };

  const sortBy = (button) => {
    direction = order === button.dataset.sort ? -direction : 1;
    order = button.dataset.sort;
    table.querySelectorAll("th[aria-sort]").forEach((head) => head.removeAttribute("aria-sort"));
    button.parentElement.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    filter();
  };

  const clear = () => {
    find("find").value = "";
    Object.keys(filters).forEach((name) => (find(`by-${name}`).value = ""));
  };

  // A part of the report can point to its mailboxes: <a href="#all" data-filter="flag" data-value="exposed">.
  const follow = ({ dataset }) => {
    clear();
    const choice = dataset.filter === "flag" ? book.flagCodes.indexOf(dataset.value) : Number(dataset.value);
    find(`by-${dataset.filter}`).value = choice;
    filter();
  };

  find("explorer").hidden = false;
  find("find").value = new URLSearchParams(location.hash.slice(1)).get("find") ?? "";
  let waiting = 0;
  find("find").addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(filter);
  });
  Object.keys(filters).forEach((name) => find(`by-${name}`).addEventListener("change", filter));
  find("clear").addEventListener("click", () => {
    clear();
    filter();
  });
  table.querySelectorAll("button[data-sort]").forEach((button) => button.addEventListener("click", () => sortBy(button)));
  document.querySelectorAll("a[data-filter]").forEach((link) => link.addEventListener("click", () => follow(link)));
  find("explorer").querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  virtualizer._didMount();
  filter();
  // After the first rows are seen, and one filter at a time: counting a hundred thousand rows takes a moment.
  for (const [name, [titles, choices]] of Object.entries(filters)) {
    await new Promise((done) => setTimeout(done));
    fillOptions(find(`by-${name}`), titles, choices);
  }
  document.documentElement.dataset.ready = "true";
