// Sends a file as it is and shows the report in its place.
import { $, send } from "./page.js";

$("#import").addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = event.target.elements.file.files[0];
  const report = $("#report");
  report.textContent = "…";
  const response = await send(`/admin/import?dry=${event.submitter.value}`, { method: "POST", headers: { "Content-Type": "text/csv" }, body: file });
  const text = await response.text();
  report.innerHTML = response.ok ? text : "";
  if (!response.ok) {
    const line = document.createElement("p");
    line.className = "fault";
    line.textContent = new DOMParser().parseFromString(text, "text/html").querySelector(".fault")?.textContent || response.statusText;
    report.append(line);
  }
});
