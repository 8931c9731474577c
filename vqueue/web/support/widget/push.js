/* Push messages to this browser, where the page has a service worker and the bank has a key for it. */
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

export class Push {
  constructor(registration, key) {
    Object.assign(this, { registration, key, on: false, refused: Notification.permission === "denied" });
  }

  /** Null where nothing can be pushed: an old browser, no worker, a bank without a key. */
  static found(registration, key) {
    const able = registration && key && "PushManager" in globalThis && "Notification" in globalThis;
    return able ? new Push(registration, key) : null;
  }

  /** Asks the person, then tells the bank where to send. The device's id stays the same in this browser. */
  async subscribe(put, locale) {
    if ((await Notification.requestPermission()) !== "granted") {
      this.refused = true;
      return true;
    }
    const made = await this.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: bytes(this.key),
    });
    const id =
      localStorage.getItem("vqueue-device") ||
      `web-${[...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
    localStorage.setItem("vqueue-device", id);
    const { endpoint, keys } = made.toJSON();
    await put(id, { kind: "web_push", subscription: { endpoint, keys }, locale });
    this.on = true;
    return true;
  }
}
