// 服务商手机端: what is done here is kept in the telephone until the platform has it, each with its own time and its own key.
import { $, $$, call, calm, clock, listen, newKey, note, piece, Refused } from "./page.js";

const word = (name) => $(`[data-word="${name}"]`, $("#words").content).textContent;
const sheet = $("#sheet");

// --- The queue: survives a dead zone, a closed page, an empty battery and a telephone that is passed on.

/** Whose login the page is: what waits was done for that firm and goes to the platform only under it. */
const firm = $("#sheet").dataset.firm;
const isOurs = (entry) => !entry.firm || entry.firm === firm;
const orderOf = (entry) => entry.path.match(/orders\/([^/]+)\//)[1];

const queue = {
  /** Kept here only when the telephone keeps nothing (full, or a private window). */
  unkept: null,
  get all() { try { return this.unkept || JSON.parse(localStorage.getItem("portal.queue") || "[]"); } catch { return []; } },
  set all(entries) {
    try { localStorage.setItem("portal.queue", JSON.stringify(entries)); this.unkept = null; } catch { this.unkept = entries; tell(word("unkept")); }
    paint();
  },
  add(entry) { this.all = [...this.all, { key: newKey(), firm, ...entry }]; },
  put(entry) { this.all = this.all.map((other) => (other.key === entry.key ? entry : other)); },
  drop(key) { this.all = this.all.filter((entry) => entry.key !== key); },
  /** Done; what was refused of the same step before is done with. */
  done({ key, path }) { this.all = this.all.filter((entry) => entry.key !== key && !(entry.refused && entry.path === path)); },
};

/** The check-in before this check-out that was refused: what came after it waits until that is put right, done anew or deleted. */
const before = (entry, entries) => entries.slice(0, entries.findIndex((other) => other.key === entry.key))
  .find((other) => other.refused && other.path !== entry.path && orderOf(other) === orderOf(entry));
const mayGo = (entry, entries) => isOurs(entry) && !entry.refused && !before(entry, entries);

function standing(entry, entries) {
  if (!isOurs(entry)) return word("other-firm").replace("{}", entry.firm);
  if (entry.refused) return `${word("refused")}：${entry.refused}`;
  if (before(entry, entries)) return word("after");
  return entry.trouble ? `${word("trouble")}（${entry.trouble}）` : word("queued");
}

function paint() {
  const entries = queue.all;
  $("#waiting").hidden = entries.length === 0;
  $("#waiting-count").textContent = entries.length || "";
  $("#waiting-list").replaceChildren(...entries.map((entry) => {
    const line = document.createElement("li");
    line.textContent = `${entry.label} ${entry.shown} — ${standing(entry, entries)}`;
    if (!entry.refused && mayGo(entry, entries)) return line;
    const steps = document.createElement("div");
    steps.className = "pair";
    if (entry.refused && isOurs(entry)) {
      steps.append(button(word("again"), () => { queue.put({ ...entry, refused: undefined }); flush(); }), button(word("mend"), () => mend(entry)));
    }
    steps.append(button(word("drop"), () => { if (confirm(word("drop-sure"))) { queue.drop(entry.key); flush(); } }));
    line.append(steps);
    return line;
  }));
  $("#send-now").hidden = !entries.some((entry) => mayGo(entry, entries));
  lay();
}

function button(text, then) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", then);
  return made;
}

/**
 * What waits is done already for who did it: the card says so, and what comes next is there though the platform has not heard yet. A sheet that was
 * kept before the dead zone may be older than what was done: what it still offers is done with.
 */
