// One telephone on the page: header, call strip or dial field, captions, keypad, what to say, mute and hook.
import { Captions } from "./captions.js";
import { complain, icon, isolated, make } from "./elements.js";
import { advance, caption, freeLine, isBusy, isTalking, lineOf, otherEnd } from "./line.js";
import { ask, phonePath } from "./network.js";
import { isNumber, plainNumber, spacedNumber } from "./numbers.js";
import { playBeep, playBusy, playKey, ring } from "./sounds.js";
import { direction, duration, languageName, say } from "./words.js";

const KEYS = [["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""]];
const TAGS = { free: ["", "dot"], calling: ["info", "phone"], ringing: ["watch", "bell"], in_call: ["good", "phone"], connected: ["good", "pair"] };
const HOOK = { free: ["call", "phone", "primary"], ringing: ["answer", "phone", "primary"], busy: ["hang_up", "hangup", "danger"] };
/** A second tap, or one meant for the button that stood here a moment ago, is no action of its own. */
const ONE_ACTION_MS = 500;

export class Telephone {
  #line = freeLine();
  #muted = false;
  #restsUntil = 0;
  #word = null;
  #pressing = Promise.resolve();

  /** `owner` {number, name, role, language}; `room` offers nameOf(number, language), bankNumbers(), now(), voice,
   * remove(telephone), recount(). */
  constructor(owner, room) {
    this.#word = HOOK.free[0];
    this.owner = owner;
    this.room = room;
    this.captions = new Captions(owner);
    this.parts = this.#build();
    this.element = this.parts.set;
    this.#show();
  }

  get number() { return this.owner.number; }
  get busy() { return isBusy(this.#line); }

  /** Takes a piece of news of this number's line. */
  hear(event, { replayed = false } = {}) {
    const before = this.#line;
    this.#line = advance(before, event, this.number);
    if (event.event === "message" || before.call?.sid === event.call_sid || this.#line.call?.sid === event.call_sid) {
      this.captions.add(event, caption(event, before, { number: this.number, who: this.#who(event) }));
    }
    if (!replayed) this.#sound(event);
    if (event.event === "hangup" && !this.busy) this.room.voice.hush(this.number);
    this.#show();
  }

  /** Sets the line to what the sandbox's list of phones says, whatever was missed. */
  settle(item) {
    this.#line = lineOf(item, this.#line, new Date(this.room.now()).toISOString());
    this.#show();
  }

  prefill(number) {
    if (!this.parts.dial.value) this.parts.dial.value = spacedNumber(number);
  }

  tick() {
    const { state, call } = this.#line;
    if (isTalking(this.#line)) this.parts.timer.textContent = duration((this.room.now() - Date.parse(call.since)) / 1000);
    else this.parts.timer.textContent = state === "ringing" || state === "calling" ? duration((this.room.now() - Date.parse(call.since)) / 1000) : "";
  }

  refuse(text) { complain(this.parts.error, text); }

  #who(event) {
    return this.room.nameOf(otherEnd(event, this.number) || this.#line.call?.other, this.owner.language);
  }

  #sound(event) {
    if (this.#muted) return;
    if (event.event === "said" && event.by !== "self") this.room.voice.speak(this.number, event.text, event.language || this.owner.language);
    if (event.event === "record" || (event.event === "tone" && event.text === "beep")) playBeep();
    if (event.event === "hangup" && event.cause === "busy") playBusy();
  }

  async #do(verb, body) {
    complain(this.parts.error, "");
    try {
      return await ask("POST", phonePath(this.number, verb), body);
    } catch (refusal) {
      const gone = (refusal.status === 404 || refusal.status === 409) && verb !== "dial";
      const stranger = refusal.status === 422 && verb === "dial";
      const numbers = this.room.bankNumbers().map(spacedNumber).join(", ");
      this.refuse(gone ? say("err_gone") : stranger ? say("err_stranger", { numbers }) : refusal.message);
      if (gone) this.room.recount();
      return null;
    }
  }

  /** Carries out one action of the hook at a time. */
  async #hook(verb, body) {
    if (performance.now() < this.#restsUntil) return;
    this.#restsUntil = Infinity;
    await this.#do(verb, body);
    this.#restsUntil = performance.now() + ONE_ACTION_MS;
  }

  /** When the button turns from or into "hang up", it rests; "answer" may be tapped at once. */
  #turn(word) {
    if (this.#word !== word && word !== "answer") this.#restsUntil = Math.max(this.#restsUntil, performance.now() + ONE_ACTION_MS);
    if (word === "answer") this.#restsUntil = 0;
    this.#word = word;
  }

  #mainAction() {
    const { state, call } = this.#line;
    if (state === "ringing") return this.#hook("answer", { call_sid: call.sid });
    if (state !== "free") return this.#hook("hangup", {});
    const to = plainNumber(this.parts.dial.value);
    this.parts.dial.setAttribute("aria-invalid", String(!isNumber(to)));
    if (!isNumber(to)) {
      this.refuse(say("number_bad"));
      return this.parts.dial.focus();
    }
    return this.#hook("dial", { to });
  }

  press(key) {
    if (!this.#muted) playKey(key);
    this.#light(key);
    if (!this.busy) {
      this.parts.dial.value += key;
      return;
    }
    if (!isTalking(this.#line)) return;
    this.room.voice.hush(this.number);
    this.#pressing = this.#pressing.then(() => this.#do("press", { digits: key }));
  }

  #light(key) {
    const button = this.parts.keys.get(key);
    button.classList.add("down");
    setTimeout(() => button.classList.remove("down"), 180);
  }

  #mute() {
    this.#muted = !this.#muted;
    if (this.#muted) this.room.voice.hush(this.number);
    this.#show();
  }

  async #speak(event) {
    event.preventDefault();
    const { words } = this.parts;
    const text = words.value.trim();
    if (!text) return words.focus();
    words.value = "";
    if (!(await this.#do("say", { text }))) words.value ||= text;
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    if (this.parts.keys.has(event.key)) this.press(event.key);
  }

  #show() {
    const { state, call } = this.#line;
    const { parts } = this;
    const [tone, symbol] = TAGS[state];
    parts.tag.className = `tag ${tone}`;
    parts.tag.replaceChildren(icon(symbol), say(state === "calling" ? "calling_state" : state));
    parts.set.classList.toggle("is-ringing", state === "ringing");
    parts.set.classList.toggle("is-talking", isTalking(this.#line));
    parts.idle.hidden = this.busy;
    parts.strip.hidden = !this.busy;
    if (call) this.#showCall(state, call);
    const [word, sign, kind] = HOOK[state] ?? HOOK.busy;
    this.#turn(word);
    parts.main.className = `btn ${kind}`;
    parts.main.replaceChildren(icon(sign), say(word));
    if (parts.decline.contains(document.activeElement) && state !== "ringing") parts.main.focus();
    parts.decline.hidden = state !== "ringing";
    parts.mute.hidden = state === "ringing";
    parts.mute.setAttribute("aria-pressed", String(this.#muted));
    parts.mute.replaceChildren(icon(this.#muted ? "silent" : "sound"), say("mute"));
    parts.talk.hidden = !isTalking(this.#line);
    ring(this.number, this.#muted ? null : { ringing: "bell", calling: "far" }[state] ?? null);
    this.tick();
  }

  #showCall(state, call) {
    const name = this.room.nameOf(call.other);
    const number = spacedNumber(call.other);
    const line = { ringing: "calls_you", calling: "you_call", connected: "with_someone" }[state] ?? "on_line";
    this.parts.title.replaceChildren(say(line, { who: name }), ...(name === number ? [] : [make("small", {}, isolated(number))]));
  }

  #build() {
    const { owner } = this;
    const label = say("phone_label", { role: say(owner.role), name: owner.name });
    const parts = { keys: new Map() };
    parts.tag = make("span", { class: "tag" });
    const gone = make("button", { type: "button", class: "iconbtn", "aria-label": say("remove_phone", { name: owner.name }), on: { click: () => this.room.remove(this) } }, icon("cross"));
    const header = make("header", {}, make("h2", { title: label }, say(owner.role), ", ", make("bdi", {}, owner.name)), parts.tag, gone,
      make("span", { class: "sub" }, isolated(spacedNumber(owner.number)), " · ", languageName(owner.language)));
    parts.error = make("p", { class: "err", role: "alert", hidden: true });
    parts.set = make("section", { class: "set", "aria-label": label, tabindex: "-1", "data-number": owner.number, on: { keydown: (event) => this.#onKey(event) } },
      header, this.#buildStrip(parts), this.#buildDial(parts), this.captions.element, this.#buildPad(parts), this.#buildTalk(parts), parts.error, this.#buildHook(parts));
    return parts;
  }

  #buildStrip(parts) {
    parts.title = make("div");
    parts.timer = make("span", { class: "t", role: "timer", "aria-label": say("duration") });
    parts.strip = make("div", { class: "callbar", hidden: true }, icon("phone", "i-lg"), parts.title, parts.timer);
    return parts.strip;
  }

  #buildDial(parts) {
    parts.dial = make("input", { class: "inp", type: "tel", inputmode: "tel", dir: "ltr", autocomplete: "off", spellcheck: "false", maxlength: "140", "aria-label": say("number_to_call") });
    parts.dial.addEventListener("keydown", (event) => { if (event.key === "Enter") this.#mainAction(); });
    const wipe = make("button", { type: "button", class: "btn", "aria-label": say("delete_digit"), on: { click: () => { parts.dial.value = parts.dial.value.slice(0, -1).trimEnd(); } } }, icon("back", "i-dir"));
    parts.idle = make("div", { class: "callbar idle" }, parts.dial, wipe);
    return parts.idle;
  }

  #buildPad(parts) {
    const pad = make("div", { class: "pad", role: "group", "aria-label": say("keypad", { name: this.owner.name }) });
    for (const [key, letters] of KEYS) {
      const name = { "*": say("key_star"), "#": say("key_hash") }[key];
      const button = make("button", { type: "button", "data-key": key, "aria-label": name ? `${key} ${name}` : null, on: { click: () => this.press(key) } }, key, " ", make("small", {}, letters));
      parts.keys.set(key, button);
      pad.append(button);
    }
    return pad;
  }

  #buildTalk(parts) {
    const { language } = this.owner;
    parts.words = make("input", { class: "inp", type: "text", maxlength: "500", autocomplete: "off", lang: language, dir: direction(language), placeholder: say("say_hint"), "aria-label": say("say_label") });
    parts.talk = make("form", { class: "say", hidden: true, on: { submit: (event) => this.#speak(event) } }, parts.words, make("button", { class: "btn", type: "submit" }, say("say")));
    return parts.talk;
  }

  #buildHook(parts) {
    parts.mute = make("button", { type: "button", class: "btn", "aria-pressed": "false", on: { click: () => this.#mute() } });
    parts.decline = make("button", { type: "button", class: "btn danger-line", hidden: true, on: { click: () => this.#hook("decline", { call_sid: this.#line.call?.sid }) } }, icon("hangup"), say("decline"));
    parts.main = make("button", { type: "button", class: "btn", on: { click: () => this.#mainAction() } });
    return make("div", { class: "hook" }, parts.mute, parts.decline, parts.main);
  }
}
