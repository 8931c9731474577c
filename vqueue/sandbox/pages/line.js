// What a telephone knows of its line: pure functions from events to the state and the captions.

/** States of a line: free, calling, ringing, in_call, connected. */
export const freeLine = () => ({ state: "free", call: null });

export const isBusy = (line) => line.state !== "free";
export const isTalking = (line) => line.state === "in_call" || line.state === "connected";

/** The other end of an event, seen from `number`. */
export const otherEnd = (event, number) => (event.from === number ? event.to : event.from) || "";

const NEXT = { calling: "calling", ring: "ringing", answered: "in_call", bridged: "connected" };

/** The line after an event. News of a call that is not on this line changes nothing. */
export function advance(line, event, number) {
  if (event.event === "hangup") return line.call?.sid === event.call_sid ? freeLine() : line;
  const state = NEXT[event.event];
  const begins = event.event === "calling" || event.event === "ring";
  if (!state) return line;
  if (line.call && line.call.sid !== event.call_sid) return line;
  if (!line.call && !begins) return line;
  if (begins && line.call) return line;
  const call = line.call ?? { sid: event.call_sid, other: otherEnd(event, number), outgoing: event.event === "calling", since: event.at };
  const since = event.event === "answered" ? event.at : call.since;
  const other = event.event === "bridged" ? event.peer || call.other : call.other;
  return { state: line.state === "connected" && state === "in_call" ? "connected" : state, call: { ...call, since, other } };
}

const CAUSES = { busy: "busy", "no-answer": "no_answer", no_answer: "no_answer", canceled: "canceled", cancelled: "canceled", failed: "failed", rejected: "rejected", declined: "rejected" };

/** The catalogue's key of why a call ended, or null for the usual end. */
export const causeOf = (event) => (CAUSES[event.cause] ? `cause_${CAUSES[event.cause]}` : null);

function hangupCaption(event, mine, who) {
  if (causeOf(event)) return { key: causeOf(event), kind: "tone" };
  if (event.by === undefined || event.by === null) return { key: "cap_hangup", kind: "tone" };
  return mine ? { key: "cap_hangup_you", kind: "me" } : { key: "cap_hangup_them", values: { who }, kind: "tone" };
}

/**
 * The caption of an event as {key, values, kind} from the catalogue, or {text, language, kind} for what was said;
 * kinds are me, tone and said. `who` is the name of the other end.
 */
export function caption(event, number, who) {
  const mine = event.by === number || event.by === "me" || event.by === "self";
  switch (event.event) {
    case "ring": return { key: "cap_ring", kind: "tone" };
    case "calling": return { key: "cap_calling", values: { who }, kind: "me" };
    case "answered": return event.to === number ? { key: "cap_you_answered", kind: "me" } : { key: "cap_answered", values: { who }, kind: "tone" };
    case "said":
      return mine ? { key: "cap_you_said", values: { text: event.text }, language: event.language, kind: "me" }
        : { text: event.text, language: event.language, kind: "said" };
    case "pressed": {
      const theirs = event.by !== undefined && event.by !== null && !mine;
      return theirs ? { key: "cap_they_pressed", values: { who, digits: event.digits }, kind: "tone" }
        : { key: "cap_pressed", values: { digits: event.digits }, kind: "me" };
    }
    case "bridged": return who ? { key: "cap_bridged", values: { who }, kind: "said" } : { key: "cap_bridged_plain", kind: "said" };
    case "record": return { key: "cap_record", kind: "tone" };
    case "tone": return { key: `tone_${event.text || "music"}`, values: { text: event.text }, kind: "tone" };
    case "hangup": return hangupCaption(event, mine, who);
    default: return null;
  }
}

const LIVE = { queued: "calling", initiated: "calling", ringing: null, "in-progress": "in_call", in_progress: "in_call", answered: "in_call", bridged: "connected" };

/** The line as the sandbox tells of it in its list of phones. */
export function lineOf({ number, calls = [] }) {
  const call = calls.find(({ state, status }) => (state ?? status) in LIVE);
  if (!call) return freeLine();
  const outgoing = call.from === number;
  const state = LIVE[call.state ?? call.status] ?? (outgoing ? "calling" : "ringing");
  return { state, call: { sid: call.call_sid ?? call.sid, other: outgoing ? call.to : call.from, outgoing, since: call.answered_at ?? call.at ?? call.started_at } };
}
