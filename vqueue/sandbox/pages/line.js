// What a telephone knows of its line: pure functions from events to the state and the captions.

/** States of a line: free, calling, ringing, in_call, connected. */
export const freeLine = () => ({ state: "free", call: null });

export const isBusy = (line) => line.state !== "free";
export const isTalking = (line) => line.state === "in_call" || line.state === "connected";

/** The other end of the call an event tells of, seen from `number`; a withheld number shows as something else in `from`. */
export function otherEnd(event, number) {
  if (event.event === "calling") return event.to || "";
  return (event.to === number ? event.from : event.to) || "";
}

const NEXT = { calling: "calling", ring: "ringing", answered: "in_call", bridged: "connected" };
const BEGINS = new Set(["calling", "ring"]);

/** The line after an event. News of a call that is not on this line changes nothing. */
export function advance(line, event, number) {
  const { call } = line;
  if (event.event === "hangup") return call?.sid === event.call_sid ? freeLine() : line;
  if (event.event === "said" && event.by === "bank" && line.state === "connected") return { ...line, state: "in_call" };
  const state = NEXT[event.event];
  if (!state) return line;
  if (BEGINS.has(event.event)) {
    return call ? line : { state, call: { sid: event.call_sid, other: otherEnd(event, number), since: event.at } };
  }
  if (call?.sid !== event.call_sid) return line;
  return { state, call: { ...call, since: event.event === "answered" ? event.at : call.since } };
}

const TONES = new Set(["music", "ringback", "busy", "beep", "silence"]);
const CAUSES = {
  busy: "busy",
  "no-answer": "no_answer",
  no_answer: "no_answer",
  canceled: "canceled",
  cancelled: "canceled",
  failed: "failed",
  rejected: "rejected",
  declined: "rejected",
};

/** The catalogue's key of why a call ended, or null for the usual end. */
export const causeOf = (event) => (CAUSES[event.cause] ? `cause_${CAUSES[event.cause]}` : null);

/** What a caller hears when his call was not taken: "busy", "unobtainable", or null. */
export function refusalTone(event, before) {
  if (event.event !== "hangup" || before.state !== "calling" || before.call?.sid !== event.call_sid) return null;
  return { cause_busy: "busy", cause_rejected: "busy", cause_failed: "unobtainable" }[causeOf(event)] ?? null;
}

function hangupCaption(event, before, number) {
  if (before.state === "ringing" && event.cause === "busy" && event.to === number) return { key: "cap_declined", kind: "me" };
  if (causeOf(event)) return { key: causeOf(event), kind: "tone" };
  return event.by === "self" ? { key: "cap_hangup_you", kind: "me" } : { key: "cap_hangup", kind: "tone" };
}

function toneCaption({ text }) {
  if (/^[0-9*#A-D]+$/.test(text)) return { key: "tone_keys", values: { digits: text }, kind: "tone" };
  return TONES.has(text) ? { key: `tone_${text}`, kind: "tone" } : { key: "tone_play", values: { text }, kind: "tone" };
}

/**
 * The caption of an event as {key, values, kind} from the catalogue, or {text, language, kind} for what was said;
 * kinds are me, tone and said. Null for what is neither heard nor done. `before` is the line the event found,
 * `who` the name of the other end.
 */
export function caption(event, before, { number, who }) {
  const mine = event.by === "self";
  switch (event.event) {
    case "ring": return { key: "cap_ring", values: { who }, kind: "tone" };
    case "calling": return { key: "cap_calling", values: { who }, kind: "me" };
    case "answered":
      return event.to === number ? { key: "cap_you_answered", kind: "me" }
        : { key: "cap_answered", values: { who }, kind: "tone" };
    case "said":
      return mine ? { key: "cap_you_said", values: { text: event.text }, kind: "me" }
        : { text: event.text, language: event.language, kind: "said" };
    case "message": return { key: "cap_message", values: { text: event.text }, kind: "said" };
    case "pressed": return { key: "cap_pressed", values: { digits: event.digits }, kind: "me" };
    case "bridged": return { key: "cap_bridged", kind: "said" };
    case "record": return { key: "cap_record", kind: "tone" };
    case "tone": return toneCaption(event);
    case "hangup": return hangupCaption(event, before, number);
    default: return null;
  }
}

const STATES = { idle: "free", calling: "calling", ringing: "ringing", "in-call": "in_call" };

/** The line as the sandbox's list of phones has it; what is known of the same call is kept. */
export function lineOf({ state, call_sid: sid }, before, at) {
  const found = STATES[state] ?? "free";
  if (found === "free" || !sid) return freeLine();
  if (before.call?.sid === sid) return before;
  return { state: found, call: { sid, other: "", since: at } };
}
