// 银行回单: the bank's file goes to the interface as it came; the page is shown anew, or the sentence why nothing was posted.
import { $, send } from "./page.js";

$("#bank")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const response = await send(`/api/v1/settlements/${form.dataset.month}/bank-return`, {
    method: "POST", headers: { "Content-Type": "text/csv" }, body: form.elements.file.files[0],
  });
  if (response.ok) return location.reload();
  const problem = await response.json().catch(() => ({}));
  $("#said").textContent = problem.detail || problem.title || response.statusText;
});
