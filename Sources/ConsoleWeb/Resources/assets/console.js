// 座席工作台: calls come in as live events, everything is reachable by keyboard, nothing typed is ever lost.
import { $, $$, call, calm, listen, newKey, piece, Refused, renew } from "./page.js";

const word = (name) => $(`[data-word="${name}"]`, $("#words").content).textContent;
const work = $("#work");
const lines = $("#lines");

// --- Sheets: one for each call or elder on the desk. What is typed in them is kept in the browser until the sheet is closed.

const store = {
  // Each person's own: at a seat that is handed over, nobody finds what somebody else has begun.
  name: `desk.sheets.${$('meta[name="caller"]').content}`,
  get all() { try { return JSON.parse(localStorage.getItem(this.name) || "[]"); } catch { return []; } },
  // Of sheets in which nothing was typed only the last few: calls that merely rang must not push out what somebody has begun.
  set all(sheets) {
    const blank = sheets.filter((sheet) => !sheet.fields && !sheet.register && !sheet.elder);
    const dropped = new Set(blank.slice(0, -9));
    localStorage.setItem(this.name, JSON.stringify(sheets.filter((sheet) => !dropped.has(sheet))));
  },
  put(key, changes) {
    const sheets = this.all;
    const at = sheets.findIndex((sheet) => sheet.key === key);
    if (at < 0) sheets.push({ key, ...changes }); else Object.assign(sheets[at], changes);
    this.all = sheets;
  },
  remove(key) { this.all = this.all.filter((sheet) => sheet.key !== key); },
  find(key) { return this.all.find((sheet) => sheet.key === key); },
};

const tabs = () => $$("[role=tab]", lines);
const current = () => $(".sheet:not([hidden])", work);

function show(id) {
  for (const sheet of $$(".sheet", work)) sheet.hidden = sheet.id !== id;
  for (const tab of tabs()) {
    const isThis = tab.getAttribute("aria-controls") === id;
    tab.setAttribute("aria-selected", isThis);
    tab.tabIndex = isThis ? 0 : -1;
    if (isThis) tab.classList.remove("ringing");
  }
  sessionStorage.setItem("desk.current", id);
}

function renumber() {
  tabs().forEach((tab, index) => { $("kbd", tab).textContent = index < 10 ? `Alt ${index}` : ""; });
}

const idOf = (key) => `sheet-${key.replace(/[^A-Za-z0-9_-]/g, "_")}`;

/** Opens `call:ID` or `elder:ID`; fills it from the server and puts back what had been typed. */
async function open(key, { focus = true, ringing = false, title } = {}) {
  const id = idOf(key);
  let sheet = document.getElementById(id);
  if (!sheet) {
    sheet = document.createElement("section");
    sheet.className = "sheet";
    sheet.id = id;
    sheet.dataset.key = key;
    sheet.setAttribute("role", "tabpanel");
    sheet.hidden = true;
    const tab = document.createElement("button");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.id = `tab-${id}`;
    tab.dataset.open = key;
    tab.setAttribute("aria-controls", id);
    tab.innerHTML = "<kbd></kbd> ";
    tab.append(title || key.split(":")[1].slice(-11));
    if (ringing) tab.classList.add("ringing");
    sheet.setAttribute("aria-labelledby", tab.id);
    lines.append(tab);
    work.append(sheet);
    renumber();
    store.put(key, {});
  }
  if (focus) show(id);
  if (!sheet.dataset.loaded) await load(sheet, key, focus);
  else if (focus) focusFirst(sheet);
  return sheet;
}

async function load(sheet, key, focus) {
  const [kind, id] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  try {
    sheet.innerHTML = await piece(`/console/pieces/${kind}`, { id });
    sheet.dataset.loaded = "yes";
  } catch (fault) {
    sheet.innerHTML = `<p class="fault" role="alert"></p>`;
    $(".fault", sheet).textContent = said(fault);
    return;
  }
  const unknown = $("[data-unknown]", sheet);
  if (unknown) {
    unknown.append($("#register").content.cloneNode(true));
    $("[name=phone]", unknown).value = unknown.dataset.unknown;
  }
  const draft = store.find(key);
  const register = $("[data-register]", sheet);
  if (register) for (const [field, value] of Object.entries(draft?.register || {})) register.elements[field].value = value;
  if (draft?.elder && !$("[data-order-form]", sheet)) await choosePerson(sheet, draft.elder, false);
  name(sheet);
  restore(sheet, draft?.fields);
  // Whoever began to search while the sheet was coming goes on searching.
  if (focus && document.activeElement !== q) focusFirst(sheet);
}

