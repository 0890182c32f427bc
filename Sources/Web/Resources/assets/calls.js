// A call or an emergency that comes in while one is on another page than the desk: it is said, and one key leads there.
import { $, $$, listen } from "./page.js";

const bar = $("#calls");
const lines = new Map();

function tell(event) {
  const known = lines.get(event.subject);
  if (!["call.ringing", "emergency.raised"].includes(event.type)) {
    // Answered or over: a call needs nobody any more, an emergency does.
    if (known?.dataset.about === "call.ringing") known.remove();
    return;
  }
  if (known?.dataset.about === event.type) return;
  known?.remove();
  const line = $("#call").content.firstElementChild.cloneNode(true);
  $("time", line).textContent = new Date(event.at).toLocaleTimeString("zh-CN", { hour12: false });
  for (const words of $$("[data-type]", line)) words.hidden = words.dataset.type !== event.type;
  $("a", line).href = `${bar.dataset.desk}?open=${event.about || "call"}:${encodeURIComponent(event.subject)}`;
  $("button", line).addEventListener("click", () => line.remove());
  line.dataset.about = event.type;
  lines.set(event.subject, line);
  bar.append(line);
}

document.addEventListener("keydown", (event) => {
  const first = $("a", bar);
  if (!first || !event.altKey || event.key !== "1") return;
  event.preventDefault();
  first.click();
});

// One window listens for all: a browser has six lines to a server, and each window would keep one for good.
const others = new BroadcastChannel("calls");
others.onmessage = ({ data }) => tell(data);
function hear() {
  const both = (event) => { tell(event); others.postMessage(event); };
  listen(bar.dataset.events, { call: both, emergency: both }, (isUp) => { bar.dataset.state = isUp ? "up" : "down"; });
  return new Promise(() => {});
}
if (navigator.locks) navigator.locks.request("calls", hear); else hear();
