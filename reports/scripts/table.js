  // Rows: only those in sight are in the document; the library says which.
  const total = book.address.length;
  const viewport = find("viewport");
  const table = find("rows");
  const body = table.tBodies[0];
  const columns = table.tHead.rows[0].cells.length;
  let shown = Array.from({ length: total }, (_, row) => row);
  let drawn = new Map();
  let wanted = -1; // the place that gets the focus once it is drawn

  const makeSpace = () => {
    const line = make("tr", "space", make("td"));
    line.setAttribute("aria-hidden", "true");
    line.firstChild.colSpan = columns;
    return line;
  };
  const above = makeSpace();
  const below = makeSpace();

  const makeRow = (place) => {
    const row = shown[place];
    const { outcomes, replies } = caseOf(row);
    const open = make("button", "open", make("bdi", "name", nameOf(row)), make("bdi", "address", book.address[row]));
    open.type = "button";
    open.dataset.place = place;
    const head = make("th", "", open);
    head.scope = "row";
    const flag = make("td", "", make("span", `tag tone-${book.tones[book.flag[row]]}`, book.flags[book.flag[row]]));
    if (book.aside[row]) flag.append(make("span", "soft aside", book.apart[book.aside[row]]));
    const line = make(
      "tr", "", head, make("td", "", book.kinds[book.kind[row]]), flag,
      make("td", "", book.outcomes[outcomes[0]]), make("td", "", book.outcomes[outcomes[1]]),
      make("td", "", book.uses[book.used[row]]),
      make("td", "", make("div", "reply", replies.length ? book.texts[replies[0][1]] : "")),
    );
    line.setAttribute("aria-rowindex", place + 2);
    return line;
  };

  const draw = () => {
    const items = virtualizer.getVirtualItems();
    const kept = new Map(items.map(({ index }) => [index, drawn.get(index) ?? makeRow(index)]));
    const start = items.length ? items[0].start : 0;
    const end = items.length ? items[items.length - 1].end : 0;
    above.firstChild.style.height = `${start}px`;
    below.firstChild.style.height = `${virtualizer.getTotalSize() - end}px`;
    drawn.forEach((line, index) => kept.has(index) || line.remove());
    let last = above;
    kept.forEach((line) => {
      if (last.nextSibling !== line) last.after(line);
      last = line;
    });
    drawn = kept;
    if (drawn.has(wanted)) {
      drawn.get(wanted).querySelector("button").focus({ preventScroll: true });
      wanted = -1;
    }
  };

  const height = parseFloat(getComputedStyle(viewport).getPropertyValue("--row"));
  body.append(above, below);
  const virtualizer = new virtual.Virtualizer({
    count: total,
    getScrollElement: () => viewport,
    estimateSize: () => height,
    overscan: 12,
    scrollPaddingStart: table.tHead.offsetHeight,
    observeElementRect: virtual.observeElementRect,
    observeElementOffset: virtual.observeElementOffset,
    scrollToFn: virtual.elementScroll,
    onChange: () => draw(),
  });

  const showRows = (rows) => {
    shown = rows;
    drawn.forEach((line) => line.remove());
    drawn = new Map();
    table.setAttribute("aria-rowcount", shown.length + 1);
    virtualizer.setOptions({ ...virtualizer.options, count: shown.length });
    viewport.scrollTop = 0;
    virtualizer.measure();
    virtualizer._willUpdate();
    draw();
  };

  // Arrow keys walk from row to row, beyond those that are drawn too.
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };
  body.addEventListener("keydown", (event) => {
    const button = event.target.closest("button.open");
    if (!button || !(event.key in steps)) return;
    event.preventDefault();
    wanted = Math.max(0, Math.min(shown.length - 1, Number(button.dataset.place) + steps[event.key]));
    virtualizer.scrollToIndex(wanted, { align: "auto" });
    draw();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest("button.open");
    if (button) openMailbox(shown[button.dataset.place]);
  });