function lay() {
  const entries = queue.all;
  for (const entry of entries.filter((entry) => mayGo(entry, entries))) {
    const [, order, kind] = entry.path.match(/orders\/([^/]+)\/(check-in|check-out)$/) || [];
    const stack = $(`[data-order="${order}"] .stack`, sheet);
    if (!stack || $(`[data-waits="${kind}"]`, stack)) continue;
    const line = document.createElement("p");
    line.className = "warn";
    line.dataset.waits = kind;
    line.textContent = `${word(kind === "check-in" ? "in" : "out")} ${entry.shown} — ${word("queued")}`;
    const steps = $$("[data-do], label, [data-unfit]", stack);
    const done = steps.find((step) => step.dataset.do === kind);
    const focus = stack.contains(document.activeElement);
    const place = $(":scope > :not([data-waits])", stack);
    if (place) place.before(line); else stack.append(line);
    for (const step of steps) if (step !== done || kind === "check-out") step.remove();
    if (kind === "check-out") continue;
    const next = done || button("", () => {});
    next.className = "main";
    next.dataset.do = "check-out";
    next.textContent = word("out");
    line.after(next);
    if (focus) next.focus({ preventScroll: true });
  }
}

/** Nobody is logged in any more, or somebody else is: what waits stays until its owner is back. */
const isOut = (fault) => fault.status === 401 || fault.code === "csrf_invalid";
/** The way back in; to a page of whoever is in by now. */
const leaveOut = () => tell(word("login"), "fault", "/provider");

/** A telephone's clock is off by more than this when its times are put right. */
const CLOCK_OFF_S = 120;

/**
 * With the platform's time beside the telephone's: a clock that is an hour off must not cost a visit its proof. Done once, before an entry first goes,
 * so that it is the same request however often it is sent.
 */
function timed(entry) {
  if (entry.isTimed) return entry;
  const { at } = entry.body;
  const made = { ...entry, isTimed: true };
  if (Math.abs(clock.ahead_ms) > CLOCK_OFF_S * 1000) {
    made.body = { ...entry.body, at: local(new Date(Date.parse(at) - clock.ahead_ms)), device_at: at };
    made.shown = word("clocked").replace("{}", made.body.at.slice(11, 16)).replace("{}", at.slice(11, 16));
  }
  queue.put(made);
  return made;
}

/** Sends what waits, in the order in which it was done; stops at the first that finds no network. What is in trouble holds up its own visit alone. */
async function sendAll() {
  const session = await fetch("/session", { headers: { "X-Requested-With": "piece" } });
  note(session);
  if (session.status === 401) return leaveOut();
  if (!session.ok) return;
  const stuck = new Set();
  for (const { key } of queue.all) {
    // As it stands now: another window may have deleted it.
    const entries = queue.all;
    const waiting = entries.find((entry) => entry.key === key);
    if (!waiting || !mayGo(waiting, entries) || stuck.has(orderOf(waiting))) continue;
    const entry = timed(waiting);
    try {
      const answer = await call("POST", entry.path, entry.body, entry.key);
      queue.done(entry);
      if (answer?.call_heard === false) tell(word("unheard"));
      else tell(`${entry.label} ${entry.shown} — ${word("sent")}`, "done");
    } catch (fault) {
      if (!(fault instanceof Refused)) return;
      if (isOut(fault)) return leaveOut();
      if (fault.status < 500 && fault.status !== 429 && fault.code !== "idempotency_key_running") {
        queue.put({ ...entry, refused: fault.message, trouble: undefined });
        continue;
      }
      queue.put({ ...entry, trouble: fault.message });
      if (fault.status === 429) return;
      stuck.add(orderOf(entry));
    }
  }
}

let sending = null;
/** One window at a time sends; the others see what it has done. */
async function flush() {
  const entries = queue.all;
  if (sending || !entries.some((entry) => mayGo(entry, entries))) return refresh();
  const alone = async (lock) => { if (lock !== null) await sendAll(); };
  sending = navigator.locks ? navigator.locks.request("portal.queue", { ifAvailable: true }, alone) : alone();
  try { await sending; } catch { /* no network: what waits goes later */ } finally {
    sending = null;
    refresh();
  }
}
addEventListener("storage", (event) => { if (event.key === "portal.queue") { paint(); refresh(); } });

