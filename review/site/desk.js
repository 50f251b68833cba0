"use strict";

// The desk: what a person decides is sent at once; the server answers with the rows as they are now.
const state = JSON.parse(one("#desk").textContent), told = one("#told");
const data = JSON.parse(one("#data")?.textContent || "{}");
const tell = (text) => { told.value = text; };
const kept = (name, value) => { try { if (value !== undefined) localStorage.setItem(name, value); return localStorage.getItem(name) || ""; } catch { return ""; } };
const undone = { // decisions of this tab that can still be taken back; they outlive a reload
  all: () => { try { return JSON.parse(sessionStorage.getItem("undo") || "[]"); } catch { return []; } },
  put: (ids) => { try { sessionStorage.setItem("undo", JSON.stringify(ids.slice(-200))); } catch { /* a private window: no undo after a reload */ } },
};

async function ask(path, body) {
  const send = () => fetch(path, { method: body ? "POST" : "GET", headers: body ? { "content-type": "application/json", "x-csrf-token": state.csrf } : {}, body: body && JSON.stringify(body) });
  let answer = await send();
  if (body && answer.status === 403) { // the desk was started anew: it has another token
    state.csrf = (await (await fetch("/status")).json()).csrf;
    answer = await send();
  }
  const found = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(found.error || `錯誤 ${answer.status}`), { found });
  return found;
}

let queue = Promise.resolve(); // one after the other, in the order of the keys
const inOrder = (task, failed) => {
  queue = queue.then(task).catch((error) => { tell(error.message); if (error.found?.rows) show(error.found.rows); failed?.(); });
  return queue;
};

function progress(p) {
  one("#done").textContent = p.done;
  one("#left").textContent = p.left;
  one("#publish").hidden = !p.pending;
  one("#publish").disabled = p.publishing;
  if (p.publishing) tell(p.total ? `發布中 ${p.at} / ${p.total}` : "發布中 …");
}

function show(rows) {
  for (const [key, row] of Object.entries(rows)) {
    if (data.measures) data.measures[key] = row;
    const old = one(`article[data-key="${CSS.escape(key)}"]`);
    if (!old) continue;
    const fresh = new DOMParser().parseFromString(row.html, "text/html").body.firstElementChild;
    const chosen = review.light?.chosen() === key;
    old.replaceWith(fresh);
    if (chosen) review.light.choose(key, "keys");
  }
}

// A decision: sent and shown; the hand need not wait for it. One that is refused comes back.
const sent = new Set(); // measures whose decision is on its way: a key pressed twice decides once
function decide(body, after, failed) {
  const ids = body.items.map((i) => i.measure_id);
  if (ids.some((id) => sent.has(id))) return queue;
  ids.forEach((id) => sent.add(id));
  return inOrder(async () => {
    const found = await ask("/decisions", { who: one("#who").value, ...body });
    undone.put([...undone.all(), found.id]);
    show(found.rows);
    progress(found.progress);
    tell(found.told);
    after?.(found);
  }, failed).finally(() => ids.forEach((id) => sent.delete(id)));
}
function undo() {
  const ids = undone.all();
  if (!ids.length) { tell("沒有可復原的決定"); return; }
  inOrder(async () => {
    undone.put(ids.slice(0, -1));
    const found = await ask("/undo", { id: ids.at(-1) });
    if (document.body.classList.contains("doubts")) { location.reload(); return; }
    progress(found.progress);
    tell(found.told);
    const here = Object.keys(found.rows).find((key) => data.measures?.[key]);
    if (here || !found.place) { show(found.rows); if (here) review.light?.choose(here, "keys"); } else location.assign(found.place);
  });
}

// The form of a correction: digits choose among the values there are, the likeliest first.
function correcting() {
  const form = one("#form"), fields = one("form", form).elements, list = one(".choices", form);
  let about = null;
  const values = () => about.choices[fields.column.value]?.codes || [];
  const fill = () => {
    fields.old.value = about.values[fields.column.value];
    fields.new.value = fields.old.value;
    const known = values();
    one(".free", form).hidden = !!known.length;
    const texts = (about.texts || data.texts)[fields.column.value] || {}, printed = about.choices[fields.column.value]?.printed || 0;
    list.replaceChildren(...known.map((value, at) => {
      const item = document.createElement("li"), button = document.createElement("button");
      button.type = "button"; button.value = value; button.className = at < printed ? "printed" : "";
      button.textContent = `${at < 9 ? `${at + 1}　` : ""}${value === texts[value] ? "" : value} ${texts[value] || ""}${at < printed ? "　（本格所印）" : ""}`;
      if (value === fields.old.value) button.setAttribute("aria-current", "true");
      item.append(button);
      return item;
    }));
    (known.length ? one("button:not([aria-current])", list) : fields.new).focus();
  };
  const save = (value) => {
    const column = fields.column.value;
    if (value === fields.old.value && !about.id) { tell("與現值相同；無誤請按 y"); return; }
    form.close();
    about.send({ action: "correct", column, new: value, why: fields.why.value });
  };
  fields.column.addEventListener("change", fill);
  list.addEventListener("click", (event) => { const button = event.target.closest("button"); if (button) save(button.value); });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey && !values().length) { event.preventDefault(); save(fields.new.value); return; }
    if (event.target.matches("input, textarea, select")) return;
    const buttons = all("button", list), at = buttons.indexOf(document.activeElement);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && buttons.length) { event.preventDefault(); buttons.at((at + by) % buttons.length).focus(); }
    const digit = /^[1-9]$/.test(event.key) && values()[Number(event.key) - 1];
    if (digit) { event.preventDefault(); save(digit); }
  });
  one("form", form).addEventListener("submit", (event) => { event.preventDefault(); if (!values().length) save(fields.new.value); });
  one("#cancel").addEventListener("click", () => form.close());
  return (what) => {
    about = what;
    one("#form-title").textContent = what.title;
    fields.column.replaceChildren(...Object.keys(what.values).map((c) => new Option(`${data.names[c] || c}（${c}）`, c)));
    fields.column.value = what.column;
    form.showModal();
    fill();
  };
}
const correct = correcting();

