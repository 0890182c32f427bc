// Keeps the provider's last sheet for a dead zone. The network comes first; what is kept is deleted at logout.
const KEPT = "portal";

const FIRST = ["/provider", "/assets/app.css", "/assets/portal.css", "/assets/page.js", "/assets/portal.js", "/assets/forms.js", "/assets/icon.svg"];
// The pages that are wanted on the way; of any other one the sheet is shown, which says that there is no network.
const PAGES = ["/provider", "/provider/plan", "/provider/means"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FIRST)));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const isPage = event.request.mode === "navigate" && url.pathname.startsWith("/provider");
  const isAsset = url.pathname.startsWith("/assets/");
  if (event.request.method !== "GET" || url.origin !== location.origin || !(isPage || isAsset)) return;
  event.respondWith((async () => {
    const cache = await caches.open(KEPT);
    try {
      const answer = await fetch(event.request);
      if (answer.ok && !answer.redirected && (isAsset || PAGES.includes(url.pathname + url.search))) cache.put(event.request, answer.clone());
      return answer;
    } catch (fault) {
      const kept = await cache.match(event.request) || (isPage && await cache.match("/provider"));
      if (kept) return kept;
      throw fault;
    }
  })());
});
