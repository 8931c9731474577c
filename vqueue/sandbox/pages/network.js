// Talks with the sandbox: one function a question, errors as sentences, and the stream of news.
import { say } from "./words.js";

/** What the sandbox or the line to it refused; `message` is a sentence for the reader. */
export class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function reasonOf(answer) {
  const text = await answer.text().catch(() => "");
  try {
    const body = JSON.parse(text);
    return body.detail || body.message || body.error || body.title || text;
  } catch {
    return text || `HTTP ${answer.status}`;
  }
}

export async function ask(method, path, body) {
  const request = { method, cache: "no-store", headers: { Accept: "application/json" } };
  if (method !== "GET") {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body ?? {});
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Refusal(say("err_offline"), 0);
  }
  if (!answer.ok) throw new Refusal(say("err_refused", { reason: String(await reasonOf(answer)).slice(0, 300) }), answer.status);
  if (answer.status === 204) return null;
  const text = await answer.text();
  return text ? JSON.parse(text) : null;
}

export const phonePath = (number, verb = "") => `/sandbox/phones/${encodeURIComponent(number)}${verb ? `/${verb}` : ""}`;
export const personPath = (number) => `/sandbox/people/${encodeURIComponent(number)}`;

/** Splits a stream of bytes into server-sent messages {id, data}; comments count as signs of life only. */
async function* messages(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    rest = (rest + value).replace(/\r\n?/g, "\n");
    const blocks = rest.split("\n\n");
    rest = blocks.pop();
    yield null;
    for (const block of blocks) {
      const message = { id: null, data: "" };
      for (const line of block.split("\n")) {
        if (line.startsWith("id:")) message.id = line.slice(3).trim();
        else if (line.startsWith("data:")) message.data += line.slice(5).replace(/^ /, "");
      }
      if (message.data) yield message;
    }
  }
}

/** A stream that gives no sign of life for so long is dead, whatever the machine says that slept meanwhile. */
const SILENT_MS = 45_000;

/**
 * Follows a stream of events for ever, resuming after the last one heard; returns the function that stops it.
 * `hear(event)` gets each parsed message, `alive()` is called at each sign of life, `lost()` when the line breaks,
 * `gone()` when what is followed does not exist (any more).
 */
export function follow(path, { hear, alive, lost = () => {}, gone = () => {}, since = null }) {
  const stop = new AbortController();
  let last = since;
  const once = async () => {
    const headers = { Accept: "text/event-stream", ...(last !== null && { "Last-Event-ID": String(last) }) };
    const dead = new AbortController();
    let watch = 0;
    const lives = () => {
      clearTimeout(watch);
      watch = setTimeout(() => dead.abort(), SILENT_MS);
    };
    lives();
    const signal = AbortSignal.any([stop.signal, dead.signal]);
    const answer = await fetch(path, { headers, cache: "no-store", signal }).finally(() => clearTimeout(watch));
    if (!answer.ok || !answer.body) throw new Refusal(`HTTP ${answer.status}`, answer.status);
    alive();
    lives();
    for await (const message of messages(answer.body)) {
      alive();
      lives();
      if (!message) continue;
      if (message.id) last = message.id;
      try { hear(JSON.parse(message.data)); } catch (fault) { reportError(fault); }
    }
  };
  (async () => {
    for (let failures = 0; !stop.signal.aborted; ) {
      const began = performance.now();
      const refusal = await once().catch((fault) => fault);
      if (refusal?.status === 404) gone();
      if (stop.signal.aborted) return;
      lost();
      failures = performance.now() - began > 5000 ? 0 : Math.min(failures + 1, 5);
      await new Promise((wake) => setTimeout(wake, 300 * 2 ** failures));
    }
  })();
  return () => stop.abort();
}

/** One stream for all open phones: a browser allows six connections to one place, and phones may be more. */
export const phonesFeed = (numbers) => `/sandbox/phone-events?${numbers.map((number) => `number=${encodeURIComponent(number)}`).join("&")}`;
