"use strict";
// The table of all mailboxes: unpacked from the page itself, searched, filtered and sorted here; no request is made.
// Text of the tenant is only ever set through textContent. The parts share one scope and run in this order.
(async () => {
{% include "vendor.js" %}

{% include "page.js" %}

{% include "unpack.js" %}

  if (!book) return;
{% include "detail.js" %}

{% include "table.js" %}

{% include "filters.js" %}
})();