/** The tab says who it is as soon as that is known. */
function name(sheet) {
  const title = $("[data-card-of] h2", sheet)?.firstChild?.textContent?.trim() || $(".callhead .big", sheet)?.textContent;
  const tab = document.getElementById(`tab-${sheet.id}`);
  if (title && tab) tab.lastChild.textContent = ` ${title}`;
}

function focusFirst(sheet) {
  (sheet.querySelector(".person, [name=itemtext], [data-register] [name=name]") || sheet).focus();
}

async function choosePerson(sheet, elder, focus = true) {
  $("[data-card]", sheet).innerHTML = await piece("/console/pieces/elder", { id: elder });
  store.put(sheet.dataset.key, { elder });
  name(sheet);
  if (focus) $("[name=itemtext]", sheet)?.focus();
}

/** Takes a sheet off the desk. */
function drop(sheet) {
  store.remove(sheet.dataset.key);
  document.getElementById(`tab-${sheet.id}`)?.remove();
  sheet.remove();
  renumber();
}

/** Somebody has typed in it, and nothing has come of it yet. */
function isBegun(sheet) {
  const kept = store.find(sheet.dataset.key);
  return Boolean(kept?.fields || kept?.register) && !$("[data-placed]", sheet);
}

function close(sheet = current()) {
  if (!sheet || sheet.id === "home") return;
  note(sheet);
  drop(sheet);
  const last = tabs().at(-1);
  show(last.getAttribute("aria-controls"));
  const next = current();
  if (next.id === "home") last.focus(); else focusFirst(next);
}

/** 来电小结: no call is finished without one. */
function note(sheet) {
  if (!sheet.dataset.key.startsWith("call:")) return;
  const elder = $("[data-card-of]", sheet)?.dataset.cardOf;
  const outcome = $("[data-placed]", sheet) ? "ordered" : elder ? "no_order" : "unidentified";
  call("POST", `/api/v1/calls/${encodeURIComponent(sheet.dataset.key.slice(5))}/note`, { elder_id: elder, outcome }).catch(() => {});
}

// --- The order form: item, time, who pays what, place.

const FIELDS = ["item", "itemtext", "when", "quantity", "caller", "note", "provider", "twin"];

function keep(form) {
  const fields = Object.fromEntries(FIELDS.map((field) => [field, form.elements[field]?.value ?? ""]));
  store.put(form.closest(".sheet").dataset.key, { fields });
}

function restore(sheet, fields) {
  const form = $("[data-order-form]", sheet);
  if (!form || !fields) return;
  for (const field of FIELDS) if (fields[field]) form.elements[field].value = fields[field];
  questions(form);
  if (fields.item && fields.when) quote(form);
}

/** What is to be asked about an item that was not chosen from the list just now. */
async function questions(form) {
  const code = form.elements.item.value;
  if (!code) return;
  const list = document.createElement("div");
  list.innerHTML = await piece("/console/pieces/items", { q: code }).catch(() => "");
  const row = $(`[data-item="${code}"]`, list);
  if (row && form.elements.item.value === code) ask(form, row);
}
const ask = (form, row) => $(".questions", form).replaceChildren(...$("template", row).content.cloneNode(true).children);

function pick(form, row) {
  form.elements.item.value = row.dataset.item;
  form.elements.itemtext.value = row.dataset.name;
  ask(form, row);
  hideChoices(form);
  form.elements.when.focus();
  form.elements.when.select();
  keep(form);
  if (form.elements.when.value) quote(form);
}

function hideChoices(form) {
  $(".choices", form).hidden = true;
  form.elements.itemtext.setAttribute("aria-expanded", "false");
}

const lookUp = calm(120, async (form) => {
  const text = form.elements.itemtext.value.trim();
  if (!text) return hideChoices(form);
  const html = await piece("/console/pieces/items", { q: text, elder: form.elements.elder.value });
  if (form.elements.itemtext.value.trim() !== text) return;
  const list = $(".choices", form);
  list.innerHTML = html;
  list.hidden = false;
  form.elements.itemtext.setAttribute("aria-expanded", "true");
  select($$(".row", list), 0);
});

