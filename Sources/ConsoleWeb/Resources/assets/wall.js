// 指挥大屏: fetches itself again every few seconds and says how old it is.
import { $, piece } from "./page.js";

const wall = $("#wall");
const word = (name) => $(`[data-word="${name}"]`, $("#words").content).textContent;
let last = Date.now();

async function refresh() {
  try {
    const active = document.activeElement?.getAttribute("href");
    wall.innerHTML = await piece(wall.dataset.piece);
    if (active) $(`a[href="${active}"]`, wall)?.focus();
    last = Date.now();
  } catch { /* the age below tells */ }
}

setInterval(refresh, 5000);
setInterval(() => {
  const seconds = Math.round((Date.now() - last) / 1000);
  const age = $("#age");
  age.textContent = seconds > 30 ? word("stale") : word("age").replace("{}", seconds);
  age.className = seconds > 30 ? "fault" : "soft";
}, 1000);
