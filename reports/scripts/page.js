  const find = (id) => document.getElementById(id);

  const make = (tag, className, ...content) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.append(...content.filter((item) => item !== undefined && item !== ""));
    return element;
  };

  const list = (tag, className, items) => {
    const element = make(tag, className);
    items.forEach((item) => element.append(make("li", "", item)));
    return element;
  };
