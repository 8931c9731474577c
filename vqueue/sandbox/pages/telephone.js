// One telephone on the page: what it hears, shows and sounds like, and what its keys and buttons do.
import { Captions } from "./captions.js";
import { complain, icon, isolated, make } from "./elements.js";
import { buildHandset } from "./handset.js";
import { advance, caption, freeLine, isBusy, isTalking, lineOf, otherEnd, refusalTone } from "./line.js";
import { ask, phonePath } from "./network.js";
import { isNumber, plainNumber, spacedNumber } from "./numbers.js";
import { keysOffered } from "./offers.js";
import { playBeep, playKey, ring } from "./sounds.js";
import { duration, say } from "./words.js";

const TAGS = {
  free: ["", "dot"],
  calling: ["info", "phone"],
  ringing: ["watch", "bell"],
  in_call: ["good", "phone"],
  connected: ["good", "pair"],
};
const HOOK = { free: ["call", "phone", "primary"], ringing: ["answer", "phone", "primary"], busy: ["hang_up", "hangup", "danger"] };
const TITLES = { ringing: "calls_you", calling: "you_call", connected: "with_someone" };
/** News after which the keys offered before mean nothing any more. */
const NEW_TURN = new Set(["calling", "ring", "answered", "pressed", "bridged", "hangup"]);
/** A second tap, or one meant for the button that stood here a moment ago, is no action of its own. */
const ONE_ACTION_MS = 500;

export class Telephone {
  #line = freeLine();
  #muted = false;
  #music = false;
  #refusal = null;
  #offered = new Set();
  #restsUntil = 0;
  #word = HOOK.free[0];
  #pressing = Promise.resolve();

  /** `owner` {number, name, role, language}; `room` offers nameOf(number, language), bankNumbers(), now(), voice,
   * remove(telephone), recount(), changed(). */
  constructor(owner, room) {
    this.owner = owner;
    this.room = room;
    this.captions = new Captions(owner);
    this.parts = buildHandset(owner, this.captions.element, {
      remove: () => room.remove(this),
      main: () => this.#mainAction(),
      decline: () => this.#decline(),
      mute: () => this.#mute(),
      press: (key) => this.press(key),
      wipe: () => this.#wipe(),
      typed: () => this.#showContacts(),
      speak: (event) => this.#speak(event),
      key: (event) => this.key(event),
    });
    this.element = this.parts.set;
    this.#show();
  }

