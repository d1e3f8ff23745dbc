  // @tanstack/virtual-core (MIT, reports/vendor/): which of a hundred thousand rows are in sight.
  /*
{% include "vendor/tanstack-virtual-core/LICENSE" %}
  */
  const virtual = (() => {
    const process = { env: { NODE_ENV: "production" } };
    const kept = {};
    const require = (name) => kept[name];
    const keep = (name, fill) => {
      kept[name] = {};
      fill(kept[name]);
    };
{% for name in ("utils", "lazy-measurements", "scroll-classifier", "ios-gesture", "index") %}
    keep("./{{ name }}.cjs", (exports) => {
{% include "vendor/tanstack-virtual-core/" ~ name ~ ".cjs" %}

    });
{% endfor %}
    return kept["./index.cjs"];
  })();
