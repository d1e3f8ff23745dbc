  // One mailbox: what, why, the reply in full, the chain of gates, what opens it, where to click, the cmdlet, the undo.
  const { words } = book;
  const sheet = find("detail");
  const marks = { open: "✓", closed: "✕", depends: "≈", unknown: "?" };
  const read = (places) => places.map((place) => book.texts[place]);
  const caseOf = (row) => book.cases[book.case[row]];
  const nameOf = (row) => book.name[row] || book.address[row];

  const section = (title, ...content) => {
    if (content.length) find("detail-body").append(make("h3", "", title), ...content);
  };

  const drawLink = ([gate, state, because, evidence, deciding]) => {
    const head = make("p", "link-head", make("span", "link-title", book.gates[gate]), " ", make("span", "link-answer", book.states[state]));
    const item = make("li", `step is-${state}${deciding ? " deciding" : ""}`, make("span", "mark", marks[state]), head);
    item.firstChild.setAttribute("aria-hidden", "true");
    if (deciding) head.append(" ", make("span", "tag", words.decides));
    item.append(make("p", "", book.texts[because]));
    read(evidence).forEach((line) => item.append(make("p", "raw", make("code", "", line))));
    return item;
  };

  const drawRemedy = ([gate, text, command, portal, undo], address) => {
    const fill = (line) => line.replaceAll(words.place, () => address.replaceAll("'", "''"));
    const [said, typed, clicked, undone] = read([text, command, portal, undo]);
    const box = make("div", "remedy", make("p", "", make("b", "", `${book.gates[gate]}: `), said));
    if (typed) box.append(make("pre", "", make("code", "", fill(typed))));
    if (clicked) box.append(make("p", "portal", make("span", "soft", words.portal), " ", clicked));
    if (undone) box.append(make("p", "undo", make("span", "soft", words.undo), " ", make("code", "", fill(undone))));
    return box;
  };

  const drawReply = ([stage, text]) => make("p", "wire", make("span", "soft", book.texts[stage]), " ", make("code", "", book.texts[text]));

  const drawMailbox = (row) => {
    const story = caseOf(row);
    const flag = book.flag[row];
    find("detail-name").textContent = nameOf(row);
    find("detail-address").textContent = book.address[row];
    find("detail-body").replaceChildren(
      make("p", "facts", make("span", `tag tone-${book.tones[flag]}`, book.flags[flag]), book.flagMeanings[flag], " ", make("code", "soft", book.flagCodes[flag])),
      make("p", "", book.texts[book.why[row]]),
      list("ul", "verdicts", book.methods.map((method, place) => `${method}: ${book.outcomes[story.outcomes[place]]}`)),
      make("p", "soft", `${words.confidence}: ${book.texts[story.confidence]}`),
    );
    section(words.reply, ...story.replies.map(drawReply));
    section(words.others, ...read(story.others).map((line) => make("p", "wire", make("code", "", line))));
    const chain = make("ol", "steps");
    chain.setAttribute("aria-label", words.chain);
    chain.append(...story.chain.map(drawLink));
    section(words.chain, chain);
    if (story.notes.length) section(words.notes, ...read(story.notes).map((line) => make("p", "", line)));
    section(words.use, make("p", "", book.texts[book.use[row]]));
    const title = book.flagCodes[flag] === "exposed" ? words.closing : words.remedy;
    if (story.remedies.length) section(title, ...story.remedies.map((remedy) => drawRemedy(remedy, book.address[row])));
    section(words.route, ...read(book.routes[book.route[row]]).map((line) => make("p", "", line)));
    if (book.waiver[row]) section(words.waiver, make("p", "", book.texts[book.waiver[row]]));
  };

  const openMailbox = (row) => {
    drawMailbox(row);
    sheet.showModal();
    find("detail-body").scrollTop = 0;
  };

  find("detail-close").addEventListener("click", () => sheet.close());
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // the space beside it
  });
