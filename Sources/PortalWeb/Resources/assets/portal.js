// 服务商手机端: what is done here is kept in the telephone until the platform has it, each with its own time and its own key.
import { $, $$, call, calm, listen, newKey, piece, Refused } from "./page.js";

const word = (name) => $(`[data-word="${name}"]`, $("#words").content).textContent;
const sheet = $("#sheet");

// --- The queue: survives a dead zone, a closed page and an empty battery.

const queue = {
  get all() { try { return JSON.parse(localStorage.getItem("portal.queue") || "[]"); } catch { return []; } },
  set all(entries) { localStorage.setItem("portal.queue", JSON.stringify(entries)); paint(); },
  add(entry) { this.all = [...this.all, { key: newKey(), ...entry }]; },
  drop(key) { this.all = this.all.filter((entry) => entry.key !== key); },
};

function paint() {
  const entries = queue.all;
  $("#waiting").hidden = entries.length === 0;
  $("#waiting-count").textContent = entries.length || "";
  $("#waiting-list").replaceChildren(...entries.map((entry) => {
    const line = document.createElement("li");
    line.textContent = `${entry.label} ${entry.shown} — ${entry.refused ? `${word("refused")}：${entry.refused}` : word("queued")}`;
    if (entry.refused) line.append(" ", button(word("drop"), () => { if (confirm(word("drop-sure"))) queue.drop(entry.key); }));
    return line;
  }));
  $("#send-now").hidden = entries.every((entry) => entry.refused);
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
  for (const entry of queue.all.filter((entry) => !entry.refused)) {
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

let sending = false;
/** Sends what waits, in the order in which it was done; stops at the first that finds no network. */
async function flush() {
  if (sending) return;
  sending = true;
  try {
    for (const entry of queue.all.filter((entry) => !entry.refused)) {
      try {
        const answer = await call("POST", entry.path, entry.body, entry.key);
        queue.drop(entry.key);
        if (answer?.call_heard === false) tell(word("unheard"));
        else tell(`${entry.label} ${entry.shown} — ${word("sent")}`, "done");
      } catch (fault) {
        if (!(fault instanceof Refused)) break;
        if (isOut(fault)) { tell(word("login")); break; }
        if (fault.status >= 500 || fault.status === 429) break;
        queue.all = queue.all.map((other) => (other.key === entry.key ? { ...other, refused: fault.message } : other));
      }
    }
  } finally {
    sending = false;
    refresh();
  }
}

let told;
/** Says at the foot of the screen, wherever the page stands, what went wrong or what comes next. */
function tell(text, kind = "fault") {
  clearTimeout(told);
  if (kind === "done") told = setTimeout(() => $("#fault").replaceChildren(), 8000);
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
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

const local = () => {
  const now = new Date();
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
    tell(fault instanceof Refused ? (isOut(fault) ? word("login") : fault.message) : word("away"));
  }
}

let checking = null;
let position = null;
let isLocating = false;

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

$("#check-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const body = { at: local(), worker: checking.worker || undefined, method: "app" };
  if (position) Object.assign(body, { lat: position.latitude, lon: position.longitude, accuracy_m: Math.round(position.accuracy) });
  const code = form.elements.code.value.trim();
  if (form.elements.reason.value) body.reason_code = form.elements.reason.value;
  if (code) Object.assign(body, { code, method: /^\d{4}$/.test(code) ? "code" : "card" });
  else if (form.elements.landline.checked) body.method = "landline";
  else if (!position && body.reason_code) body.method = "paper";
  else if (!position) { $("#check-place").textContent = word(isLocating ? "locating" : "proofless"); $("#check-place").className = "fault"; return; }
  const photo = form.elements.photo.files[0];
  if (photo && crypto.subtle) body.photo_sha256 = await sha256(photo);
  $("#check").close();
  queue.add({ path: `/api/v1/provider/orders/${checking.order}/${checking.kind}`, body, label: $("#check-title").textContent, shown: body.at.slice(11, 16) });
  flush();
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
const state = (isUp) => { show(isUp); if (isUp) flush(); };
const heard = (event) => { if (event.type === "order.offer_reminder") ring(); refresh(); };
listen(document.body.dataset.events, { order: heard, statement: refresh }, state);
addEventListener("online", () => { link.textContent = word("connecting"); flush(); });
addEventListener("offline", () => state(false));
setInterval(() => { if (queue.all.some((entry) => !entry.refused)) flush(); }, 15000);
setInterval(refresh, 60000);
navigator.serviceWorker?.register("/assets/portal-worker.js", { scope: "/provider" });
$$("form[action='/logout']").forEach((form) => form.addEventListener("submit", () => { caches?.delete("portal"); }));
// A browser rings only on a page that has been touched.
if (navigator.userActivation && !navigator.userActivation.hasBeenActive) {
  $("#bell").hidden = false;
  for (const touch of ["click", "keydown"]) addEventListener(touch, () => { $("#bell").hidden = true; }, { once: true });
  $("#bell button").addEventListener("click", ring);
}
paint();
title();
