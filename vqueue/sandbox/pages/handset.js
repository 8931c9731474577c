// Builds the visible parts of one telephone; what they do is told by `does`.
import { icon, isolated, make } from "./elements.js";
import { spacedNumber } from "./numbers.js";
import { direction, languageName, say } from "./words.js";

const KEYS = [
  ["1", ""], ["2", "ABC"], ["3", "DEF"],
  ["4", "GHI"], ["5", "JKL"], ["6", "MNO"],
  ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"],
  ["*", ""], ["0", "+"], ["#", ""],
];
const KEY_NAMES = { "*": "key_star", "#": "key_hash" };

const button = (props, ...children) => make("button", { type: "button", ...props }, ...children);

/** The parts by name, `set` the whole; `captions` is the element between strip and keypad. `does` offers remove(), main(),
 * decline(), mute(), press(key), wipe(), typed(), speak(event) and key(event). */
export function buildHandset(owner, captions, does) {
  const parts = { keys: new Map() };
  parts.error = make("p", { class: "err", role: "alert", hidden: true });
  const label = say("phone_label", { role: say(owner.role), name: owner.name });
  const told = { class: "set", "aria-label": label, tabindex: "-1", "data-number": owner.number, on: { keydown: does.key } };
  parts.set = make("section", told,
    header(owner, parts, label, does), strip(parts), dialField(parts, does), captions, keypad(owner, parts, does),
    speech(owner, parts, does), parts.error, hook(parts, does));
  return parts;
}

function header(owner, parts, label, does) {
  parts.tag = make("span", { class: "tag" });
  const gone = { class: "iconbtn", "aria-label": say("remove_phone", { name: owner.name }), on: { click: does.remove } };
  return make("header", {},
    make("h2", { title: label }, say(owner.role), ", ", make("bdi", {}, owner.name)),
    parts.tag,
    button(gone, icon("cross")),
    make("span", { class: "sub" }, isolated(spacedNumber(owner.number)), " · ", languageName(owner.language)));
}

function strip(parts) {
  parts.title = make("div");
  parts.timer = make("span", { class: "t", role: "timer", "aria-label": say("duration") });
  parts.strip = make("div", { class: "callbar", hidden: true }, icon("phone", "i-lg"), parts.title, parts.timer);
  return parts.strip;
}

function dialField(parts, does) {
  parts.dial = make("input", {
    class: "inp", type: "tel", inputmode: "tel", dir: "ltr", autocomplete: "off", spellcheck: "false", maxlength: "140",
    "aria-label": say("number_to_call"), on: { input: does.typed },
  });
  parts.dial.addEventListener("keydown", (event) => { if (event.key === "Enter") does.main(); });
  const wipe = button({ class: "btn", "aria-label": say("delete_digit"), on: { click: does.wipe } }, icon("back", "i-dir"));
  parts.contacts = make("div", { class: "contacts" });
  parts.idle = make("div", { class: "callbar idle" }, parts.dial, wipe, parts.contacts);
  return parts.idle;
}

function keypad(owner, parts, does) {
  const pad = make("div", { class: "pad", role: "group", "aria-label": say("keypad", { name: owner.name }) });
  for (const [key, letters] of KEYS) {
    const name = KEY_NAMES[key] ? `${key} ${say(KEY_NAMES[key])}` : null;
    const one = button({ "data-key": key, "aria-label": name, on: { click: () => does.press(key) } },
      key, " ", make("small", {}, letters));
    parts.keys.set(key, one);
    pad.append(one);
  }
  return pad;
}

function speech({ language }, parts, does) {
  parts.words = make("input", {
    class: "inp", type: "text", maxlength: "500", autocomplete: "off", lang: language, dir: direction(language),
    placeholder: say("say_hint"), "aria-label": say("say_label"),
  });
  parts.talk = make("form", { class: "say", hidden: true, on: { submit: does.speak } },
    parts.words, make("button", { class: "btn", type: "submit" }, say("say")));
  return parts.talk;
}

function hook(parts, does) {
  parts.mute = button({ class: "btn", "aria-pressed": "false", on: { click: does.mute } });
  parts.decline = button({ class: "btn danger-line", hidden: true, on: { click: does.decline } }, icon("hangup"), say("decline"));
  parts.main = button({ class: "btn", on: { click: does.main } });
  return make("div", { class: "hook" }, parts.mute, parts.decline, parts.main);
}
