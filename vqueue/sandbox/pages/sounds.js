// The sounds of a telephone: keys (ITU-T Q.23 tone pairs), the bell, the ringing heard by a caller.

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = ["123", "456", "789", "*0#"];

/** The two frequencies in hertz of a key, or null for what is no key. */
export function tonePair(key) {
  const row = KEYS.findIndex((keys) => keys.includes(key));
  return row < 0 || key.length !== 1 ? null : [ROWS[row], COLUMNS[KEYS[row].indexOf(key)]];
}

let context = null;
/** Browsers allow sound only after a touch or a key; until then the bell is silent. */
function wake() {
  if (!window.AudioContext) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
}
addEventListener("pointerdown", wake, true);
addEventListener("keydown", wake, true);

function sound(pair, { from = 0, seconds, loudness }) {
  if (!context || context.state !== "running") return;
  const start = context.currentTime + from;
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loudness, start + 0.008);
  gain.gain.setValueAtTime(loudness, start + seconds - 0.012);
  gain.gain.linearRampToValueAtTime(0, start + seconds);
  gain.connect(context.destination);
  for (const frequency of pair) {
    const tone = new OscillatorNode(context, { frequency });
    tone.connect(gain);
    tone.start(start);
    tone.stop(start + seconds);
  }
}

export function playKey(key) {
  const pair = tonePair(key);
  wake();
  if (pair) sound(pair, { seconds: 0.14, loudness: 0.07 });
}

export const playBeep = () => sound([1000], { seconds: 0.4, loudness: 0.06 });
export const playBusy = () => [0, 0.75, 1.5].forEach((from) => sound([400], { from, seconds: 0.37, loudness: 0.05 }));

const ringing = new Map();
function ringOnce() {
  const loudness = Math.max(0, ...ringing.values());
  if (!loudness) return;
  sound([400, 450], { seconds: 0.4, loudness });
  sound([400, 450], { from: 0.6, seconds: 0.4, loudness });
}
setInterval(ringOnce, 3000);

/** Lets a phone ring ("bell"), hear ringing ("far") or be quiet (null); several phones share one bell. */
export function ring(number, kind) {
  const before = ringing.get(number);
  if (!kind) ringing.delete(number);
  else ringing.set(number, kind === "bell" ? 0.08 : 0.025);
  if (kind && before === undefined) ringOnce();
}
