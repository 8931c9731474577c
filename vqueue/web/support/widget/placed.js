/* The live place: window, code, what may be changed. */
import { h, icon } from "./dom.js";
import { spoken } from "./choosing.js";
import { about, actions, against, bar, closing, codeBox, digits, next, reasons } from "./pieces.js";
import { connecting, holding, talking } from "./calling.js";
import { ended, missed, served } from "./after.js";

/** Which of the faces a request has now. */
export function face(request, now) {
  const grace = request.grace_until && Date.parse(request.grace_until) > now;
  if (
    request.state === "connecting" ||
    request.state === "talking" ||
    request.state === "booked" ||
    request.state === "holding"
  )
    return request.state;
  if (request.state === "waiting") {
    if (request.reasons.some((each) => each === "retry" || each === "snooze")) return "missed";
    return request.mode === "call_in" ? "call_in" : request.mode === "message" ? "message" : "waiting";
  }
  if (grace && (request.state === "unreached" || request.state === "abandoned")) return "missed";
  return request.state === "served" ? "served" : "ended";
}

export function place(app) {
  const shown = {
    waiting,
    booked,
    missed,
    connecting,
    talking,
    holding,
    call_in: callIn,
    message: left,
    served,
    ended,
  };
  const { w, s } = app;
  if (!s.request) return [h("h2", { class: "h1", tabindex: "-1" }, w.say("place_looking")), app.waiting("place")];
  return [app.lapsed(), app.note(), ...shown[face(s.request, app.now())](app), app.problem()];
}

/** Between two times; once the first has come, until the second. */
function when(app, window, zone) {
  const { w } = app;
  if (Date.parse(window.from) - app.now() > 60_000)
    return [
      h("p", { class: "cov" }, w.say("we_call")),
      h("p", { class: "big" }, w.say("and", spoken(app, window, zone))),
    ];
  return [h("p", { class: "cov" }, w.say("we_call_by")), h("p", { class: "big" }, w.time(window.to, zone, app.now()))];
}

function waiting(app) {
  const { w, s } = app,
    request = s.request,
    zone = app.zone(request.queue);
  const ahead = request.position;
  const head =
    ahead === 1
      ? w.say("next_in_line")
      : ahead
        ? w.say("place_head", { position: w.number(ahead) })
        : w.say("place_kept");
  return [
    h("div", { class: "two-lines" }, about(app, request), h("h2", { class: "h1", tabindex: "-1" }, head)),
    request.window
      ? h(
          "div",
          { class: "window" },
          when(app, request.window, zone),
          bar(app, request, zone),
          against(app, request, zone),
          h("p", { class: "age" }, app.kept(request.window.coverage), " ", w.zoneNote(zone, app.now())),
        )
      : h(
          "p",
          { class: "lede" },
          w.say(request.not_before ? "not_before" : "no_window", {
            at: request.not_before ? w.time(request.not_before, zone, app.now()) : "",
          }),
        ),
    reasons(app, request),
    codeBox(app),
    next(app),
    actions(app, ["times", "number", "push", "cancel"]),
    closing(app),
  ];
}

function booked(app) {
  const { w, s } = app,
    request = s.request,
    zone = request.slot?.time_zone || app.zone(request.queue);
  return [
    h(
      "div",
      { class: "two-lines" },
      about(app, request),
      h("h2", { class: "h1", tabindex: "-1" }, w.say("booked_head")),
    ),
    h(
      "div",
      { class: "window" },
      h("p", { class: "cov" }, w.say("booked_day", { day: w.dayName(request.slot.start, zone, app.now()) })),
      h(
        "p",
        { class: "big" },
        request.window
          ? w.say("and", { at: w.clock(request.window.from, zone), until: w.clock(request.window.to, zone) })
          : w.clock(request.slot.start, zone),
      ),
      h("p", { class: "cov" }, w.say("booked_lede"), " ", w.zoneNote(zone, app.now())),
    ),
    reasons(app, request),
    codeBox(app),
    next(app),
    actions(app, ["calendar", "times", "sooner", "number", "push", "cancel"]),
    closing(app),
  ];
}

function callIn(app) {
  const { w, s } = app,
    request = s.request,
    code = s.codes?.call_in,
    zone = app.zone(request.queue);
  const why = (one) =>
    one.expires_at
      ? w.say("call_in_code_until", { until: w.time(one.expires_at, zone, app.now()) })
      : w.say("call_in_code_why");
  return [
    h(
      "div",
      { class: "two-lines" },
      about(app, request),
      h("h2", { class: "h1", tabindex: "-1" }, w.say("call_in_head")),
    ),
    h("p", { class: "lede" }, w.say("call_in_lede")),
    code &&
      h(
        "div",
        { class: "codebox" },
        h("p", { class: "lab strong" }, w.say("call_in_code")),
        digits(code.code),
        h("p", {}, why(code)),
      ),
    reasons(app, request),
    app.foot(app.ringLink(), actions(app, ["callback", "cancel"])),
  ];
}

function left(app) {
  const { w, s } = app;
  return [
    h(
      "div",
      { class: "two-lines" },
      about(app, s.request),
      h("h2", { class: "h1", tabindex: "-1" }, w.say("left_head")),
    ),
    h("p", { class: "lede" }, w.say("left_lede")),
    codeBox(app),
    next(app),
    actions(app, ["push", "cancel"]),
    closing(app),
  ];
}
