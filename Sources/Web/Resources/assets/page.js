// What every page with a script needs: pieces of HTML, answers of the API, and whether the line is up.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A fault with the sentence that the server gave. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
    if (status === 401) document.dispatchEvent(new Event("expired"));
  }
}

// That the session is over is said by the page itself: whoever asked for a piece in passing has nothing to add, nor has the browser's console.
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Refused && event.reason.status === 401) event.preventDefault();
});

/** By how much this machine's clock runs ahead of the server's, as the latest answer showed; to the second. */
export const clock = { ahead_ms: 0 };
export function note(response) {
  const date = Date.parse(response.headers.get("date") || "");
  if (date) clock.ahead_ms = Date.now() - date;
}

const secret = $('meta[name="csrf"]');

/** After a new login in another window the page's secret is an old one: the new one is taken. False while the same person is not in. */
export async function renew() {
  const answer = await fetch("/session", { headers: { "X-Requested-With": "piece" } });
  if (!answer.ok) return false;
  const { caller, csrf } = await answer.json();
  if (!secret || caller !== $('meta[name="caller"]')?.content) return false;
  secret.content = csrf;
  for (const field of $$('input[name="csrf"]')) field.value = csrf;
  return true;
}

/** `fetch` with the secret of the session; once more after a new login. */
export async function send(path, options) {
  const once = () => fetch(path, { ...options, headers: { ...options.headers, "X-CSRF-Token": secret?.content || "" }, redirect: "manual" });
  const response = await once();
  if (response.status !== 403 || !(response.headers.get("content-type") || "").includes("json")) return response;
  const problem = await response.clone().json();
  return problem.code === "csrf_invalid" && (await renew()) ? once() : response;
}

async function refusal(response) {
  let problem = {};
  try {
    problem = (response.headers.get("content-type") || "").includes("json")
      ? await response.json()
      : { detail: new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".fault")?.textContent };
  } catch { /* nothing readable came */ }
  return new Refused(response.status, problem);
}

/** A piece of HTML from the server; 401 when the session is over. */
export async function piece(path, parameters = {}) {
  const text = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
  const response = await fetch(text ? `${path}?${text}` : path, { headers: { "X-Requested-With": "piece" }, redirect: "manual" });
  if (response.type === "opaqueredirect") throw new Refused(401, {});
  if (!response.ok) throw await refusal(response);
  note(response);
  return response.text();
}

const PATIENCE_S = 60;

/** A call of the API. `key` makes a repeated call harmless: while its first is under way in another window, that one's answer is waited for. */
export async function call(method, path, body, key) {
  const headers = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  for (let again = 10; ; again -= 1) {
    // A line that swallows everything is no line.
    const signal = AbortSignal.timeout?.(PATIENCE_S * 1000);
    const response = await send(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
    if (response.type === "opaqueredirect") throw new Refused(401, {});
    if (response.ok) return response.status === 204 ? null : response.json();
    const refused = await refusal(response);
    if (refused.code !== "idempotency_key_running" || !again) throw refused;
    await new Promise((go) => setTimeout(go, 300));
  }
}

/** A key for `call` that no other page will make. */
export const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** Runs `work` once things have been quiet for a while. */
export function calm(milliseconds, work) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), milliseconds);
  };
}

/** Server-sent events with the state of the line. The browser connects again by itself and goes on where it stopped; we, when it has given up. */
export function listen(path, handlers, onState) {
  const source = new EventSource(path);
  source.onopen = () => onState(true);
  source.onerror = () => {
    onState(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(path, handlers, onState), 3000);
  };
  for (const [name, handler] of Object.entries(handlers)) source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  return source;
}
