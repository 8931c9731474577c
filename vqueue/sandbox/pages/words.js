// Chooses the language of the page and says its words, numbers and times in it.
import en from "./words.en.js";
import ru from "./words.ru.js";
import he from "./words.he.js";

const CATALOGUES = { en, ru, he };
export const LANGUAGES = [["en", "English"], ["ru", "Русский"], ["he", "עברית"]];
const RIGHT_TO_LEFT = new Set(["he", "iw", "ar", "fa", "ur", "yi"]);

const primary = (tag) => String(tag || "").toLowerCase().split(/[-_]/)[0];

function chosenLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  const kept = recall("vqueue.lang");
  for (const tag of [asked, kept, ...(navigator.languages || [])]) {
    if (CATALOGUES[primary(tag)]) return primary(tag);
  }
  return "en";
}

/** Reads what this browser remembers; a browser that forbids it remembers nothing. */
export function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

export function remember(key, value) {
  try { localStorage.setItem(key, value); } catch { /* private windows may refuse; the page works without */ }
}

export const lang = chosenLanguage();
const plurals = new Map(LANGUAGES.map(([tag]) => [tag, new Intl.PluralRules(tag)]));

/** Direction of a language tag: "rtl" or "ltr"; "auto", by the letters, where no language is told. */
export const direction = (tag) => (!tag ? "auto" : RIGHT_TO_LEFT.has(primary(tag)) ? "rtl" : "ltr");

/** A name or a sentence put into another keeps its own direction (Unicode isolates); bare figures need none. */
const alone = (value) => (/[\p{L}+]/u.test(value) ? `\u2068${value}\u2069` : String(value));

/** The language of the catalogue that serves a tag such as he-IL; that of the page where there is none. */
export const spokenHere = (tag) => (CATALOGUES[primary(tag)] ? primary(tag) : lang);

/** The words under a key with {names} filled in, in the language of the page or another; plural forms go by `n`. */
export function say(key, values = {}, language = lang) {
  let words = CATALOGUES[language][key] ?? en[key] ?? key;
  if (typeof words === "object") words = words[plurals.get(language).select(values.n)] ?? words.other;
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? alone(values[name]) : whole));
}

export const knows = (key) => key in en;

/** "14:24:12" in the reader's own zone; empty for no time. */
export function clockTime(at, { seconds = true } = {}) {
  const when = new Date(at);
  if (!at || Number.isNaN(when.getTime())) return "";
  const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (seconds) form.second = "2-digit";
  return new Intl.DateTimeFormat(lang, form).format(when);
}

/** The name of a language in the language of the page. */
export function languageName(tag) {
  try { return new Intl.DisplayNames([lang], { type: "language" }).of(primary(tag)) || tag; } catch { return tag; }
}

/** Length, such as "1:05", of a call in minutes and seconds. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Puts the catalogue into every [data-say] and [data-say-label] of the page. */
export function sayPage(root = document) {
  document.documentElement.lang = lang;
  document.documentElement.dir = direction(lang);
  for (const node of root.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of root.querySelectorAll("[data-say-label]")) node.setAttribute("aria-label", say(node.dataset.sayLabel));
}
