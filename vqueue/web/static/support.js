/* Around the widget on /support: the worker, the token an app or another page of the bank hands over, the language. */
const widget = document.querySelector("vqueue-support");
const ours = new Set([location.origin, ...widget.dataset.origins.split(" ").filter(Boolean)]);

if ("serviceWorker" in navigator && isSecureContext) {
  const found = navigator.serviceWorker.register("/support/worker.js", { scope: "/support" });
  widget.registration = found.then((registration) => registration).catch(() => null);
}

/* { type: "vqueue-token", token } from a page of the bank; a new one may come at any time. */
addEventListener("message", (event) => {
  if (!ours.has(event.origin) || event.data?.type !== "vqueue-token" || typeof event.data.token !== "string") return;
  const { token } = event.data;
  widget.tokenProvider = async () => token;
  widget.refresh?.();
});
(window.opener || window.parent) !== window &&
  (window.opener || window.parent)?.postMessage({ type: "vqueue-ready" }, "*");

/* The language chosen in the widget is the page's too, and is remembered. */
new MutationObserver(() => {
  const { lang } = widget;
  const page = document.documentElement;
  if (page.lang === lang) return;
  page.lang = lang;
  page.dir = lang === "he" ? "rtl" : "ltr";
  fetch(`/support?lang=${lang}`, { credentials: "same-origin" }).catch(() => {});
}).observe(widget, { attributes: true, attributeFilter: ["lang"] });
