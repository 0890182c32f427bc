// Every form of every page: sent once however often it is pressed, and what was typed is there again when it could not be done.
import { $, $$ } from "./page.js";

const KEPT = "forms.typed";
/** As long as a server may take; pressed again after that, it is for the server to know that it is the same form. */
const SENT_FOR_MS = 10000;

const fields = (form) => $$("input:not([type=hidden], [type=password], [type=file]), textarea, select", form).filter((field) => field.name);
/** A form among its like: by where it goes and what it is about. */
const about = (form) => [form.getAttribute("action"), ...$$("input[type=hidden]", form)
  .filter((field) => !["csrf", "once", "hash", "list", "version"].includes(field.name)).map((field) => field.value)].join(" ");

// Gone back to, a page is written anew by the server with new keys, and the browser puts in what was typed.
const isGoneBackTo = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
const SENT = "forms.sent";
const MOST_SENT = 50;
const mark = (text) => [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.codePointAt(0)) | 0, text.length);

/** The same words sent again after going back are the same form still: it takes the key it was sent with, by which it is done once. */
function keep(form, values) {
  const key = form.elements.once;
  if (!key) return;
  const what = mark(JSON.stringify([location.pathname, about(form), values]));
  try {
    const sent = JSON.parse(sessionStorage.getItem(SENT)) || [];
    const before = isGoneBackTo && sent.findLast(([which]) => which === what);
    if (before) key.value = before[1];
    sessionStorage.setItem(SENT, JSON.stringify([...sent, [what, key.value]].slice(-MOST_SENT)));
  } catch { /* keeps nothing: the server still knows a second press */ }
}

// Later than every script of the page: what one of them sends by itself does not leave the page.
window.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, SENT_FOR_MS);
  const values = fields(form).map((field) => [field.name, /^(checkbox|radio)$/.test(field.type) ? field.checked : field.value]);
  keep(form, values);
  try { sessionStorage.setItem(KEPT, JSON.stringify({ page: location.pathname, about: about(form), values })); } catch { /* keeps nothing: the way back still leads to the form */ }
});
window.addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

function last() {
  try { return JSON.parse(sessionStorage.getItem(KEPT)); } catch { return null; }
}

/** Back at the form after a refusal: it says again what it said, and the cursor stands where it was typed. */
function restore({ values, about: which }) {
  const form = [...document.forms].find((one) => about(one) === which);
  if (!form) return;
  fields(form).forEach((field, at) => {
    const [name, value] = values[at] || [];
    if (name !== field.name) return;
    if (typeof value === "boolean") field.checked = value; else field.value = value;
  });
  fields(form)[0]?.focus();
}

const kept = last();
if (kept && $("[data-undone]")) sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, isUndone: true }));
else if (kept) {
  sessionStorage.removeItem(KEPT);
  if (kept.isUndone && kept.page === location.pathname) restore(kept);
}