  get number() { return this.owner.number; }
  get busy() { return isBusy(this.#line); }
  get rings() { return this.#line.state === "ringing"; }

  /** Takes a piece of news of this number's line. */
  hear(event, { replayed = false } = {}) {
    const before = this.#line;
    this.#line = advance(before, event, this.number);
    const mine = [before.call?.sid, this.#line.call?.sid].includes(event.call_sid);
    if (event.event === "message" || mine) {
      this.captions.add(event, caption(event, before, { number: this.number, who: this.#who(event) }), { replayed });
    }
    if (mine) this.#follow(event, before, replayed);
    if (!replayed) this.#sound(event);
    if (event.event === "hangup" && !this.busy) this.room.voice.hush(this.number);
    this.#show();
  }

  /** Keeps what goes on until the next news: the keys offered, the music, the tone of a call not taken. */
  #follow(event, before, replayed) {
    if (NEW_TURN.has(event.event)) this.#offered = new Set();
    if (event.event === "said" && event.by === "bank") this.#offered = new Set([...this.#offered, ...keysOffered(event.text)]);
    if (event.event === "tone") this.#music = event.text === "music" || (this.#music && event.text.length === 1);
    else if (event.event !== "pressed") this.#music = false;
    this.#refusal = replayed ? null : refusalTone(event, before) && { kind: refusalTone(event, before), of: before.call.other };
  }

  /** Sets the line to what the sandbox's list of phones says, whatever was missed. */
  settle(item) {
    this.#line = lineOf(item, this.#line, new Date(this.room.now()).toISOString());
    this.#show();
  }

  prefill(number) {
    if (!this.parts.dial.value) this.parts.dial.value = spacedNumber(number);
    this.#showContacts();
  }

  tick() {
    const { call } = this.#line;
    this.parts.timer.textContent = call ? duration((this.room.now() - Date.parse(call.since)) / 1000) : "";
  }

  refuse(text) { complain(this.parts.error, text); }

  #who(event) {
    return this.room.nameOf(otherEnd(event, this.number) || this.#line.call?.other, this.owner.language);
  }

  #sound(event) {
    if (this.#muted) return;
    if (event.event === "said" && event.by !== "self") {
      this.room.voice.speak(this.number, event.text, event.language || this.owner.language);
    }
    if (event.event === "record" || (event.event === "tone" && event.text === "beep")) playBeep();
    if (event.event === "tone" && event.text.length === 1) playKey(event.text);
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
      if (stranger) this.#refusal = { kind: "unobtainable", of: body.to };
      if (gone) this.room.recount();
      this.#show();
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
    const rest = performance.now() + ONE_ACTION_MS;
    if (this.#word !== word && word !== "answer") this.#restsUntil = Math.max(this.#restsUntil, rest);
    if (word === "answer") this.#restsUntil = 0;
    this.#word = word;
  }

  #mainAction() {
    const { state, call } = this.#line;
    this.#hushRefusal();
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

  #decline() {
    return this.#hook("decline", { call_sid: this.#line.call?.sid });
  }

  press(key) {
    this.#hushRefusal();
    if (!this.#muted) playKey(key);
    this.#light(key);
    if (!this.busy) {
      this.parts.dial.value += key;
      this.#showContacts();
      return;
    }
    if (!isTalking(this.#line)) return;
    this.room.voice.hush(this.number);
    this.#pressing = this.#pressing.then(() => this.#do("press", { digits: key }));
  }

  #wipe() {
    this.parts.dial.value = this.parts.dial.value.slice(0, -1).trimEnd();
    this.#showContacts();
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

  #hushRefusal() {
    this.#refusal = null;
    this.#ring();
  }

  async #speak(event) {
    event.preventDefault();
    const { words } = this.parts;
    const text = words.value.trim();
    if (!text) return words.focus();
    words.value = "";
    if (!(await this.#do("say", { text }))) words.value ||= text;
  }

  /** The keyboard is the keypad; Enter answers, Escape declines or hangs up, M mutes. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    if (this.parts.keys.has(event.key)) this.press(event.key);
    else if (event.key === "Enter" && this.rings && !event.target.closest("button")) this.#mainAction();
    else if (event.key === "Escape" && this.rings) this.#decline();
    else if (event.key === "Escape" && this.busy) this.#mainAction();
    else if (event.code === "KeyM") this.#mute();
    else if (event.key === "Backspace" && !this.busy) this.#wipe();
    else return;
    event.preventDefault();
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
    this.#showHook(state);
    parts.talk.hidden = !isTalking(this.#line);
    for (const [key, button] of parts.keys) button.classList.toggle("offered", isTalking(this.#line) && this.#offered.has(key));
    this.#ring();
    this.tick();
    this.room.changed?.();
  }

  #ring() {
    const { state, call } = this.#line;
    const going = { ringing: ["bell"], calling: ["ringback", call?.other] }[state];
    const held = state === "in_call" && this.#music ? ["music"] : null;
    const refused = state === "free" && this.#refusal ? [this.#refusal.kind, this.#refusal.of] : null;
    const [kind, of] = going ?? held ?? refused ?? [null];
    ring(this.number, this.#muted ? null : kind, of);
  }

  #showHook(state) {
    const { parts } = this;
    const [word, sign, kind] = HOOK[state] ?? HOOK.busy;
    this.#turn(word);
    parts.main.className = `btn ${kind}`;
    parts.main.replaceChildren(icon(sign), say(word));
    if (parts.decline.contains(document.activeElement) && state !== "ringing") parts.main.focus();
    parts.decline.hidden = state !== "ringing";
    parts.mute.hidden = state === "ringing";
    parts.mute.setAttribute("aria-pressed", String(this.#muted));
    parts.mute.replaceChildren(icon(this.#muted ? "silent" : "sound"), say("mute"));
  }

  #showCall(state, call) {
    const name = this.room.nameOf(call.other);
    const number = spacedNumber(call.other);
    this.parts.title.replaceChildren(
      say(TITLES[state] ?? "on_line", { who: name }),
      name === number ? "" : make("small", {}, isolated(number)),
      state === "ringing" ? make("small", { class: "by-key" }, say("ring_keys")) : "");
  }

  /** The bank's numbers one tap away, but the one in the field. */
  #showContacts() {
    const typed = plainNumber(this.parts.dial.value);
    const others = this.room.bankNumbers().filter((number) => number !== typed);
    this.parts.contacts.replaceChildren(...others.map((number) => {
      const take = () => { this.parts.dial.value = spacedNumber(number); this.refuse(""); this.#showContacts(); this.parts.main.focus(); };
      return make("button", { type: "button", class: "btn bare", on: { click: take } },
        icon("phone"), this.room.nameOf(number), " ", isolated(spacedNumber(number)));
    }));
  }
}
