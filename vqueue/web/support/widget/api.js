/* The public API over a network that may fail: what is repeated carries the same key, so it happens once. */
const PATIENCE_MS = 12_000;
const PAUSES_MS = [400, 1_000, 2_500, 5_000];

/** A refusal of the service, with its stable code. */
export class Problem extends Error {
  constructor(status, told) {
    super(told.code || String(status));
    this.status = status;
    this.code = told.code || "unavailable";
    this.errors = told.errors || [];
    this.request = told.request || null;
  }
}

/** No answer came, however often it was tried. */
export class NoConnection extends Error {}

export const pause = (ms, signal) =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });

export class Api {
  /** `tokens`: {get(), renew()} → a token or null. `heard(ok)` is told whether the network carries. */
  constructor({ base, tokens, heard, signal }) {
    Object.assign(this, { base, tokens, heard, signal });
  }

  get(path) {
    return this.ask("GET", path);
  }

  /** `again`: whether the same request may be sent a second time when no answer came. */
  async ask(method, path, { body, headers = {}, again = true, open = false } = {}) {
    for (let turn = 0; ; turn += 1) {
      try {
        const answer = await this.once(method, path, { body, headers, open });
        this.heard(true);
        if (answer.ok) return answer.status === 204 ? null : await answer.json();
        const told = await answer.json().catch(() => ({}));
        const later = answer.status === 429 || answer.status >= 502;
        if (!later || !again || turn >= PAUSES_MS.length) throw new Problem(answer.status, told);
        const wait = Number(answer.headers.get("Retry-After")) * 1000;
        if (wait > 10_000) throw new Problem(answer.status, told);
        await pause(Math.max(wait || 0, PAUSES_MS[turn]), this.signal);
      } catch (error) {
        if (error instanceof Problem) throw error;
        if (this.signal.aborted) throw error;
        this.heard(false);
        if (!again || turn >= PAUSES_MS.length) throw new NoConnection();
        await pause(PAUSES_MS[turn], this.signal);
      }
    }
  }

  /** One try; a token that is not good any more is renewed once. */
  async once(method, path, { body, headers, open }) {
    const send = async (token) => {
      const sent = { Accept: "application/json", ...headers };
      if (token) sent.Authorization = `Bearer ${token}`;
      if (body !== undefined) sent["Content-Type"] = sent["Content-Type"] || "application/json";
      const limit = limited(this.signal);
      const text = body === undefined ? undefined : JSON.stringify(body);
      return fetch(`${this.base}/v1${path}`, {
        method,
        headers: sent,
        body: text,
        signal: limit.signal,
        credentials: "omit",
        cache: "no-store",
      }).finally(limit.done);
    };
    if (open) return send(null);
    const answer = await send(await this.tokens.get());
    if (answer.status !== 401) return answer;
    const renewed = await this.tokens.renew();
    return renewed ? send(renewed) : answer;
  }

  /** Follows one request until `stop` is aborted or nothing follows; broken streams are taken up where they ended. */
  async follow(path, { last, stop, told, alive, over }) {
    for (let turn = 0; !stop.aborted; turn += 1) {
      try {
        const token = await this.tokens.get();
        if (!token) return over("not_authenticated");
        const headers = { Authorization: `Bearer ${token}`, Accept: "text/event-stream" };
        if (last) headers["Last-Event-ID"] = last;
        const answer = await this.opened(path, headers, stop);
        if (answer.status === 401 && !(await this.tokens.renew())) return over("not_authenticated");
        if (answer.status === 404) return over("not_found");
        if (answer.ok) {
          this.heard(true);
          turn = 0;
          const ended = await this.read(
            answer,
            stop,
            (event) => {
              if (event.id) last = event.id;
              if (event.name === "request") told(JSON.parse(event.data));
              return event.name;
            },
            alive,
          );
          if (ended === "over") return over(null);
          if (ended === "token_expiring") await this.tokens.soon();
        }
      } catch {
        if (stop.aborted) return undefined;
        this.heard(false);
      }
      await pause(Math.min(8_000, 500 * 2 ** turn), stop);
    }
    return undefined;
  }

  opened(path, headers, stop) {
    return fetch(`${this.base}/v1${path}`, { headers, signal: stop, credentials: "omit", cache: "no-store" });
  }

  /** Reads events; a stream that says nothing for 25 s is given up. The last event's name. */
  async read(answer, stop, take, alive) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "",
      name = "";
    for (;;) {
      const silence = new AbortController();
      const part = await Promise.race([
        reader.read(),
        pause(25_000, silence.signal).then(() => (silence.signal.aborted ? null : "silent")),
      ]);
      silence.abort();
      if (part === "silent" || stop.aborted) {
        await reader.cancel().catch(() => {});
        return "silent";
      }
      if (part.done) return name;
      alive();
      text += part.value.replace(/\r/g, "");
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parsed(text.slice(0, end));
        text = text.slice(end + 2);
        if (event.data !== "") name = take(event);
      }
    }
  }
}

/** A signal that ends with `outer`, or after a while. */
function limited(outer) {
  const own = new AbortController();
  const end = () => own.abort();
  const timer = setTimeout(end, PATIENCE_MS);
  outer.addEventListener("abort", end, { once: true });
  return {
    signal: own.signal,
    done: () => {
      clearTimeout(timer);
      outer.removeEventListener("abort", end);
    },
  };
}

function parsed(block) {
  const event = { id: "", name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [field, ...rest] = line.split(":");
    const value = rest.join(":").replace(/^ /, "");
    if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
    else if (field === "data") event.data += value;
  }
  return event;
}