let quoting = Promise.resolve();
function quote(form) {
  const box = $(".quote", form);
  const ask = Object.fromEntries(["elder", "item", "when", "quantity", "caller", "note", "provider", "twin"].map((f) => [f, form.elements[f].value]));
  const sheet = form.closest(".sheet");
  if (sheet.dataset.key.startsWith("call:")) ask.call = sheet.dataset.key.slice(5);
  if (!ask.item || !ask.when) { box.replaceChildren(); return quoting; }
  const stamp = JSON.stringify(ask);
  box.dataset.stamp = stamp;
  quoting = piece("/console/pieces/quote", ask).then(
    (html) => {
      if (box.dataset.stamp !== stamp) return;
      box.innerHTML = html;
      // Who comes, who pays what and the button are seen without a hand on the mouse.
      if (!form.closest("[hidden]")) box.scrollIntoView({ block: "nearest" });
    },
    (fault) => { if (box.dataset.stamp === stamp) say(box, fault); });
  return quoting;
}
const quoteSoon = calm(200, quote);

/** What to do, in words of ours: a browser's own about a line that is down mean nothing to an operator. */
function said(fault) {
  if (!(fault instanceof Refused)) return word("away");
  return fault.status === 401 ? word("login") : fault.message || word("failed");
}

function say(box, fault) {
  const line = document.createElement("p");
  line.className = "fault";
  line.setAttribute("role", "alert");
  line.textContent = said(fault);
  box.replaceChildren(line);
}

async function place(form) {
  if (!form || form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    await quote(form);
    const quoted = $("[data-quote]", form);
    if (!quoted) return;
    // The same key for the same order, so that pressing twice, or again after a lost answer, orders once.
    if (form.dataset.body !== quoted.dataset.body) { form.dataset.body = quoted.dataset.body; form.dataset.idempotency = newKey(); }
    const placed = await call("POST", "/api/v1/orders", JSON.parse(quoted.dataset.body), form.dataset.idempotency);
    const sheet = form.closest(".sheet");
    const holder = document.createElement("div");
    holder.innerHTML = await piece("/console/pieces/placed", { id: placed.id });
    form.hidden = true;
    form.after(holder.firstElementChild);
    store.put(sheet.dataset.key, { fields: undefined });
    $("[data-placed]", sheet).focus();
  } catch (fault) {
    say($(".quote", form), fault);
  } finally {
    delete form.dataset.busy;
  }
}

function again(sheet = current()) {
  const text = $("[data-again]", sheet)?.dataset.again;
  const form = $("[data-order-form]", sheet);
  if (!text || !form) return;
  const last = JSON.parse(text);
  form.hidden = false;
  form.elements.item.value = last.item;
  form.elements.itemtext.value = last.item_name;
  form.elements.when.value = last.when;
  form.elements.quantity.value = last.quantity;
  form.elements.provider.value = last.provider || "";
  keep(form);
  questions(form);
  form.elements.when.focus();
  quote(form);
}

function more(sheet = current()) {
  $("[data-placed]", sheet)?.remove();
  const form = $("[data-order-form]", sheet);
  if (!form) return;
  form.hidden = false;
  form.reset();
  for (const field of ["item", "provider", "twin"]) form.elements[field].value = "";
  $(".quote", form).replaceChildren();
  form.elements.itemtext.focus();
}

// --- Lists that are chosen from by digit or arrow.

function select(rows, index) {
  rows.forEach((row, at) => row.setAttribute("aria-selected", at === index));
  rows[index]?.scrollIntoView({ block: "nearest" });
}

/** Returns the row that a key chooses, moves the selection, or does nothing. A digit chooses unless the query itself is a number. */
function choose(event, rows, query) {
  if (!rows.length) return null;
  const at = Math.max(0, rows.findIndex((row) => row.getAttribute("aria-selected") === "true"));
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    select(rows, (at + (event.key === "ArrowDown" ? 1 : rows.length - 1)) % rows.length);
    return null;
  }
  if (event.key === "Enter" && !event.ctrlKey) { event.preventDefault(); return rows[at]; }
  if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && query && !/\d/.test(query) && !/^lz/i.test(query)) {
    const row = rows.find((row) => row.dataset.digit === event.key);
    if (row) { event.preventDefault(); return row; }
  }
  return null;
}

