// 银行回单: the bank's file goes to the interface as it came; the page is shown anew, or the sentence why nothing was posted.
import { $, send } from "./page.js";

const word = (name) => $(`[data-word="${name}"]`, $("#words").content).textContent;
const say = (text) => { $("#said").textContent = text; };

$("#bank")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  // Pressed twice, the file goes once.
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  say(word("sending"));
  try {
    const response = await send(`/api/v1/settlements/${form.dataset.month}/bank-return`, {
      method: "POST", headers: { "Content-Type": "text/csv" }, body: form.elements.file.files[0],
    });
    if (response.ok) return location.reload();
    const problem = await response.json().catch(() => ({}));
    say(response.status === 401 ? word("login") : response.status === 413 ? word("large") : problem.detail || problem.title || word("undone"));
  } catch {
    // Whether it arrived is not known; the file is the same and is posted once.
    say(word("away"));
  } finally {
    delete form.dataset.busy;
  }
});
