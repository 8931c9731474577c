// Plays the sounds of the telephones: keys, beeps, and the tones that go on until something happens.
import { countryOf, toneOf, tonePair } from "./tones.js";

const LOUDNESS = { bell: 0.07, ringback: 0.03, busy: 0.05, unobtainable: 0.04, music: 0.012 };
/** How often a tone that nobody hears out is repeated. */
const TURNS = { busy: 5, unobtainable: 2 };

let context = null;
/** Browsers allow sound only after a touch or a key; until then the bell is silent. */
function wake() {
  if (!window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
}
addEventListener("pointerdown", wake, true);
addEventListener("keydown", wake, true);

/** Begins a note and returns what ends it at once. */
function sound(pair, { from = 0, seconds, loudness }) {
  if (!context || context.state !== "running") return () => {};
  const start = context.currentTime + from;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.008);
  gain.gain.setValueAtTime(loudness, start + seconds - 0.012);
  gain.gain.linearRampToValueAtTime(0, start + seconds);
  gain.connect(context.destination);
  for (const frequency of pair) {
    const note = new OscillatorNode(context, { frequency });
    note.connect(gain);
    note.start(start);
    note.stop(start + seconds);
  }
  return () => gain.disconnect();
}

export function playKey(key) {
  const pair = tonePair(key);
  wake();
  if (pair) sound(pair, { seconds: 0.14, loudness: 0.07 });
}

export const playBeep = () => sound([1000], { seconds: 0.4, loudness: 0.06 });

/** A tone that is repeated until it is stopped, or for its turns. */
class Loop {
  #ends = [];
  #timer = null;

  constructor(kind, country) {
    this.kind = kind;
    this.tone = toneOf(kind, country);
    this.#turn(TURNS[kind] ?? Infinity);
  }

  #turn(left) {
    if (left <= 0) return;
    const loudness = LOUDNESS[this.kind];
    this.#ends = this.tone.notes.map(({ pair, at, seconds }) => sound(pair, { from: at, seconds, loudness }));
    this.#timer = setTimeout(() => this.#turn(left - 1), this.tone.every * 1000);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#ends.forEach((end) => end());
  }
}

/** What each phone sounds like now, as "kind country"; phones that sound alike share one loop. */
const wanted = new Map();
const loops = new Map();

function settle() {
  const heard = new Set(wanted.values());
  for (const [name, loop] of loops) {
    if (heard.has(name)) continue;
    loop.stop();
    loops.delete(name);
  }
  for (const name of heard) if (!loops.has(name)) loops.set(name, new Loop(...name.split(" ")));
}

/** Lets a phone sound: "bell", "ringback", "busy", "unobtainable", "music", or null; `of` is the number whose country it is. */
export function ring(number, kind, of = number) {
  const name = kind ? `${kind} ${countryOf(of)}` : null;
  if ((wanted.get(number) ?? null) === name) return;
  if (name) wanted.set(number, name);
  else wanted.delete(number);
  settle();
}
