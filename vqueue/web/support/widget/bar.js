/* The promise bar: asked, elapsed, the window promised (dashed), the window now (solid), a caret for this moment. */
import { s } from "./dom.js";

const WIDE = 340;
const LEFT = 8;
const RIGHT = 332;
const AXIS = 42;
const LETTER = 6.2;
/* of the small print below the bar, about */

/** `now` and all times in milliseconds; time runs in reading direction. `words`: {asked, now}, what they are called. */
export function promiseBar({ asked, now, window, promised, rtl, label, clock, words }) {
  const end = Math.max(window.to, promised?.to || 0, now);
  const last = end + (end - asked) * 0.06;
  const x = (at) => {
    const along = LEFT + Math.max(0, (at - asked) / Math.max(1, last - asked)) * (RIGHT - LEFT);
    return rtl ? WIDE - along : along;
  };
  const span = (from, to, props) => {
    const wide = Math.max(6, Math.abs(x(to) - x(from)));
    return s("rect", { x: Math.min(x(from), x(to)), y: AXIS - 11, width: wide, height: 22, rx: 5, ...props });
  };
  const rail = (from, to, look) =>
    s("line", {
      x1: x(from),
      x2: x(to),
      y1: AXIS,
      y2: AXIS,
      class: look,
      "stroke-width": 3,
      "stroke-linecap": "round",
    });
  const other = promised && (clock(promised.from) !== clock(window.from) || clock(promised.to) !== clock(window.to));
  const here = x(now);
  return s(
    "svg",
    { class: "pbar", viewBox: `0 0 ${WIDE} 78`, role: "img", "aria-label": label },
    rail(asked, last, "k-line"),
    rail(asked, now, "k-accent"),
    s("circle", { cx: x(asked), cy: AXIS, r: 5, class: "f-accent" }),
    other && span(promised.from, promised.to, { class: "f-soft k-virtual", "stroke-dasharray": "3 3" }),
    span(window.from, window.to, { class: "f-accent" }),
    promised && now > promised.to && span(promised.to, now, { class: "f-late" }),
    s("line", { x1: here, x2: here, y1: AXIS - 13, y2: AXIS + 13, class: "nowline", "stroke-linecap": "round" }),
    s("path", { d: `M${here - 5} ${AXIS - 19.5}L${here} ${AXIS - 12}L${here + 5} ${AXIS - 19.5}`, class: "caret" }),
    said(words.now, here, 11),
    below(x, { asked, window, rtl, clock, words }),
  );
}

/** A word that stays inside the bar. */
function said(text, at, y, look) {
  const half = (text.length * LETTER) / 2;
  const middle = Math.min(WIDE - half, Math.max(half, at));
  return s("text", { x: middle, y, "text-anchor": "middle", class: look || false }, text);
}

/** When he asked, then the ends of the window, as far as there is room. */
function below(x, { asked, window, rtl, clock, words }) {
  const first = words.asked;
  const taken = first.length * LETTER + 10;
  const start = s("text", { x: rtl ? WIDE - 2 : 2, y: 75, "text-anchor": "start" }, first);
  const along = (at) => (rtl ? WIDE - x(at) : x(at));
  const close = along(window.to) - along(window.from) < 36;
  const room = (at) => along(at) - 16 > taken;
  const ends = [!close && window.from, window.to].filter((at) => at && room(at));
  return [start, ends.map((at) => said(clock(at), x(at), 75))];
}
