// The tones of the telephone networks of some countries (ITU-T E.180 and its supplement 2), and of the keys (Q.23).

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYS = ["123", "456", "789", "*0#"];

/** The two frequencies in hertz of a key, or null for what is no key. */
export function tonePair(key) {
  const row = KEYS.findIndex((keys) => keys.includes(key));
  return row < 0 || key.length !== 1 ? null : [ROWS[row], COLUMNS[KEYS[row].indexOf(key)]];
}

/** A tone: notes of {pair in hertz, at, seconds}, begun anew `every` so many seconds. */
const tone = (pair, beats, every) => ({ notes: beats.map(([at, seconds]) => ({ pair, at, seconds })), every });

/** The special information tone that stands before "the number you have dialled …". */
const INFORMATION = {
  notes: [950, 1400, 1800].map((frequency, n) => ({ pair: [frequency], at: n * 0.33, seconds: 0.33 })),
  every: 2,
};

const COUNTRIES = {
  44: {
    ringback: tone([400, 450], [[0, 0.4], [0.6, 0.4]], 3),
    busy: tone([400], [[0, 0.375]], 0.75),
    unobtainable: tone([400], [[0, 3]], 3),
  },
  1: {
    ringback: tone([440, 480], [[0, 2]], 6),
    busy: tone([480, 620], [[0, 0.5]], 1),
    unobtainable: INFORMATION,
  },
  972: {
    ringback: tone([400], [[0, 1]], 4),
    busy: tone([400], [[0, 0.5]], 1),
    unobtainable: INFORMATION,
  },
  7: {
    ringback: tone([425], [[0, 1]], 5),
    busy: tone([425], [[0, 0.35]], 0.7),
    unobtainable: INFORMATION,
  },
};
const ELSEWHERE = {
  ringback: tone([425], [[0, 1]], 5),
  busy: tone([425], [[0, 0.5]], 1),
  unobtainable: INFORMATION,
};

/** The calling code of a number whose country's tones are known, or "". */
export const countryOf = (number) => Object.keys(COUNTRIES).find((code) => String(number).startsWith(`+${code}`)) ?? "";

const WARBLE_S = 0.06;

/** The bell of a telephone: a warble of two notes in the rhythm of its country's ringing. */
function bell({ notes, every }) {
  const warbled = notes.flatMap(({ at, seconds }) =>
    Array.from({ length: Math.floor(seconds / WARBLE_S) }, (_, n) =>
      ({ pair: [n % 2 ? 988 : 784], at: at + n * WARBLE_S, seconds: WARBLE_S })));
  return { notes: warbled, every };
}

/** Music on hold: slow broken chords. */
const MUSIC = {
  notes: [262, 330, 392, 523, 220, 262, 330, 440, 175, 220, 262, 349, 196, 247, 294, 392]
    .map((frequency, n) => ({ pair: [frequency, frequency * 2], at: n * 0.5, seconds: 0.48 })),
  every: 8,
};

/** The tone of a country: "bell", "ringback", "busy", "unobtainable" or "music". */
export function toneOf(kind, country) {
  const tones = COUNTRIES[country] ?? ELSEWHERE;
  if (kind === "music") return MUSIC;
  return kind === "bell" ? bell(tones.ringback) : tones[kind];
}
