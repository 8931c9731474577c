// The captions of one telephone: everything heard on its line, the last one larger, each in its own language and direction.
// What the telephone itself tells ("you answered") is in the language of its owner.
import { make } from "./elements.js";
import { clockTime, direction, say, spokenHere } from "./words.js";

const KEPT_LINES = 150;

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
    this.element = make("div", { class: "caps", role: "log", "aria-live": "polite", "aria-label": say("captions", { name }), tabindex: "0" }, this.#none);
    this.element.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#toEnd()).observe(this.element);
  }

  /** Adds a line; `caption` is what line.js made of the event, or null for what is neither heard nor done. */
  add(event, caption) {
    if (!caption) return;
    if (this.#none.isConnected || this.#none.parentNode) this.#none.replaceWith(this.#list);
    const language = caption.key ? this.#own : caption.language;
    const words = caption.key ? say(caption.key, caption.values, this.#own) : caption.text;
    if (caption.kind === "tone" && words === this.#last?.lastElementChild.textContent) return;
    const text = make("span", { class: caption.kind === "said" ? null : caption.kind, lang: language || null, dir: direction(language) }, words);
    const item = make("li", { class: "now" }, make("time", { datetime: event.at }, clockTime(event.at)), text);
    this.#last?.classList.remove("now");
    this.#last = item;
    this.#list.append(item);
    while (this.#list.childElementCount > KEPT_LINES) this.#list.firstElementChild.remove();
    this.#toEnd();
  }

  /** Keeps the newest line in sight, unless the reader has scrolled back. */
  #toEnd() {
    if (!this.#following) return;
    this.element.scrollTop = this.element.scrollHeight;
    this.#top = this.element.scrollTop;
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