// --- Finding anything.

const q = $("#q");
const found = $("#found");
const find = calm(120, async () => {
  const text = q.value.trim();
  if (!text) return hideFound();
  const html = await piece("/console/pieces/find", { q: text });
  if (q.value.trim() !== text) return;
  found.innerHTML = html;
  found.hidden = false;
  q.setAttribute("aria-expanded", "true");
  select($$(".row", found), 0);
});
function hideFound() {
  found.hidden = true;
  q.setAttribute("aria-expanded", "false");
}
/** Where the hands were before they searched; they go on there. */
let before = null;
function search() {
  if (document.activeElement !== q) before = document.activeElement;
  q.focus();
  q.select();
}
function leaveSearch() {
  hideFound();
  if (before?.isConnected && before !== document.body) before.focus(); else q.blur();
}
function take(row) {
  hideFound();
  q.value = "";
  // What was found is gone on with: the search has done its work.
  q.blur();
  go(row.dataset.open);
}
async function go(target) {
  if (target.startsWith("/")) { location.href = target; return; }
  if (target === "home") { show("home"); return; }
  // An elder looked up during an unknown call belongs to that call.
  const sheet = current();
  if (target.startsWith("elder:") && sheet?.dataset.key?.startsWith("call:") && !$("[data-order-form]", sheet)) {
    await choosePerson(sheet, target.slice(6));
    return;
  }
  await open(target);
}

// --- Emergency.

