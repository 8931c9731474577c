/* What several faces of a place show: the bar, the code, what happens next, what may be changed. */
import { h, icon } from "./dom.js";
import { promiseBar } from "./bar.js";
import { download, event } from "./calendar.js";
import { spoken } from "./choosing.js";

/** What it is about. */
export const about = (app, request) =>
  h("p", { class: "quiet small2" }, app.nameOf(app.queueBy(request.queue), request.topic));

export function bar(app, request, zone) {
  const { w } = app;
  const span = (window) => window && { from: Date.parse(window.from), to: Date.parse(window.to) };
  const label = w.say("bar_label", {
    at: w.clock(request.window.from, zone),
    until: w.clock(request.window.to, zone),
    name: w.clock(request.virtual_start_at, zone),
  });
  return promiseBar({
    asked: Date.parse(request.virtual_start_at),
    now: app.now(),
    window: span(request.window),
    promised: span(request.promised?.window),
    rtl: w.rtl,
    label,
    clock: (at) => w.clock(at, zone),
    words: { asked: w.say("bar_asked", { at: w.clock(request.virtual_start_at, zone) }), now: w.say("bar_now") },
  });
}

/** What was promised, and how it stands to that; nothing where it stands as promised. */
export function against(app, request, zone) {
  const { w } = app,
    promised = request.promised?.window;
  if (!promised || !request.window) return null;
  const late = Math.round((app.now() - Date.parse(promised.to)) / 60_000);
  if (late > 0)
    return h("p", { class: "late" }, icon("watch"), h("span", {}, w.say("late", { late: w.minutes(late * 60) })));
  const [from, to] = ["from", "to"].map((end) => Date.parse(request.window[end]) - Date.parse(promised[end]));
  /* A window that has opened moves its start with the clock: that is no other promise. */
  if (from > -60_000 && Math.abs(to) < 60_000) return null;
  const how = to > 0 ? !worse(app, request) && w.say("worse") : to < -60_000 && w.say("better");
  return h("p", { class: "cov" }, w.say("promised", spoken(app, promised, zone)), how && ` ${how}`);
}

/** From which number he is called, what he does then, and what if he misses it. */
export function next(app) {
  const { w, s } = app;
  const from = s.lobby?.phone_text,
    on = s.request.phone_number;
  return h(
    "section",
    { class: "next", "aria-labelledby": "next-head" },
    h("h3", { id: "next-head" }, w.say("next_head")),
    h(
      "ol",
      { class: "do" },
      step(w, 1, [
        from ? w.say("next_from", { phone: w.digits(from) }) : w.say("next_rings"),
        on && h("small", {}, w.say("next_on", { phone: w.digits(on) })),
      ]),
      step(w, 2, w.say("calling_2")),
      step(w, 3, w.say("calling_missed")),
    ),
  );
}

export const step = (w, number, text) =>
  h("li", {}, h("b", { class: "k", "aria-hidden": "true" }, w.number(number)), h("span", {}, text));

export const digits = (code) => {
  const parts =
    code.length < 6 ? [code] : [code.slice(0, Math.ceil(code.length / 2)), code.slice(Math.ceil(code.length / 2))];
  return h(
    "p",
    { class: "code", dir: "ltr" },
    parts.map((part) => h("span", {}, part)),
  );
};

export function codeBox(app) {
  const { w, s } = app;
  if (!s.codes?.bank_code) return null;
  return h(
    "div",
    { class: "codebox" },
    h("p", { class: "lab strong" }, w.say("code_box")),
    digits(s.codes.bank_code),
    h("p", {}, w.say("code_box_why")),
  );
}

export function reasons(app, request) {
  const { w } = app;
  const said = request.reasons.filter((each) => w.has(`state_${each}`)).map((each) => `state_${each}`);
  if (worse(app, request)) said.push(worse(app, request));
  return said.length
    ? h(
        "ul",
        { class: "why" },
        said.map((key) => h("li", {}, w.say(key))),
      )
    : null;
}

/** Why he waits longer than he was told, or stands further back. */
function worse({ w }, request) {
  const why = request.reasons.find((each) => w.has(`worse_${each}`));
  return why && `worse_${why}`;
}

export function actions(app, names) {
  const { w, s } = app;
  const known = {
    calendar: ["calendar", w.say("to_calendar"), () => toCalendar(app)],
    times: ["clock", w.say("other_time"), () => app.times()],
    sooner: ["phone", w.say("sooner"), () => app.change({ slot_start: null })],
    callback: ["phone", w.say("call_me_instead"), () => app.change({ mode: "callback" })],
    number: ["phone", w.say("other_number"), () => app.otherNumber(), s.request.phone_number],
    push: ["bell", w.say(app.push?.on ? "push_on" : "push_ask"), () => app.askPush()],
    cancel: ["cross", w.say("cancel"), () => app.go("cancel")],
  };
  const shown = names.filter((name) => name !== "push" || (app.push && !app.push.refused));
  return h(
    "ul",
    { class: "rows" },
    shown.map((name) => {
      const [sign, text, act, aside] = known[name];
      return h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            id: name,
            class: name === "cancel" ? "danger" : false,
            "aria-disabled": (name === "push" && app.push.on) || s.busy ? "true" : false,
            onclick: act,
          },
          icon(sign),
          h("span", {}, text),
          aside && h("small", {}, h("bdi", { dir: "ltr" }, aside)),
        ),
      );
    }),
  );
}

/** The booked time with what he has to know then, as a file for his calendar. */
function toCalendar(app) {
  const { w, s } = app,
    { id, slot, window } = s.request;
  const from = Date.parse(window?.from || slot.start),
    to = Date.parse(window?.to || slot.start);
  const told = [
    w.say("next_from", { phone: w.digits(s.lobby?.phone_text || "") }),
    s.codes?.bank_code && w.say("calendar_code", { code: s.codes.bank_code }),
    w.say("calling_missed"),
  ];
  const text = event({
    id,
    from,
    to,
    at: app.now(),
    title: w.say("calendar_title", { bank: app.bank() }),
    text: told.filter(Boolean).join("\n"),
  });
  download("call.ics", text);
}

export const closing = (app) => app.foot(h("p", { class: "fine" }, app.w.say("may_close")));
