// The call log beside the telephones: every ring and what became of it, newest on top.
import { make } from "./elements.js";
import { causeOf, otherEnd } from "./line.js";
import { clockTime, direction, say } from "./words.js";

const KEPT_ENTRIES = 200;
const SHOWN = new Set(["ring", "calling", "answered", "said", "pressed", "bridged", "hangup", "record"]);

export class CallLog {
  #seen = new Set();
  #rang = new Map();
  #spoken = null;
  #list = make("ol", { class: "log" });

  /** `body` is the place of the list, `empty` the sentence shown while there is nothing. */
  constructor(body, empty) {
    this.empty = empty;
    body.append(this.#list);
  }

  /** Adds an event of the phone `number` once. */
  add(event, number, nameOf) {
    if (!SHOWN.has(event.event)) return;
    const once = `${number} ${event.seq} ${event.at}`;
    if (this.#seen.has(once)) return;
    this.#seen.add(once);
    if (this.#isEcho(event)) return;
    if (event.event === "ring") this.#rang.set(event.call_sid, Date.parse(event.at));
    const [words, language] = this.#words(event, number, nameOf);
    this.empty.hidden = true;
    const told = language ? make("bdi", { lang: language, dir: direction(language) }, words) : words;
    const time = make("time", { datetime: event.at }, clockTime(event.at));
    this.#place(event.at, make("li", {}, time, make("span", {}, make("b", {}, say(`ev_${event.event}`)), " ", told)));
    while (this.#list.childElementCount > KEPT_ENTRIES) this.#list.lastElementChild.remove();
  }

  /** Whether another phone here said the same just before: speech between two phones is one entry. */
  #isEcho(event) {
    if (event.event !== "said") return false;
    if (event.by === "self") this.#spoken = event.text;
    return event.by === "peer" && event.text === this.#spoken;
  }

  /** Newest on top; phones tell their past one after another, so an entry finds its own place. */
  #place(at, item) {
    const older = [...this.#list.children].find((other) => other.firstElementChild.dateTime <= at);
    this.#list.insertBefore(item, older ?? null);
  }

  #words(event, number, nameOf) {
    const who = nameOf(number);
    const other = nameOf(otherEnd(event, number));
    switch (event.event) {
      case "calling": return [say("log_to", { who, other })];
      case "ring": return [say("from_who", { who, other })];
      case "answered": {
        const rang = this.#rang.get(event.call_sid);
        const who = nameOf(event.to);
        return [rang ? say("after_s", { who, n: Math.round((Date.parse(event.at) - rang) / 1000) }) : who];
      }
      case "said": return event.by === "self" ? [say("log_said", { who, text: event.text })] : [event.text ?? "", event.language];
      case "pressed": return [say("log_pressed", { digits: event.digits, who })];
      case "hangup": return [causeOf(event) ? say("log_hangup", { who, cause: say(causeOf(event)) }) : who];
      default: return [who];
    }
  }
}
