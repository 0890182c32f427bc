// 待核: one line after the other by keyboard. A decision is sent some seconds after the key, so that a slip of the hand can be taken back.
import { $, $$, call, newKey, Refused, renew } from "./page.js";

const GRACE_S = 5;
const word = (name) => $(`[data-word="${name}"]`, $("#words").content).textContent;
const usual = $$("#usual option").map((option) => option.value);
const left = $("#left");
const waiting = () => $$("#held .held:not(.done)");

/** The decision that is not sent yet: one at a time, for the next one sends it. */
let pending = null;

function current() {
  const within = document.activeElement?.closest?.(".held");
  return within && !within.classList.contains("done") ? within : waiting()[0];
}

function go(card) {
  if (!card) return;
  card.focus();
  card.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const cards = waiting();
  const at = cards.indexOf(current());
  go(document.activeElement?.closest?.(".held") ? cards[Math.min(cards.length - 1, Math.max(0, at + by))] : cards[0]);
}

function say(card, text, isFault = false) {
  const line = $(".said", card);
  line.textContent = text;
  line.className = isFault ? "said fault" : "said";
}

function decide(card, kind, reason) {
  flush();
  const next = waiting()[waiting().indexOf(card) + 1];
  let seconds = GRACE_S;
  const tell = () => say(card, `${word(kind)} · ${word("soon").replace("{}", seconds)}`);
  card.classList.add("done");
  tell();
  const ticker = setInterval(() => { seconds -= 1; if (seconds > 0) tell(); else flush(); }, 1000);
  pending = { card, kind, reason, ticker };
  go(next || waiting()[0] || card);
}

function takeBack() {
  if (!pending) return;
  const { card, ticker } = pending;
  clearInterval(ticker);
  pending = null;
  card.classList.remove("done");
  say(card, word("undone"));
  go(card);
}

async function flush() {
  if (!pending) return;
  const { card, kind, reason, ticker } = pending;
  clearInterval(ticker);
  pending = null;
  const address = `/api/v1/settlements/${$("#held").dataset.month}/exceptions/${encodeURIComponent(card.dataset.subject)}`;
  // The same key when it is pressed again, so that an answer that was lost decides once.
  card.dataset.key ||= newKey();
  try {
    await call("POST", address, { decision: kind, reason }, `${card.dataset.key}-${kind}`);
    say(card, word(kind));
    left.textContent = Math.max(0, Number(left.textContent) - 1);
    if (!waiting().length && Number(left.textContent)) location.reload();
  } catch (fault) {
    if (fault.status === 401) await renew().catch(() => false);
    card.classList.remove("done");
    say(card, !(fault instanceof Refused) ? word("away") : fault.status === 401 ? word("login") : fault.message, true);
  }
}

function release(card) {
  const reason = $("[name=reason]", card);
  if (reason.value.trim()) return decide(card, "release", reason.value.trim());
  say(card, word("why"));
  reason.focus();
}

const refuse = (card) => decide(card, "refuse", $("[name=reason]", card).value.trim() || card.dataset.why);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !$("#held form, .held.done")) return;
  const act = (work) => { event.preventDefault(); work(); };
  const card = current();
  if (event.target.name === "reason") {
    if (event.key === "Escape") act(() => go(card));
    else if (event.key === "Enter") act(() => release(card));
    else if (/^[1-4]$/.test(event.key) && !event.target.value) act(() => { event.target.value = usual[event.key - 1]; release(card); });
    return;
  }
  if (event.target.matches("a, button, input") && event.key === "Enter") return;
  const key = event.key.toLowerCase();
  if (key === "j" || event.key === "ArrowDown") act(() => step(1));
  else if (key === "k" || event.key === "ArrowUp") act(() => step(-1));
  else if (key === "u") act(takeBack);
  else if (key === "y" && card) act(() => release(card));
  else if (key === "n" && card) act(() => refuse(card));
});

document.addEventListener("submit", (event) => {
  const card = event.target.closest(".held");
  if (!card) return;
  event.preventDefault();
  if (event.submitter?.value === "refuse") refuse(card); else release(card);
});

// Whoever leaves within the seconds is asked first; nothing is sent or lost unseen.
window.addEventListener("beforeunload", (event) => { if (pending) event.preventDefault(); });

go(waiting()[0]);
