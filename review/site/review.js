"use strict";

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const SPLIT = 0.08; // a page's margin, as a share of the pane, kept above what is scrolled to

// Filter: items of the list that fit the search text, the finding and the review box.
function filtering(form) {
  const items = all(".item", document.getElementById(form.dataset.list));
  const { text, code, review, shown } = form.elements;
  const apply = () => {
    const words = text.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    const hidden = new Set();
    for (const item of items) {
      const content = item.textContent.toLowerCase();
      const fits = words.every((w) => content.includes(w)) && (!code.value || item.dataset.codes.split(" ").includes(code.value)) && (!review.checked || item.dataset.review === "1");
      item.hidden = !fits;
      if (fits) left += 1;
      else if (item.dataset.key) hidden.add(item.dataset.key);
    }
    for (const group of all(".group").reverse()) group.hidden = !one(".item:not([hidden])", group);
    for (const rect of all("rect")) rect.classList.toggle("dim", hidden.has(rect.dataset.key));
    shown.value = left === items.length ? `${items.length} 項` : `${left} / ${items.length} 項`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  apply();
}

// Highlight: whatever carries the key of what is pointed at, on the pages and in the list.
function highlighting(pages, rows) {
  const byKey = new Map();
  for (const node of all("[data-key]")) byKey.set(node.dataset.key, [...(byKey.get(node.dataset.key) || []), node]);
  const light = (key, on) => (byKey.get(key) || []).forEach((node) => node.classList.toggle("on", on));
  let lit = null;
  const point = (key) => {
    if (key === lit) return;
    if (lit) light(lit, false);
    lit = key;
    if (lit) light(lit, true);
  };
  let chosen = null;
  const keyOf = (event) => event.target.closest("[data-key]")?.dataset.key || null;
  document.addEventListener("pointerover", (event) => point(keyOf(event) || chosen));
  const toPage = (node) => {
    const figure = node.closest("figure");
    if (figure) pages.scrollTo({ top: pages.scrollTop + node.getBoundingClientRect().top - pages.getBoundingClientRect().top - pages.clientHeight * SPLIT, behavior: "auto" });
  };
  const choose = (key, from) => {
    all(".chosen").forEach((node) => node.classList.remove("chosen"));
    chosen = key;
    point(key);
    const nodes = byKey.get(key) || [];
    const row = nodes.find((n) => rows.contains(n));
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
  return { choose, chosen: () => chosen };
}

// Corrections: lines of a CSV file as data/corrections/ takes them.
function correcting(data) {
  const form = one("#form"), fields = one("form", form).elements, lines = [], tray = one("#tray");
  const choice = fields.choice;
  let target = null;
  const remembered = (value) => { try { if (value !== undefined) localStorage.setItem("who", value); return localStorage.getItem("who") || ""; } catch { return ""; } };
  const quoted = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const csv = () => [data.header, ...lines].map((line) => line.map(quoted).join(",")).join("\r\n") + "\r\n";
  const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  const fill = () => {
    const column = fields.column.value, now = data.measures[target];
    fields.old.value = now[column];
    const done = now.corrected.includes(column) || lines.some((l) => l[1] === target && l[2] === column);
    one(".warn", form).hidden = !done;
    one("button[value=add]", form).disabled = done;
    const codes = column === "focus_code" ? data.codes.focus : column === "pillar_code" ? data.codes.pillar : [];
    choice.hidden = !codes.length;
    fields.new.hidden = !!codes.length;
    choice.replaceChildren(new Option("（無）", ""), ...codes.map(([code, text]) => new Option(`${code} ${text}`, code)));
    choice.value = fields.new.value = now[column];
  };
  const show = () => { tray.hidden = !lines.length; one("#count").textContent = lines.length; };
  const open = (key) => {
    if (!data.measures[key]) return;
    target = key;
    fields.column.replaceChildren(...data.columns.map((c) => new Option(c, c)));
    fields.column.value = "focus_code";
    fields.who.value = remembered();
    fill();
    form.showModal();
    (choice.hidden ? fields.new : choice).focus();
  };
  const download = () => {
    if (!lines.length) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv" }));
    link.download = `${data.plan.plan_id}-${today()}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };
  fields.column.addEventListener("change", fill);
  one("#cancel").addEventListener("click", () => form.close());
  one("form", form).addEventListener("submit", (event) => {
    const value = choice.hidden ? fields.new.value.replaceAll("\r\n", "\n") : choice.value, old = data.measures[target][fields.column.value];
    if (value === old) { event.preventDefault(); (choice.hidden ? fields.new : choice).focus(); return; }
    remembered(fields.who.value);
    lines.push([data.plan.plan_id, target, fields.column.value, old, value, fields.who.value, fields.why.value, today()]);
    show();
  });
  one("#download").addEventListener("click", download);
  one("#copy").addEventListener("click", () => navigator.clipboard?.writeText(csv()));
  one("#undo").addEventListener("click", () => { lines.pop(); show(); });
  one("#rows").addEventListener("click", (event) => { if (event.target.matches(".correct")) open(event.target.closest("article").dataset.key); });
  window.addEventListener("beforeunload", (event) => { if (lines.length) event.preventDefault(); });
  return { open, download };
}

function keyboard(rows, light, corrections) {
  const keys = one("#keys");
  const step = (by, selector) => {
    const articles = all(`article${selector}:not([hidden])`, rows).filter((a) => !a.closest("[hidden]"));
    if (!articles.length) return;
    const order = all("article", rows), at = order.findIndex((a) => a.dataset.key === light.chosen());
    const next = by > 0 ? articles.find((a) => order.indexOf(a) > at) : articles.findLast((a) => order.indexOf(a) < at);
    if (next) light.choose(next.dataset.key, "keys");
  };
  const actions = {
    j: () => step(1, ""), k: () => step(-1, ""), n: () => step(1, "[data-review='1']"), p: () => step(-1, "[data-review='1']"),
    c: () => light.chosen() && corrections.open(light.chosen()), "/": () => one(".filters [name=text]").focus(), d: corrections.download, "?": () => keys.showModal(),
    Escape: () => light.choose(null, "keys"),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea, dialog");
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) return;
    if (typing) { if (event.key === "Escape" && !typing.closest("dialog")) typing.blur(); return; }
    event.preventDefault();
    actions[event.key]();
  });
  one("#help").addEventListener("click", () => keys.showModal());
}

all("form.filters").forEach(filtering);
if (document.body.classList.contains("plan")) {
  const rows = one("#rows"), light = highlighting(one("#pages"), rows);
  keyboard(rows, light, correcting(JSON.parse(one("#data").textContent)));
}
