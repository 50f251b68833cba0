"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const SPLIT = 0.08; // a page's margin, as a share of the pane, kept above what is scrolled to
const keyed = (key) => (key ? all(`[data-key="${CSS.escape(key)}"]`) : []);

// Filter: items of the list that fit the search text and the choices; long lists page by page.
function filtering(form) {
  const list = document.getElementById(form.dataset.list), step = Number(form.dataset.step) || Infinity;
  const pager = one(`.pager[data-list="${form.dataset.list}"]`);
  let first = 0;
  const content = new WeakMap(); // the text of an item, read once
  const textOf = (item) => { if (!content.has(item)) content.set(item, item.textContent.toLowerCase()); return content.get(item); };
  const apply = () => {
    const words = form.elements.text.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const choices = all("select", form).filter((s) => s.value).map((s) => [s.name, s.value]);
    const items = all(".item", list), hidden = new Set(), fitting = [];
    for (const item of items) {
      const chosen = choices.every(([name, value]) => item.dataset[name].split(" ").includes(value));
      const fits = chosen && (!form.elements.review.checked || item.dataset.review === "1") && words.every((w) => textOf(item).includes(w));
      if (fits) fitting.push(item);
      else if (item.dataset.key) hidden.add(item.dataset.key);
      item.hidden = !fits;
    }
    first = Math.min(first, Math.max(0, Math.ceil(fitting.length / step - 1) * step || 0));
    fitting.forEach((item, at) => { item.hidden = at < first || at >= first + step; });
    for (const group of all(".group").reverse()) group.hidden = !one(".item:not([hidden])", group);
    for (const rect of all("rect")) rect.classList.toggle("dim", hidden.has(rect.dataset.key));
    form.elements.shown.value = fitting.length === items.length ? `${items.length} 項` : `${fitting.length} / ${items.length} 項`;
    if (pager) {
      pager.hidden = fitting.length <= step;
      one("output", pager).value = `${first + 1}–${Math.min(first + step, fitting.length)}`;
      for (const button of all("button", pager)) button.disabled = button.value < 0 ? first === 0 : first + step >= fitting.length;
    }
  };
  form.addEventListener("input", () => { first = 0; apply(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  pager?.addEventListener("click", (event) => { if (event.target.value) { first += event.target.value * step; apply(); scrollTo(0, 0); } });
  sorting(list, () => { first = 0; apply(); });
  apply();
}

// Sort: the rows of a table by the column whose heading is pressed, once more the other way.
function sorting(table, done) {
  for (const button of all("th button", table)) button.addEventListener("click", () => {
    const head = button.closest("th"), up = head.ariaSort !== "ascending", at = Number(button.dataset.column), body = one("tbody", table);
    const compare = new Intl.Collator("zh-Hant", { numeric: true }).compare;
    const keys = new Map(all("tr.item", body).map((row) => [row, row.cells[at].textContent.trim()]));
    all("th", table).forEach((th) => { th.ariaSort = "none"; });
    head.ariaSort = up ? "ascending" : "descending";
    body.append(...[...keys.keys()].sort((a, b) => (up ? 1 : -1) * compare(keys.get(a), keys.get(b))));
    done();
  });
}

// Highlight: whatever carries the key of what is pointed at, on the pages and in the list.
function highlighting(pages, rows) {
  const light = (key, on) => keyed(key).forEach((node) => node.classList.toggle("on", on));
  let lit = null, chosen = null, pointer = "";
  const point = (key) => {
    if (key === lit) return;
    light(lit, false);
    lit = key;
    light(lit, true);
  };
  const keyOf = (event) => event.target.closest("[data-key]")?.dataset.key || null;
  // A list that scrolls under a resting pointer also gives pointerover: only a moved one points.
  const moved = (event) => { const at = `${event.screenX},${event.screenY}`, other = at !== pointer; pointer = at; return other; };
  document.addEventListener("pointermove", moved);
  document.addEventListener("pointerover", (event) => { if (moved(event)) point(keyOf(event) || chosen); });
  const toPage = (node) => {
    const figure = node.closest("figure");
    if (figure) pages.scrollTo({ top: pages.scrollTop + node.getBoundingClientRect().top - pages.getBoundingClientRect().top - pages.clientHeight * SPLIT, behavior: "auto" });
  };
  const choose = (key, from) => {
    all(".chosen").forEach((node) => node.classList.remove("chosen"));
    chosen = key;
    point(key);
    const nodes = keyed(key), row = nodes.find((n) => rows.contains(n));
    row?.classList.add("chosen");
    if (from !== "rows") row?.scrollIntoView({ block: "nearest" });
    const rect = nodes.find((n) => pages.contains(n));
    if (rect && from !== "pages") toPage(rect);
    if (row?.tabIndex === 0 && document.activeElement !== row && from !== "focus") row.focus({ preventScroll: from === "rows" });
  };
  pages.addEventListener("click", (event) => { const key = keyOf(event); if (key) choose(key, "pages"); });
  rows.addEventListener("click", (event) => {
    const page = event.target.closest("button.page");
    if (page) { const figure = document.getElementById(`page-${page.dataset.page}`); if (figure) toPage(one("svg", figure)); return; }
    const key = keyOf(event);
    if (key && !event.target.closest("button")) choose(key, "rows");
  });
  rows.addEventListener("focusin", (event) => { if (event.target.matches("article")) choose(event.target.dataset.key, "focus"); });
  const follow = () => { const row = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1))); if (row?.dataset.key) choose(row.dataset.key, "keys"); };
  addEventListener("hashchange", follow);
  follow();
  return { choose, chosen: () => chosen };
}

// Steps from article to article among those that are shown; false where there is none.
function stepping(rows, light) {
  return (by, selector = "") => {
    const order = all("article", rows), at = order.findIndex((a) => a.dataset.key === light.chosen());
    const open = all(`article${selector}:not([hidden])`, rows).filter((a) => !a.closest("[hidden]"));
    const next = by > 0 ? open.find((a) => order.indexOf(a) > at) : open.findLast((a) => order.indexOf(a) < at);
    if (next) light.choose(next.dataset.key, "keys");
    return !!next;
  };
}

// Keys: one table of what each does, left alone while something is typed.
function keyboard(actions) {
  const shared = { "/": () => one("[name=text]")?.focus(), "?": () => one("#keys").showModal() };
  const known = { ...shared, ...actions };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in known)) return;
    if (typing) { if (event.key === "Escape" && !typing.closest("dialog")) typing.blur(); return; }
    event.preventDefault();
    known[event.key]();
  });
  one("#help")?.addEventListener("click", () => one("#keys").showModal());
}

const review = {};
all("form.filters").forEach(filtering);
if (document.body.classList.contains("plan")) {
  const rows = one("#rows");
  review.light = highlighting(one("#pages"), rows);
  review.step = stepping(rows, review.light);
  const doubt = "[data-review='1']";
  review.keys = {
    j: () => review.step(1), k: () => review.step(-1), n: () => review.step(1, doubt), p: () => review.step(-1, doubt), Escape: () => review.light.choose(null, "keys"),
  };
}
if (!one("#desk")) keyboard(review.keys || {});