let told;
/** Says at the foot of the screen, wherever the page stands, what went wrong or what comes next. */
function tell(text, kind = "fault", way = null) {
  clearTimeout(told);
  if (kind === "done") told = setTimeout(() => $("#fault").replaceChildren(), 8000);
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  if (way) {
    const link = document.createElement("a");
    link.className = "button";
    link.href = way;
    link.textContent = word("enter");
    line.append(" ", link);
  }
  $("#fault").replaceChildren(line, button(word("close"), () => $("#fault").replaceChildren()));
}

/** The card to be shown once its `step` is no longer to be done. */
let wanted = null;
const offers = () => $$("[data-do=accept]", sheet).map((accept) => accept.closest("[data-order]").dataset.order);

const refresh = calm(250, async () => {
  try {
    const html = await piece(sheet.dataset.piece);
    const before = new Set(offers());
    draw(html);
    show(true);
    showClock();
    if (offers().some((order) => !before.has(order))) ring();
    title();
    keep();
  } catch (fault) {
    // What is shown stays.
    if (!(fault instanceof Refused)) show(false);
  }
});

/** Puts the new sheet in the place of the old: the card under the thumb stays there, and so does what was chosen on it. */
function draw(html) {
  const name = (field) => `[data-order="${field.closest("[data-order]").dataset.order}"] ${["do", "workerChoice", "secondChoice", "unfit"]
    .filter((key) => key in field.dataset).map((key) => `[data-${key.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`)}${field.dataset[key] && `="${field.dataset[key]}"`}]`).join("")}`;
  const chosen = $$("select", sheet).filter((field) => !field.selectedOptions[0]?.defaultSelected && field.selectedIndex > 0).map((field) => [name(field), field.value]);
  const open = $$("details[open]", sheet).map(name);
  const focused = sheet.contains(document.activeElement) && document.activeElement.closest("[data-order] [data-do], [data-order] select");
  const focus = focused && name(focused);
  const seen = scrollY > 0 ? $$("[data-order]", sheet).map((card) => [card.dataset.order, card.getBoundingClientRect()]).filter(([, box]) => box.bottom > 0) : [];
  sheet.innerHTML = html;
  lay();
  for (const [field, value] of chosen) {
    const select = $(field, sheet);
    if (select && [...select.options].some((option) => option.value === value)) select.value = value;
  }
  for (const field of open) $(field, sheet)?.setAttribute("open", "");
  if (focus) $(focus, sheet)?.focus({ preventScroll: true });
  const card = wanted && $(`[data-order="${wanted.order}"]`, sheet);
  if (wanted && !(card && $(`[data-do="${wanted.step}"]`, card))) {
    wanted = null;
    if (card) { card.scrollIntoView(); return; }
  }
  const kept = seen.find(([order]) => $(`[data-order="${order}"]`, sheet));
  if (kept) scrollBy(0, $(`[data-order="${kept[0]}"]`, sheet).getBoundingClientRect().top - kept[1].top);
}

/** What is shown when there is no network is what was shown last. */
const keep = calm(1500, async () => {
  try { await (await caches.open("portal")).add("/provider"); } catch { /* a private window keeps nothing */ }
});

function title() {
  const offers = Number($("#offers")?.dataset.count || 0);
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (offers) document.title = `(${offers}) ${document.title}`;
}

/** 铃声: two short tones, made here so that no file is needed. */
function ring() {
  try {
    const audio = new AudioContext();
    for (const [start, pitch] of [[0, 880], [0.25, 660]]) {
      const tone = audio.createOscillator();
      tone.frequency.value = pitch;
      tone.connect(audio.destination);
      tone.start(audio.currentTime + start);
      tone.stop(audio.currentTime + start + 0.2);
    }
  } catch { /* sound needs a touch first */ }
  navigator.vibrate?.([200, 100, 200]);
}

// --- Doing.

/** ISO 8601 by the telephone's clock and zone. */
const local = (now = new Date()) => {
  const two = (n) => String(n).padStart(2, "0");
  const zone = -now.getTimezoneOffset();
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}T${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}${zone < 0 ? "-" : "+"}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
};

/** Accepting and assigning need an answer at once; they are not queued. */
async function now(button, path, body) {
  button.disabled = true;
  // The same again is the same request; another reason or time is another.
  const text = JSON.stringify(body);
  if (button.dataset.body !== text) Object.assign(button.dataset, { body: text, idempotency: newKey() });
  try {
    await call("POST", path, body, button.dataset.idempotency);
    const step = button.dataset.do;
    tell(word(`done-${step}`), "done");
    wanted = { order: button.closest("[data-order]").dataset.order, step };
    refresh();
  } catch (fault) {
    button.disabled = false;
    if (fault instanceof Refused && isOut(fault)) leaveOut();
    else tell(fault instanceof Refused ? fault.message : word("away"));
  }
}

let checking = null;
let position = null;
let isLocating = false;

/** Another proof for what was refused; the time and the place stay as they were recorded. */
function mend(entry) {
  checking = { entry };
  const form = $("#check-form");
  form.reset();
  position = null;
  isLocating = false;
  form.elements.code.value = entry.body.code || "";
  form.elements.landline.checked = entry.body.method === "landline";
  form.elements.reason.value = entry.body.reason_code || "";
  $("#check-title").textContent = `${entry.label} ${entry.shown}`;
  $("#check-place").textContent = word("recorded");
  $("#check-place").className = "";
  $("#check").showModal();
}

function check(card, kind) {
  checking = { order: card.dataset.order, worker: card.dataset.worker, kind, number: $("h3", card).textContent };
  position = null;
  $("#check-title").textContent = `${word(kind === "check-in" ? "in" : "out")} · ${checking.number}`;
  $("#check-form").reset();
  $("#check-place").textContent = word("locating");
  $("#check-place").className = "";
  $("#check").showModal();
  if (!navigator.geolocation) { $("#check-place").textContent = word("nowhere"); return; }
  isLocating = true;
  navigator.geolocation.getCurrentPosition(
    (found) => { isLocating = false; position = found.coords; $("#check-place").textContent = word("located").replace("{}", Math.round(position.accuracy)); },
    () => { isLocating = false; $("#check-place").textContent = word("nowhere"); },
    { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
}

async function sha256(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Spaces, dashes and full-width digits are how people write; the platform knows the plain ones. */
const plain = (text) => text.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "");

/** What proves it, as the form says; null when nothing does. */
function proof(form, hasPlace) {
  const code = plain(form.elements.code.value);
  const reason_code = form.elements.reason.value || undefined;
  if (code) return { reason_code, code, method: /^\d{4}$/.test(code) ? "code" : "card" };
  if (form.elements.landline.checked) return { reason_code, code: undefined, method: "landline" };
  if (hasPlace) return { reason_code, code: undefined, method: "app" };
  return reason_code ? { reason_code, code: undefined, method: "paper" } : null;
}

$("#check-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  // Touched twice, it is one check-in.
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    const old = checking.entry;
    const body = old ? { ...old.body } : { at: local(), worker: checking.worker || undefined };
    if (position) Object.assign(body, { lat: position.latitude, lon: position.longitude, accuracy_m: Math.round(position.accuracy) });
    const proven = proof(form, body.lat !== undefined);
    if (!proven) { $("#check-place").textContent = word(isLocating ? "locating" : "proofless"); $("#check-place").className = "fault"; return; }
    Object.assign(body, proven);
    const photo = form.elements.photo.files[0];
    if (photo && crypto.subtle) body.photo_sha256 = await sha256(photo);
    $("#check").close();
    // Changed, it is another request; it keeps its place in the order.
    if (old) queue.all = queue.all.map((entry) => (entry.key === old.key ? { ...old, key: newKey(), body, refused: undefined } : entry));
    else queue.add({ path: `/api/v1/provider/orders/${checking.order}/${checking.kind}`, body, label: $("#check-title").textContent, shown: body.at.slice(11, 16) });
    flush();
  } finally {
    delete form.dataset.busy;
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (event.target.closest("[data-close]")) { event.target.closest("dialog").close(); return; }
  if (!button) return;
  $("#fault").replaceChildren();
  const card = button.closest("[data-order]");
  const path = `/api/v1/provider/orders/${card.dataset.order}`;
  switch (button.dataset.do) {
    case "accept": now(button, `${path}/accept`, {}); break;
    case "schedule": now(button, `${path}/schedule`, {
      worker: $("[data-worker-choice]", card).value, second_worker: $("[data-second-choice]", card)?.value || undefined,
    }); break;
    case "decline": {
      const dialog = $("#decline");
      dialog.returnValue = "";
      dialog.showModal();
      dialog.addEventListener("close", () => { if (dialog.returnValue) now(button, `${path}/decline`, { reason_code: dialog.returnValue }); }, { once: true });
      break;
    }
    case "propose": {
      const form = $("#propose-form");
      form.elements.start.value = card.dataset.start;
      form.onsubmit = (sent) => {
        sent.preventDefault();
        $("#propose").close();
        // A clock in Lanzhou, wherever the telephone believes to be.
        now(button, `${path}/propose`, { start: `${form.elements.start.value}:00+08:00`, note: form.elements.note.value.trim() });
      };
      $("#propose").showModal();
      break;
    }
    default: check(card, button.dataset.do);
  }
});
$("#send-now").addEventListener("click", flush);

// --- Live, and through dead zones.

const link = $("#link");
/** Whether there is a line; without one, how old that is which is shown. */
function show(isUp) {
  link.textContent = isUp ? word("online") : word("offline") + word("asof").replace("{}", $("#offers")?.dataset.at || "");
  link.className = isUp ? "soft" : "warn";
}
/** Says when the telephone's own clock is wrong, and by how much: times are put right, but its owner should hear of it. */
function showClock() {
  const minutes = Math.round(clock.ahead_ms / 60000);
  $("#clock").hidden = Math.abs(clock.ahead_ms) <= CLOCK_OFF_S * 1000;
  $("#clock").textContent = word(minutes > 0 ? "fast" : "slow").replace("{}", Math.abs(minutes) < 120 ? `${Math.abs(minutes)} ${word("minutes")}` : `${Math.round(Math.abs(minutes) / 60)} ${word("hours")}`);
}
const state = (isUp) => { show(isUp); if (isUp) flush(); };
const heard = (event) => { if (event.type === "order.offer_reminder") ring(); refresh(); };
listen(document.body.dataset.events, { order: heard, statement: refresh }, state);
addEventListener("online", () => { link.textContent = word("connecting"); flush(); });
addEventListener("offline", () => state(false));
setInterval(() => { if (queue.all.some((entry) => !entry.refused && isOurs(entry))) flush(); }, 15000);
setInterval(refresh, 60000);
navigator.serviceWorker?.register("/assets/portal-worker.js", { scope: "/provider" });
$$("form[action='/logout']").forEach((form) => form.addEventListener("submit", (event) => {
  if (queue.all.some(isOurs) && !confirm(word("leave-sure"))) event.preventDefault();
  else caches?.delete("portal");
}));
// A browser rings only on a page that has been touched.
if (navigator.userActivation && !navigator.userActivation.hasBeenActive) {
  $("#bell").hidden = false;
  for (const touch of ["click", "keydown"]) addEventListener(touch, () => { $("#bell").hidden = true; }, { once: true });
  $("#bell button").addEventListener("click", ring);
}
paint();
title();
