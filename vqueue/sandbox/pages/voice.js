// Speaks captions aloud with the browser's own voices, one sentence after another, each in its own language.

const WAITING_PER_PHONE = 2;
const speaker = window.speechSynthesis ?? null;

export class Voice {
  #queue = [];
  #current = null;

  constructor() {
    this.on = false;
    this.lacking = () => {};
    speaker?.getVoices();
  }

  /** Whether this browser can speak at all. */
  get able() { return speaker !== null && "SpeechSynthesisUtterance" in window; }

  toggle(on) {
    this.on = on && this.able;
    if (!this.on) this.#silence(() => true);
  }

  /** Queues a sentence of a phone; a phone that falls behind skips what is old. */
  speak(phone, text, language) {
    if (!this.on || !text) return;
    const mine = this.#queue.filter((item) => item.phone === phone);
    if (mine.length >= WAITING_PER_PHONE) this.#queue.splice(this.#queue.indexOf(mine[0]), 1);
    this.#queue.push({ phone, text, language });
    this.#next();
  }

  /** Ends what this phone says and would say: it was muted, hung up, or a key was pressed. */
  hush(phone) { this.#silence((item) => item.phone === phone); }

  #silence(wanted) {
    this.#queue = this.#queue.filter((item) => !wanted(item));
    if (this.#current && wanted(this.#current)) speaker.cancel();
  }

  #voiceFor(language) {
    const tag = (language || "en").toLowerCase().replace("_", "-");
    const voices = speaker.getVoices();
    const names = voices.map((voice) => [voice, voice.lang.toLowerCase().replace("_", "-")]);
    const exact = names.find(([, name]) => name === tag);
    const near = names.find(([, name]) => name.split("-")[0] === tag.split("-")[0]);
    return (exact ?? near ?? [null])[0];
  }

  #next() {
    if (this.#current || !this.#queue.length) return;
    const item = this.#queue.shift();
    const voice = this.#voiceFor(item.language);
    if (!voice) {
      this.lacking(item.language);
      return this.#next();
    }
    const words = new SpeechSynthesisUtterance(item.text);
    Object.assign(words, { voice, lang: voice.lang });
    const done = () => { if (this.#current === item) { this.#current = null; this.#next(); } };
    words.onend = done;
    words.onerror = done;
    this.#current = item;
    speaker.speak(words);
  }
}
