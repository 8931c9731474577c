/* Keeps the page's shell for a visitor without a network, and shows what the bank pushes. Answers of the API are never kept. */
const PAGE = "/support";
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
  if (event.request.mode === "navigate" && url.pathname === PAGE) event.respondWith(page(event.request));
  else if (SHELL.includes(url.pathname + url.search))
    event.respondWith(caches.match(event.request).then((found) => found || fetch(event.request)));
});

/** From the network, and kept; without one, the page as it was last in this language. */
async function page(request) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    if (answer.ok) await kept.put(PAGE, answer.clone());
    return answer;
  } catch {
    return (await kept.match(PAGE)) || Response.error();
  }
}

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
