// The frame of every sandbox page: top bar, language, the network's clock, and the strip that says when news stop.
import { icon, make } from "./elements.js";
import { LANGUAGES, clockTime, lang, remember, say, sayPage } from "./words.js";

const SILENCE_S = 8;
const PAGES = ["phones", "people", "faults", "ledger"];
const PATHS = { phones: "/phone", people: "/people", faults: "/faults", ledger: "/ledger" };

/** The network's clock: business time runs `speed` times faster than the wall between two readings. */
const clock = { base: Date.now(), read: performance.now(), speed: 1 };
export const now = () => clock.base + (performance.now() - clock.read) * clock.speed;

const life = { clock: performance.now(), stream: null };
/** Callbacks for `follow`: a page that follows a stream is stale when the stream is lost, not only the clock. */
export const stream = { alive: () => { life.stream = null; }, lost: () => { life.stream ??= performance.now(); } };

async function readClock() {
  try {
    const answer = await fetch("/sandbox/clock", { cache: "no-store", signal: AbortSignal.timeout(3500) });
    if (!answer.ok) return;
    const { now: at, speed } = await answer.json();
    const base = typeof at === "number" ? at * 1000 : Date.parse(at);
    Object.assign(clock, { base, speed: Number(speed) || 1, read: performance.now() });
    life.clock = performance.now();
  } catch { /* the strip below says so when it lasts */ }
}

function languageChoice() {
  const select = make("select", { "aria-label": say("language") },
    LANGUAGES.map(([tag, name]) => make("option", { value: tag, lang: tag, selected: tag === lang }, name)));
  select.addEventListener("change", () => {
    remember("vqueue.lang", select.value);
    const there = new URL(location.href);
    there.search = there.search.replace(/([?&])lang=[^&]*&?/, "$1").replace(/[?&]$/, "");
    if (there.href === location.href) location.reload();
    else location.replace(there);
  });
  return select;
}

function link(page, current) {
  const asked = new URLSearchParams(location.search).get("lang");
  const href = PATHS[page] + (asked ? `?lang=${encodeURIComponent(asked)}` : "");
  return make("li", {}, make("a", { href, "aria-current": page === current ? "page" : null }, say(page)));
}

function beat(parts) {
  const silence = (performance.now() - Math.min(life.clock, life.stream ?? Infinity)) / 1000;
  const stale = silence > SILENCE_S;
  document.documentElement.classList.toggle("is-stale", stale);
  parts.strip.hidden = !stale;
  const words = stale ? say("stale", { seconds: Math.floor(silence / 4) * 4 }) : "";
  if (parts.words.textContent !== words) parts.words.textContent = words;
  parts.time.textContent = clockTime(now(), { seconds: false });
  parts.speed.textContent = say("clock_speed", { speed: clock.speed });
}

/** Fills the header and the strip, says the page's words, starts the clock; `page` is one of phones, people, faults, ledger. */
export function frame(page) {
  sayPage();
  document.title = `${say(page)} – vqueue sandbox`;
  const strip = document.getElementById("stale");
  const parts = { time: make("time", { class: "clock" }), speed: make("span"), words: make("span"), strip };
  parts.strip.replaceChildren(icon("triangle"), parts.words);
  document.getElementById("top").append(
    make("nav", { "aria-label": say("main_nav") }, make("ul", {}, PAGES.map((name) => link(name, page)))),
    make("div", { class: "right" },
      make("span", { class: "hide-s" }, say("sandbox_note")),
      make("span", { class: "live" }, make("span", { class: "live-dot" }), icon("triangle"), parts.speed),
      parts.time, languageChoice()));
  readClock();
  setInterval(readClock, 4000);
  setInterval(beat, 500, parts);
  beat(parts);
}