// One plan: the chosen row, the next one, the next plan.
function onPlan() {
  const { light, step } = review;
  const doubt = "[data-review='1']";
  const items = (key) => [{ measure_id: key, measure_key: data.measures[key].key, seen: data.measures[key].values }];
  const send = (key, body) => {
    const further = step(1, doubt) ? null : (found) => found.next && location.assign(found.next);
    decide({ ...body, items: items(key) }, further, () => light.choose(key, "keys"));
  };
  const confirm = (key) => data.measures[key] && send(key, { action: "confirm" });
  const open = (key) => {
    const row = data.measures[key];
    if (row) correct({ ...row, title: "更正", column: row.columns[0], send: (body) => send(key, body) });
  };
  const reload = () => location.reload();
  const plan = () => correct({ ...data.plan, title: "更正整份計畫", column: "agency", send: (body) => decide({ ...body, plan_id: data.plan.id, items: [] }, reload) });
  one("#rows").addEventListener("click", (event) => {
    const key = event.target.closest("article")?.dataset.key;
    if (event.target.matches(".correct")) { light.choose(key, "rows"); open(key); }
    if (event.target.matches(".confirm")) { light.choose(key, "rows"); confirm(key); }
  });
  one("#edit-plan").addEventListener("click", plan);
  const forward = () => step(1, doubt) || inOrder(async () => {
    const { next } = await ask(`/next?plan=${data.plan.id}`);
    if (next) location.assign(next); else tell("沒有待確認的措施了");
  });
  return { ...review.keys, n: forward, y: () => confirm(light.chosen()), c: () => open(light.chosen()), e: plan };
}

// All doubts: one decision for the rows that are ticked.
function onDoubts() {
  const at = () => document.activeElement.closest?.(".doubt");
  const move = (by) => { const list = all(".doubt"), now = list.indexOf(at()); list[Math.min(list.length - 1, Math.max(0, now + by))]?.focus(); };
  const items = (box) => all("input:checked", box).map((i) => ({ measure_id: i.dataset.id, measure_key: data.groups[box.dataset.key].keys[i.dataset.id] }));
  const after = (box) => () => { const next = box.nextElementSibling || box.previousElementSibling; box.remove(); next?.focus(); };
  const confirm = (box) => box && decide({ action: "confirm", column: box.dataset.column, items: items(box) }, after(box));
  const open = (box) => box && correct({ ...data.groups[box.dataset.key], title: `更正 ${items(box).length} 項`, column: box.dataset.column, send: (body) => decide({ ...body, items: items(box) }, after(box)) });
  one("#rows").addEventListener("click", (event) => {
    if (event.target.matches(".confirm")) confirm(event.target.closest(".doubt"));
    if (event.target.matches(".correct")) open(event.target.closest(".doubt"));
  });
  one(".doubt")?.focus();
  return { n: () => move(1), p: () => move(-1), j: () => move(1), k: () => move(-1), y: () => confirm(at()), c: () => open(at()) };
}

const start = () => inOrder(async () => { const { next } = await ask("/next"); if (next) location.assign(next); else tell("沒有待確認的措施"); });
const hits = (by) => { const list = all("article.hit"), at = list.indexOf(document.activeElement.closest("article")); one("a", list[Math.max(0, at + by)] || document)?.focus(); };
const kinds = { plan: onPlan, doubts: onDoubts, index: () => ({ n: start }), search: () => ({ j: () => hits(1), k: () => hits(-1) }) };
keyboard({ ...kinds[document.body.className](), u: undo });

one("#who").value = kept("who") || one("#who").value;
one("#who").addEventListener("change", (event) => kept("who", event.target.value));

// The dataset: published on demand; a release that others publish is told, never taken silently.
async function watch() {
  if (document.hidden) return;
  try {
    const now = await ask("/status");
    progress(now.progress);
    if (now.progress.error) tell(now.progress.error);
    if (now.release !== state.release && !now.progress.publishing) {
      if (state.publishing) { location.reload(); return; }
      tell("資料集已重新發布；重新載入本頁即見新內容（決定照常保存）");
    } else if (now.unread) tell(`有 ${now.unread} 份檔案尚未讀入；請執行 make extract`);
    else if (state.publishing && !now.progress.publishing) { state.publishing = false; tell("已發布"); }
  } catch { tell("工作檯沒有回應；已送出的決定都已保存"); }
}
one("#publish").addEventListener("click", () => inOrder(async () => { state.publishing = true; progress((await ask("/publish", {})).progress); }));
setInterval(() => { if (state.publishing) watch(); }, 400);
setInterval(watch, 10000);
document.addEventListener("visibilitychange", watch);
watch();