const dialog = $("#emergency");
let emergencyStart = 0;
let emergencyTicker;
const clock = () => {
  const seconds = Math.floor((Date.now() - emergencyStart) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};
const raised = new Set();
const steps = () => $$("[data-step]", dialog);
/** Notes when a step was done; again takes it back. */
function tick(button) {
  const time = $("time", button);
  time.textContent = time.textContent ? "" : clock();
  button.setAttribute("aria-pressed", Boolean(time.textContent));
}
async function emergency() {
  if (dialog.open) return;
  const sheet = current();
  const elder = $("[data-card-of]", sheet)?.dataset.cardOf;
  emergencyStart = Date.now();
  $("#emergency-contacts").innerHTML = $("[data-contacts]", sheet)?.outerHTML || "";
  // 120 asks where: name, address and the line stand on top.
  const card = $("[data-card-of]", sheet);
  $("#emergency-who").textContent = card
    ? [$("h2", card).firstChild.textContent.trim(), $("dd", card)?.textContent, $(".callhead .big", sheet)?.textContent].filter(Boolean).join(" · ")
    : [$(".callhead .big", sheet)?.textContent, word("nobody")].filter(Boolean).join(" · ");
  for (const step of steps()) { $("time", step).textContent = ""; step.setAttribute("aria-pressed", false); }
  $("#emergency-clock").textContent = "0:00";
  $("#emergency-said").replaceChildren();
  $("#emergency-send").disabled = !elder;
  dialog.dataset.elder = elder || "";
  delete dialog.dataset.idempotency;
  delete dialog.dataset.body;
  dialog.showModal();
  $("#emergency-send").focus();
  emergencyTicker = setInterval(() => { $("#emergency-clock").textContent = clock(); }, 500);
  const key = sheet?.dataset.key || "";
  $("#emergency-told span").hidden = true;
  try {
    const { seq } = await call("POST", "/console/emergencies", { elder_id: elder, call_id: key.startsWith("call:") ? key.slice(5) : undefined });
    // Whoever raised it needs no alarm, only to know that the others have theirs.
    raised.add(seq);
    $(`#alarms [data-seq="${seq}"]`)?.remove();
    $("#emergency-told span").hidden = false;
  } catch (fault) { say($("#emergency-said"), fault); }
}
dialog.addEventListener("close", () => clearInterval(emergencyTicker));
for (const step of steps()) step.addEventListener("click", () => tick(step));
let isSending = false;
$("#emergency-send").addEventListener("click", async () => {
  if (isSending) return;
  isSending = true;
  const box = $("#emergency-said");
  const done = steps().filter((step) => $("time", step).textContent).map((step) => `${step.dataset.step} ${$("time", step).textContent}`);
  // Pressed twice, or again after a lost answer, somebody is sent once.
  dialog.dataset.idempotency ||= newKey();
  dialog.dataset.body ||= JSON.stringify({
    elder_id: dialog.dataset.elder, item_code: "05029", start: new Date(Date.now() + 60000).toISOString(), emergency: true, allow_twin: true, caller: "本人",
    note: [...done, `派人 ${clock()}`].join("，"),
  });
  try {
    const placed = await call("POST", "/api/v1/orders", JSON.parse(dialog.dataset.body), dialog.dataset.idempotency);
    box.innerHTML = await piece("/console/pieces/placed", { id: placed.id });
  } catch (fault) {
    say(box, fault);
  } finally {
    isSending = false;
  }
});

// --- The session is over in the middle of a call: log in beside it, then go on; what was typed stays where it is.

const relogin = $("#relogin");
document.addEventListener("expired", () => { if (!relogin.open) relogin.showModal(); });
async function goOn() {
  if (!await renew().catch(() => false)) return;
  relogin.close();
  refreshBoard();
  const form = $("[data-order-form]", current());
  if (form) quote(form);
}
$("#relogin-done").addEventListener("click", goOn);
window.addEventListener("focus", () => { if (relogin.open) goOn(); });

// --- Live events.

const refreshBoard = calm(400, async () => {
  const board = $("#board");
  try {
    const html = await piece(board.dataset.piece);
    // Whoever walks the list by keyboard stays where they are: at the same order, or at what stands in its place now.
    const stops = () => $$("a, button, [tabindex]", board);
    const at = stops().indexOf(document.activeElement);
    const way = at >= 0 && document.activeElement.getAttribute("href");
    board.innerHTML = html;
    if (at >= 0) (stops().find((stop) => way && stop.getAttribute("href") === way) || stops()[Math.min(at, stops().length - 1)])?.focus({ preventScroll: true });
  } catch { /* the next event tries again */ }
});
listen(document.body.dataset.events, {
  async call(event) {
    const key = `call:${event.subject}`;
    if (event.type !== "call.ringing") {
      // Over, or seen to at another desk: what nobody here has looked at goes from the list; the list of duties keeps the missed ones.
      const tab = document.getElementById(`tab-${idOf(key)}`);
      if (event.type !== "call.answered" && tab?.classList.contains("ringing")) drop(document.getElementById(idOf(key)));
      return;
    }
    const sheet = current();
    // Whoever has typed something is not torn away from it: the call waits, marked, in the list.
    const isBusy = $("dialog[open]") || (document.activeElement === q && q.value) || (sheet?.id !== "home" && isBegun(sheet));
    await open(key, { focus: !isBusy, ringing: true });
  },
  order: refreshBoard,
  emergency(event) {
    if (raised.has(event.seq)) return;
    const line = document.createElement("p");
    line.className = "alarm";
    line.dataset.seq = event.seq;
    line.append(`${new Date(event.at).toLocaleTimeString("zh-CN", { hour12: false })} ${word("alarm")} `);
    const open = document.createElement("button");
    open.type = "button";
    open.dataset.open = `${event.about}:${event.subject}`;
    open.textContent = word("open");
    const seen = document.createElement("button");
    seen.type = "button";
    seen.dataset.seen = "";
    seen.textContent = word("seen");
    // Raised from an empty desk it leads nowhere: whoever raised it is asked.
    if (event.about) line.append(open);
    line.append(seen);
    $("#alarms").append(line);
  },
}, (isUp) => { const link = $("#link"); link.textContent = word(isUp ? "online" : "offline"); link.className = isUp ? "soft" : "fault"; });
setInterval(refreshBoard, 30000);

// --- Keys and clicks.

document.addEventListener("keydown", (event) => {
  const inField = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  const sheet = current();
  const act = (work) => { event.preventDefault(); work(); };
  if (event.key === "F2") return act(emergency);
  if (event.key === "F1") return act(() => $("#help").showModal());
  if (dialog.open) {
    if (/^[1-3]$/.test(event.key)) act(() => tick(steps()[event.key - 1]));
    return;
  }
  if ((event.key === "k" && event.ctrlKey) || (event.key === "/" && !inField)) return act(search);
  if (event.key === "F4") return act(() => again());
  if (event.key === "F6") return act(() => more());
  if (event.key === "F8") return act(() => close());
  if (event.altKey && /^[0-9]$/.test(event.key)) {
    const tab = tabs()[Number(event.key)];
    if (tab) act(() => go(tab.dataset.open));
    return;
  }
  if (event.key === "Enter" && event.ctrlKey) return act(() => place($("[data-order-form]", sheet)));
  if (event.target === q) {
    const row = choose(event, $$(".row", found).filter(() => !found.hidden), q.value.trim());
    if (row) take(row);
    if (event.key === "Escape") leaveSearch();
    return;
  }
  if (event.target.name === "itemtext") {
    const form = event.target.form;
    const list = $(".choices", form);
    const row = choose(event, list.hidden ? [] : $$(".row", list), event.target.value.trim());
    if (row) pick(form, row);
    if (event.key === "Escape") hideChoices(form);
    return;
  }
  if (event.target.matches("[data-order-form] input") && event.key === "Enter") return act(() => quote(event.target.form));
  if (/^[1-9]$/.test(event.key) && !inField) {
    const person = $(`.person[data-digit="${event.key}"]`, sheet);
    if (person) act(() => choosePerson(sheet, person.dataset.elder));
  }
});

document.addEventListener("input", (event) => {
  if (event.target === q) return find();
  const form = event.target.form;
  if (form?.matches("[data-register]")) return store.put(form.closest(".sheet").dataset.key, { register: Object.fromEntries(new FormData(form)) });
  if (!form?.matches("[data-order-form]")) return;
  if (event.target.name === "itemtext") { form.elements.item.value = ""; lookUp(form); } else quoteSoon(form);
  keep(form);
});

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest(selector);
  let hit;
  if ((hit = at("[data-open]"))) { event.preventDefault(); if (hit.closest("#found")) take(hit); else go(hit.dataset.open); return; }
  if ((hit = at("[data-key]")) && hit.tagName === "BUTTON") {
    ({ emergency, help: () => $("#help").showModal(), again, more, close, place: () => place(hit.closest("form")) })[hit.dataset.key]?.();
  } else if ((hit = at(".person"))) choosePerson(current(), hit.dataset.elder);
  else if ((hit = at(".choices .row"))) pick(hit.closest("form"), hit);
  else if ((hit = at("[data-provider]"))) { const form = hit.closest("form"); form.elements.provider.value = hit.dataset.provider; keep(form); quote(form); }
  else if (at("[data-take-nearest]")) { const form = event.target.closest("form"); form.elements.when.value = $("[data-nearest]", form).dataset.nearest; keep(form); quote(form); }
  else if (at("[data-twin]")) { const form = event.target.closest("form"); form.elements.twin.value = "1"; quote(form); }
  else if ((hit = at("[data-close]"))) hit.closest("dialog").close();
  else if ((hit = at("[data-seen]"))) hit.closest(".alarm").remove();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "post") return;
  event.preventDefault();
  if (form.matches("[data-register]")) {
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    const value = Object.fromEntries(new FormData(form));
    const birthday = value.birthday.split("-").map((part) => part.padStart(2, "0")).join("-");
    try {
      form.dataset.idempotency ||= newKey();
      const elder = await call("POST", "/api/v1/elders", {
        name: value.name.trim(), sex: value.sex, birthday, region: value.region, estate: value.estate,
        phones: value.phone.trim() ? [{ number: value.phone.trim(), label: "本人" }] : [],
      }, form.dataset.idempotency);
      const sheet = form.closest(".sheet");
      form.remove();
      store.put(sheet.dataset.key, { register: undefined });
      await choosePerson(sheet, elder.id);
    } catch (fault) {
      delete form.dataset.idempotency;
      const box = $("[role=status]", form);
      box.className = "fault";
      box.textContent = said(fault);
    } finally {
      delete form.dataset.busy;
    }
  }
});

// --- Come back to where we were.

const asked = new URLSearchParams(location.search).get("open");
for (const sheet of store.all) open(sheet.key, { focus: !asked && idOf(sheet.key) === sessionStorage.getItem("desk.current") });
// From another page, where a call was heard of.
if (/^(call|elder):./.test(asked)) {
  history.replaceState(null, "", location.pathname);
  open(asked);
}
