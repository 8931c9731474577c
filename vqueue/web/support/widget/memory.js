/* What survives a reload of this tab: the guest's token, the wish that is being made, the request that is followed. */
export class Memory {
  static PERSONAL = ["state", "pending", "guest", "whose"];

  /** After `signal` nothing more is written: somebody else may be at the page by then. */
  constructor(name, signal) {
    Object.assign(this, { name, signal });
    this.kept = {};
    try {
      this.kept = JSON.parse(sessionStorage.getItem(name) || "{}");
    } catch {
      /* a browser that keeps nothing */
    }
  }

  get(key) {
    return this.kept[key];
  }

  set(key, value) {
    if (value === null || value === undefined) delete this.kept[key];
    else this.kept[key] = value;
    if (this.signal?.aborted) return;
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.kept));
    } catch {
      /* it stays in memory */
    }
  }

  forget(...keys) {
    keys.forEach((key) => this.set(key, null));
  }
}

/** The wish's key: the same words are the same wish, and make one request however often they are sent. */
export function keyFor(memory, body) {
  const text = JSON.stringify(body);
  const pending = memory.get("pending");
  if (pending && pending.text === text) return pending.key;
  const key = crypto.randomUUID
    ? crypto.randomUUID()
    : [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  memory.set("pending", { key, text });
  return key;
}

/** Whom a token speaks for, as far as it can be read; empty for one that says nothing. Who checks it is the service. */
export function subject(token) {
  try {
    const { iss, sub } = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return sub ? `${iss || ""}|${sub}` : "";
  } catch {
    return "";
  }
}
