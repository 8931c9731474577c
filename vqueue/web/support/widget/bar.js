/* The promise bar: asked, elapsed, the window promised (dashed), the window now (solid), a caret for this moment. */
import { s } from "./dom.js";

const WIDE = 340,
  LEFT = 8,
  RIGHT = 332;

/** `now` and all times in milliseconds. Time runs in reading direction; the ticks are those of the window as it is now. */
export function promiseBar({ asked, now, window, promised, rtl, label, clock }) {
  const ends = [window.to, promised?.to, now].filter(Boolean);
  const last = Math.max(...ends) + (Math.max(...ends) - asked) * 0.06;
  const x = (at) => {
    const along = LEFT + Math.max(0, (at - asked) / Math.max(1, last - asked)) * (RIGHT - LEFT);
    return rtl ? WIDE - along : along;
  };
  const span = (from, to, props) => {
    const a = Math.min(x(from), x(to)),
      wide = Math.max(6, Math.abs(x(to) - x(from)));
    return s("rect", { x: a, y: 19, width: wide, height: 22, rx: 5, ...props });
  };
  const at = x(now);
  const ticks = [
    [asked, "start"],
    [window.from, "middle"],
    [window.to, "middle"],
  ];
  return s(
    "svg",
    { class: "pbar", viewBox: `0 0 ${WIDE} 66`, role: "img", "aria-label": label },
    s("line", {
      x1: x(asked),
      x2: x(last),
      y1: 30,
      y2: 30,
      class: "k-line",
      "stroke-width": 3,
      "stroke-linecap": "round",
    }),
    s("line", {
      x1: x(asked),
      x2: at,
      y1: 30,
      y2: 30,
      class: "k-accent",
      "stroke-width": 3,
      "stroke-linecap": "round",
    }),
    s("circle", { cx: x(asked), cy: 30, r: 5, class: "f-accent" }),
    promised &&
      span(promised.from, promised.to, { class: "f-soft k-virtual", "stroke-width": 1, "stroke-dasharray": "3 3" }),
    span(window.from, window.to, { class: "f-accent" }),
    promised && now > promised.to && span(promised.to, now, { class: "f-late" }),
    s("line", { x1: at, x2: at, y1: 17, y2: 43, class: "nowline", "stroke-linecap": "round" }),
    s("path", { d: `M${at - 5} 10.5L${at} 18L${at + 5} 10.5`, class: "caret" }),
    ticks
      .filter(([when], i) => i === 0 || Math.abs(x(when) - x(ticks[i - 1][0])) > 36)
      .map(([when, anchor]) =>
        s(
          "text",
          {
            x: anchor === "start" ? (rtl ? WIDE - 2 : 2) : x(when),
            y: 63,
            "text-anchor": anchor === "start" && rtl ? "end" : anchor,
            direction: "ltr",
          },
          clock(when),
        ),
      ),
  );
}
