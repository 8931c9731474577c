// The call log beside the telephones: every ring and what became of it, newest on top.
import { make } from "./elements.js";
import { causeOf, otherEnd } from "./line.js";
import { clockTime, direction, say } from "./words.js";

const KEPT_ENTRIES = 200;
const SHOWN = new Set(["ring", "calling", "answered", "said", "pressed", "bridged", "hangup", "record"]);

export class CallLog {
  #seen = new Set();
  #rang = new Map();
  #list = make("ol", { class: "log" });

  /** `body` is the place of the list, `empty` the sentence shown while there is nothing. */
  constructor(body, empty) {
    this.empty = empty;
    body.append(this.#list);
  }

  /** Adds an event of the phone `number` once, though two phones may hear it. */
  add(event, number, nameOf) {
    if (!SHOWN.has(event.event)) return;
    const once = event.seq ?? `${event.call_sid} ${event.event} ${event.at} ${number}`;
    if (this.#seen.has(once)) return;
    this.#seen.add(once);
    if (event.event === "ring") this.#rang.set(event.call_sid, Date.parse(event.at));
    const [words, language] = this.#words(event, number, nameOf);
    this.empty.hidden = true;
    this.#list.prepend(make("li", {}, make("time", { datetime: event.at, dir: "ltr" }, clockTime(event.at)),
      make("span", {}, make("b", {}, say(`ev_${event.event}`)), " ", language ? make("bdi", { lang: language, dir: direction(language) }, words) : words)));
    while (this.#list.childElementCount > KEPT_ENTRIES) this.#list.lastElementChild.remove();
  }

  #words(event, number, nameOf) {
    const who = nameOf(number);
    const other = nameOf(otherEnd(event, number));
    switch (event.event) {
      case "calling": return [say("log_to", { who, other })];
      case "ring": return [say("from_who", { who, other })];
      case "answered": {
        const rang = this.#rang.get(event.call_sid);
        return [rang ? say("after_s", { who: nameOf(event.to), n: Math.round((Date.parse(event.at) - rang) / 1000) }) : nameOf(event.to)];
      }
      case "said": return [event.text ?? "", event.language];
      case "pressed": return [say("log_pressed", { digits: event.digits, who })];
      case "bridged": return [say("log_pair", { who, other: nameOf(event.peer) || other })];
      case "hangup": return [causeOf(event) ? say("log_hangup", { who, cause: say(causeOf(event)) }) : who];
      default: return [who];
    }
  }
}
