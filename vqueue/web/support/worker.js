/* Keeps the page's shell for a visitor without a network, and shows what the bank pushes. Answers of the API are never kept. */
const PAGE = "/support";
const PATIENCE_MS = 4_000;
const KEPT = `support ${SHELL[0]}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(KEPT)
      .then((kept) => kept.addAll(SHELL))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const old = (name) => name.startsWith("support ") && name !== KEPT;
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter(old).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event));
  else if (SHELL.includes(url.pathname + url.search))
    event.respondWith(caches.match(event.request).then((found) => found || fetch(event.request)));
});

/** From the network, and kept; where it does not carry, or not within a few seconds, the page as it was last. */
async function page(event) {
  const kept = await caches.open(KEPT);
  const last = await kept.match(PAGE);
  const fresh = fetch(event.request).then(async (answer) => {
    if (answer.ok) await kept.put(PAGE, answer.clone());
    return answer;
  });
  if (!last) return fresh;
  event.waitUntil(fresh.catch(() => null));
  return Promise.race([fresh.catch(() => last), late().then(() => last)]);
}

const late = () => new Promise((over) => setTimeout(over, PATIENCE_MS));

self.addEventListener("push", (event) => {
  let told = {};
  try {
    told = event.data.json();
  } catch {
    return;
  }
  const { title, body, lang, data } = told;
  event.waitUntil(
    self.registration.showNotification(title || "", {
      body,
      icon: ICON,
      lang,
      dir: "auto",
      data,
      tag: data?.request || "support",
      renotify: true,
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((open) => {
      const here = open.find((client) => new URL(client.url).pathname === PAGE);
      return here ? here.focus() : self.clients.openWindow(PAGE);
    }),
  );
});
