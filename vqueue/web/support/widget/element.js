/* <vqueue-support>: the whole page as one element. Attributes: base, lang, bank, theme. Properties: tokenProvider (async,
   gives the customer's token), registration (a service worker's, for push messages). */
import { h, icon } from "./dom.js";
import { Words } from "./words.js";
import { Memory } from "./memory.js";
import { Acts } from "./acts.js";
import { Push } from "./push.js";
import { message, questions, topics } from "./asking.js";
import { choice, slots } from "./choosing.js";
import { code, phone } from "./proving.js";
import { cancel } from "./after.js";
import { place } from "./placed.js";

const STEPS = { topics, questions, choice, message, slots, phone, code, place, cancel };
const LANGUAGES = { en: "English", ru: "Русский", he: "עברית" };
const STILL = new Set(["phone", "code", "questions", "message", "slots", "cancel"]);
const own = new URL(import.meta.url).origin;

export class VqueueSupport extends HTMLElement {
  static observedAttributes = ["lang", "base"];

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(SHEET);
    root.adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    this.open();
  }

  disconnectedCallback() {
    this.ending?.abort();
    clearInterval(this.ticking);
  }

  attributeChangedCallback(_, before, after) {
    if (this.isConnected && before !== after && this.acts) this.open();
  }

  get provider() {
    return this.tokenProvider || null;
  }

  /** The host page has another token, or none any more: everything begins anew with it. */
  refresh() {
    this.open(true);
  }

  open(anew = false) {
    this.ending?.abort();
    clearInterval(this.ticking);
    this.ending = new AbortController();
    const { signal } = this.ending;
    const base = (this.getAttribute("base") || own).replace(/\/$/, "");
    this.words = new Words(
      WORDS,
      (this.getAttribute("lang") || document.documentElement.lang || navigator.language).split("-")[0],
    );
    const memory = new Memory(`vqueue-support ${base}${this.which()}`, signal);
    if (anew && !this.provider && memory.get("whose")) memory.forget(...Memory.PERSONAL);
    this.acts = new Acts({
      base,
      words: this.words,
      memory,
      provider: this.provider,
      show: (move) => this.show(move),
      signal,
    });
    this.frame();
    for (const name of ["online", "offline"])
      addEventListener(
        name,
        () => {
          this.acts.heard(navigator.onLine);
        },
        { signal },
      );
    this.ticking = setInterval(() => this.tick(), 1000);
    this.show(false);
    this.acts.start();
    this.lookForPush(signal);
  }

  /** Each of several on one page remembers its own: by its id, or as the second, third … of the page. */
  which() {
    const before = [...document.querySelectorAll("vqueue-support")].indexOf(this);
    this.own ??= this.id || (before > 0 ? String(before) : "");
    return this.own && ` ${this.own}`;
  }

  async lookForPush(signal) {
    const registration = await this.registration;
    const push = Push.found(registration, await this.acts.key);
    if (push && !signal.aborted) {
      this.acts.push = push;
      this.show("live");
    }
  }

  /** What stays while its contents change: head, strip, live words, main. */
  frame() {
    const { words } = this;
    this.main = h("div", { class: "main" });
    this.head = h("header", { class: "bank" });
    this.strip = h("div", { class: "strips", role: "status" });
    this.spoken = h("p", { class: "vh", role: "status", "aria-live": "polite" });
    this.box = h(
      "section",
      { class: "cust", lang: words.language, dir: words.rtl ? "rtl" : "ltr", "aria-label": words.say("region") },
      this.head,
      this.strip,
      this.main,
      this.spoken,
    );
    this.shadowRoot.replaceChildren(this.box);
  }

  /** `move`: true after a step (focus goes to its heading), "problem" or "fault" (to what went wrong), "live" (news came). */
  show(move) {
    const view = this.view();
    const { s } = this.acts;
    this.dress();
    if (move === "live" && STILL.has(s.step)) return;
    const active = this.shadowRoot.activeElement;
    const focused = active?.matches("h2") ? "h2" : active?.id && `#${active.id}`;
    const step =
      s.ready || ["topics", "place"].includes(s.step)
        ? STEPS[s.step]
        : (app) => [h("h2", { class: "h1", tabindex: "-1" }, app.w.say("region")), app.waiting("step")];
    this.main.replaceChildren(
      ...step(view)
        .flat(3)
        .filter((node) => node instanceof Node),
    );
    this.main.setAttribute("aria-busy", s.busy ? "true" : "false");
    if (move === true) this.arrive();
    else if (move === "problem" || move === "fault") this.point(move);
    else if (focused) this.main.querySelector(focused)?.focus({ preventScroll: true });
    if (s.step === "place") this.announce();
  }

  arrive() {
    const head = this.main.querySelector("h2");
    if (this.entered) {
      head?.focus({ preventScroll: true });
      this.box.scrollIntoView({ block: "start" });
    }
    this.entered = true;
  }

  point(what) {
    const found =
      what === "problem" ? this.main.querySelector("#problem") : this.main.querySelector("[aria-invalid=true]");
    (found?.matches("fieldset") ? found.querySelector("input") : found)?.focus();
  }

  /** The head, and the strip above everything that says what does not work now. */
  dress() {
    const { words: w } = this,
      { s } = this.acts;
    const view = this.view();
    const steps = new Set(["questions", "choice", "message", "phone", "code", "slots", "cancel"]);
    const calling = s.step === "place" && s.request?.state === "connecting";
    this.box.classList.toggle("calling", Boolean(calling));
    const at = this.shadowRoot.activeElement?.id;
    const other = this.hasAttribute("languages")
      ? Object.entries(LANGUAGES).filter(([each]) => each !== w.language)
      : [];
    this.age = s.step === "place" && s.request ? h("span", { class: "upd quiet" }, this.ageText()) : null;
    this.head.replaceChildren(
      ...[
        steps.has(s.step) &&
          h(
            "button",
            { type: "button", class: "back", id: "back", "aria-label": w.say("back"), onclick: () => this.acts.back() },
            icon("back"),
          ),
        h("span", { class: "name" }, view.bank()),
        this.age,
        s.step === "topics" &&
          !this.provider &&
          h(
            "button",
            { type: "button", class: "btn bare", id: "mine", onclick: () => this.acts.prove("look") },
            w.say("my_place"),
          ),
        s.step === "topics" &&
          other.map(([each, name]) =>
            h(
              "button",
              {
                type: "button",
                class: "btn bare",
                id: `lang-${each}`,
                lang: each,
                onclick: () => this.setAttribute("lang", each),
              },
              name,
            ),
          ),
      ]
        .flat()
        .filter(Boolean),
    );
    if (at) this.head.querySelector(`#${at}`)?.focus({ preventScroll: true });
    const strip = !s.online
      ? ["offline", s.request ? "offline" : "offline_plain"]
      : s.stale && s.step === "place"
        ? ["watch", "stale"]
        : null;
    const said = strip ? strip[1] : "";
    if (this.said !== said)
      this.strip.replaceChildren(...(strip ? [h("p", { class: "strip" }, icon(strip[0]), w.say(strip[1]))] : []));
    this.said = said;
  }

  ageText() {
    const { s } = this.acts;
    if (!s.online || s.stale) return "";
    const seconds = Math.round((Date.now() - (this.acts.aliveAt || Date.now())) / 1000);
    return seconds < 10
      ? this.words.say("updated_now")
      : this.words.say("updated", { seconds: this.words.number(seconds) });
  }

  /** Once a second: the age; once in fifteen the place with its bar. A radio group under a finger is left alone. */
  tick() {
    if (this.age) this.age.textContent = this.ageText();
    this.ticks = ((this.ticks || 0) + 1) % 15;
    if (this.ticks === 0 && this.acts.s.step === "place" && ["waiting", "missed"].includes(this.acts.faceNow()))
      this.show("live");
  }

  /** For those who listen: the heading, when it has become another. */
  announce() {
    const text = ["h2", ".window .cov", ".window .big"]
      .map((part) => this.main.querySelector(part)?.textContent)
      .filter(Boolean)
      .join(". ");
    if (text !== this.announced) this.spoken.textContent = text;
    this.announced = text;
  }

  /** What the steps draw with: the acts, and pieces that all of them share. */
  view() {
    const { acts, words: w } = this,
      { s } = acts;
    acts.w = w;
    acts.bank = () => this.getAttribute("bank") || s.lobby?.bank || "";
    acts.button = (id, text, act, look, off = false) =>
      h(
        "button",
        {
          type: act ? "button" : "submit",
          form: act ? false : "form",
          id,
          class: `btn ${look}`,
          "aria-disabled": off || s.busy ? "true" : false,
          onclick: act
            ? () => {
                if (!off && !s.busy) act();
              }
            : null,
        },
        text,
      );
    acts.foot = (...parts) => h("div", { class: "foot" }, ...parts);
    acts.waiting = (name) =>
      h("p", { class: "outline", id: `waiting-${name}` }, w.say(s.online ? "loading" : "loading_offline"));
    acts.note = () => s.note && h("p", { class: "note" }, icon("fine"), w.say(`note_${s.note}`));
    acts.problem = () =>
      s.problem &&
      h(
        "p",
        { class: "problem", id: "problem", role: "alert", tabindex: "-1" },
        icon("watch"),
        h("span", {}, w.say(w.has(`problem_${s.problem}`) ? `problem_${s.problem}` : "problem_other")),
      );
    acts.kept = (coverage) =>
      coverage ? w.say("kept", { hits: w.number(Math.round(coverage * 10)), total: w.number(10) }) : "";
    acts.ringLink = () =>
      h(
        "a",
        { class: "btn big primary", id: "ring", href: `tel:${s.lobby?.phone_number || ""}` },
        icon("phone"),
        w.say("ring", { phone: w.digits(s.lobby?.phone_text || "") }),
      );
    acts.lapsed = () =>
      s.lapsed &&
      h(
        "div",
        { class: "note lapsed" },
        h("p", {}, w.say("lapsed")),
        acts.button("prove-again", w.say("lapsed_do"), () => acts.prove("look"), ""),
      );
    acts.numberRow = () =>
      acts.memory.get("guest") && s.phone
        ? h("p", { class: "numrow" }, w.say("we_ring", { phone: w.digits(`••• ${s.phone.slice(-3)}`) }))
        : null;
    return acts;
  }
}

if (!customElements.get("vqueue-support")) customElements.define("vqueue-support", VqueueSupport);
