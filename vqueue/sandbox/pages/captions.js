// The captions of one telephone: everything heard on its line, the last one larger, each in its own language and
// direction. What the telephone itself tells ("you answered") is in the language of its owner.
import { make } from "./elements.js";
import { clockTime, direction, say, spokenHere } from "./words.js";

const KEPT_LINES = 150;
/** Characters from which the last caption is set smaller, so that the whole of it can be seen. */
const LONG = 150;

export class Captions {
  #list;
  #none;
  #own;
  #last = null;
  #following = true;
  #top = 0;

  constructor({ name, language }) {
    this.#own = spokenHere(language);
    this.#list = make("ol", { dir: direction(this.#own) });
    this.#none = make("p", { class: "none" }, say("captions_none"));
    const told = { class: "caps", role: "log", "aria-live": "off", "aria-label": say("captions", { name }), tabindex: "0" };
    this.element = make("div", told, this.#none);
    this.element.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#toEnd()).observe(this.element);
  }

  /** Adds a line; `caption` is what line.js made of the event, or null for what is neither heard nor done.
   * What was said before the page was opened (`replayed`) is not read out by a screen reader. */
  add(event, caption, { replayed = false } = {}) {
    if (!caption) return;
    if (!replayed) this.element.setAttribute("aria-live", "polite");
    if (this.#none.isConnected || this.#none.parentNode) this.#none.replaceWith(this.#list);
    const language = caption.key ? this.#own : caption.language;
    const words = caption.key ? say(caption.key, caption.values, this.#own) : caption.text;
    if (caption.kind === "tone" && words === this.#last?.lastElementChild.textContent) return;
    const kind = caption.kind === "said" ? null : caption.kind;
    const text = make("span", { class: kind, lang: language || null, dir: direction(language) }, words);
    const time = make("time", { datetime: event.at }, clockTime(event.at));
    const item = make("li", { class: words.length > LONG ? "now long" : "now" }, time, text);
    this.#last?.classList.remove("now");
    this.#last = item;
    this.#list.append(item);
    while (this.#list.childElementCount > KEPT_LINES) this.#list.firstElementChild.remove();
    this.#toEnd();
  }

  /** Keeps the newest line in sight, from its first word where it is taller than the box, unless the reader has
   * scrolled back. */
  #toEnd() {
    if (!this.#following) return;
    const { element } = this;
    element.scrollTop = element.scrollHeight;
    if (this.#last && this.#last.offsetHeight > element.clientHeight) {
      element.scrollTop += this.#last.getBoundingClientRect().top - element.getBoundingClientRect().top - 8;
    }
    this.#top = element.scrollTop;
  }

  /** Only a move upwards is the reader's; a smaller box or a new line is not. */
  #scrolled() {
    const { scrollTop } = this.element;
    if (scrollTop < this.#top - 2) this.#following = false;
    if (this.#atEnd()) this.#following = true;
    this.#top = scrollTop;
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    return scrollHeight - scrollTop - clientHeight < 40;
  }
}
