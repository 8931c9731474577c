// Which keys a prompt offers: "press 1", "нажмите 1", "הקישו אחת" light the key on the pad.

const WORDS = {
  0: "zero|ноль|אפס",
  1: "one|один|единицу|אחת",
  2: "two|два|двойку|שתיים",
  3: "three|три|тройку|שלוש",
  4: "four|четыре|четвёрку|ארבע",
  5: "five|пять|пятёрку|חמש",
  6: "six|шесть|шестёрку|שש",
  7: "seven|семь|семёрку|שבע",
  8: "eight|восемь|восьмёрку|שמונה",
  9: "nine|девять|девятку|תשע",
  "*": "\\*|star|звёздочку|כוכבית",
  "#": "#|hash|pound|решётку|סולמית",
};
const KEY = `[0-9]|${Object.values(WORDS).join("|")}`;
const VERBS = "press|нажмите|להקיש|הקישו|הקישי|הקש|מקש|הקשה על";
const FILLERS = "(?:the |key |клавишу |את |על |מקש )*";
const ASKED = new RegExp(`(?<!\\p{L})(?:${VERBS})\\s+${FILLERS}(${KEY})(?![\\p{L}\\d])(?!\\s+(?:digits|цифр|ספרות))`, "giu");
/** "Press 1 to accept, 2 to pass." names the second key without its verb. */
const ALSO = /[,;]\s*(?:or\s+)?([0-9])\s+(?:to|for|if)(?!\p{L})/giu;
/** "… ובסיום סולמית": the key that ends an entry needs no verb. */
const ENDING = /(?:ובסיום|ואחריו|ואז)\s+(סולמית|כוכבית)/gu;

const keyOf = (word) => {
  const named = Object.entries(WORDS).find(([, words]) => words.split("|").includes(word));
  return named ? named[0] : word.replace("\\", "");
};

/** The keys a sentence offers, as a set of "0" to "9", "*" and "#". */
export function keysOffered(sentence) {
  const text = String(sentence ?? "").toLowerCase();
  const asked = [...text.matchAll(ASKED), ...text.matchAll(ENDING)].map(([, word]) => keyOf(word));
  const also = asked.length ? [...text.matchAll(ALSO)].map(([, digit]) => digit) : [];
  return new Set([...asked, ...also]);
}
