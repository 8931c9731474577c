/* The live place: window, code, what may be changed; the call itself; what comes after it. */
import { h, icon } from "./dom.js";
import { promiseBar } from "./bar.js";
import { download, event } from "./calendar.js";
import { spoken } from "./asking.js";

/** Which of the faces a request has now. */
export function face(request, now) {
  const grace = request.grace_until && Date.parse(request.grace_until) > now;
  if (request.state === "connecting" || request.state === "talking" || request.state === "booked" || request.state === "holding") return request.state;
  if (request.state === "waiting") {
    if (request.reasons.some((each) => each === "retry" || each === "snooze")) return "missed";
    return request.mode === "call_in" ? "call_in" : request.mode === "message" ? "message" : "waiting";
  }
  if (grace && (request.state === "unreached" || request.state === "abandoned")) return "missed";
  return request.state === "served" ? "served" : "ended";
}

export function place(app) {
  const shown = { waiting, booked, missed, connecting, talking, holding, call_in: callIn, message: left, served, ended };
  const { w, s } = app;
  if (!s.request) return [h("h2", { class: "h1", tabindex: "-1" }, w.say("place_looking")), app.waiting("place")];
  return [app.lapsed(), app.note(), ...shown[face(s.request, app.now())](app), app.problem()];
}

function bar(app, request, zone) {
  const { w } = app;
  const span = (window) => window && { from: Date.parse(window.from), to: Date.parse(window.to) };
  const label = w.say("bar_label", { at: w.clock(request.window.from, zone), until: w.clock(request.window.to, zone), name: w.clock(request.virtual_start_at, zone) });
  return promiseBar({ asked: Date.parse(request.virtual_start_at), now: app.now(), window: span(request.window), promised: span(request.promised?.window),
    rtl: w.rtl, label, clock: (at) => w.clock(at, zone) });
}

/** What was promised, and how it stands to that; nothing where it stands as promised. */
function against(app, request, zone) {
  const { w } = app, promised = request.promised?.window;
  if (!promised || !request.window) return null;
  const late = Math.round((app.now() - Date.parse(promised.to)) / 60_000);
  if (late > 0) return h("p", { class: "late" }, icon("watch"), h("span", {}, w.say("late", { late: w.minutes(late * 60) })));
  const [from, to] = ["from", "to"].map((end) => Date.parse(request.window[end]) - Date.parse(promised[end]));
  if (!from && !to) return null;
  const worse = request.reasons.find((each) => w.has(`worse_${each}`));
  const how = to > 0 ? w.say(worse ? `worse_${worse}` : "worse") : to < -60_000 ? w.say("better") : "";
  return h("p", { class: "cov" }, w.say("promised", spoken(app, promised, zone)), " ", how);
}

/** What it is about. */
const about = (app, request) => h("p", { class: "quiet small2" }, app.nameOf(app.queueBy(request.queue), request.topic));

/** From which number he is called, what he does then, and what if he misses it. */
function next(app) {
  const { w, s } = app;
  const from = s.lobby?.phone_text, on = s.request.phone_number;
  return h("section", { class: "next", "aria-labelledby": "next-head" }, h("h3", { id: "next-head" }, w.say("next_head")),
    h("ol", { class: "do" },
      step(w, 1, [from ? w.say("next_from", { phone: w.digits(from) }) : w.say("next_rings"), on && h("small", {}, w.say("next_on", { phone: w.digits(on) }))]),
      step(w, 2, w.say("calling_2")), step(w, 3, w.say("calling_missed"))));
}

const step = (w, number, text) => h("li", {}, h("b", { class: "k", "aria-hidden": "true" }, w.number(number)), h("span", {}, text));

function waiting(app) {
  const { w, s } = app, request = s.request, zone = app.zone(request.queue);
  const ahead = request.position;
  const head = ahead === 1 ? w.say("next_in_line") : ahead ? w.say("place_head", { position: w.number(ahead) }) : w.say("place_kept");
  return [
    h("div", { class: "two-lines" }, about(app, request), h("h2", { class: "h1", tabindex: "-1" }, head)),
    request.window ? h("div", { class: "window" },
      h("p", { class: "cov" }, w.say("we_call")), h("p", { class: "big" }, w.say("and", spoken(app, request.window, zone))),
      bar(app, request, zone), against(app, request, zone),
      h("p", { class: "age" }, app.kept(request.window.coverage), " ", w.zoneNote(zone, app.now())))
      : h("p", { class: "lede" }, w.say(request.not_before ? "not_before" : "no_window", { at: request.not_before ? w.time(request.not_before, zone, app.now()) : "" })),
    reasons(app, request), codeBox(app), next(app), actions(app, ["times", "number", "push", "cancel"]), closing(app),
  ];
}

function booked(app) {
  const { w, s } = app, request = s.request, zone = request.slot?.time_zone || app.zone(request.queue);
  return [
    h("div", { class: "two-lines" }, about(app, request), h("h2", { class: "h1", tabindex: "-1" }, w.say("booked_head"))),
    h("div", { class: "window" }, h("p", { class: "cov" }, w.say("booked_day", { day: w.dayName(request.slot.start, zone, app.now()) })),
      h("p", { class: "big" }, request.window ? w.say("and", { at: w.clock(request.window.from, zone), until: w.clock(request.window.to, zone) }) : w.clock(request.slot.start, zone)),
      h("p", { class: "cov" }, w.say("booked_lede"), " ", w.zoneNote(zone, app.now()))),
    reasons(app, request), codeBox(app), next(app), actions(app, ["calendar", "times", "sooner", "number", "push", "cancel"]), closing(app),
  ];
}

function callIn(app) {
  const { w, s } = app, request = s.request, code = s.codes?.call_in, zone = app.zone(request.queue);
  const why = (one) => (one.expires_at ? w.say("call_in_code_until", { until: w.time(one.expires_at, zone, app.now()) }) : w.say("call_in_code_why"));
  return [
    h("div", { class: "two-lines" }, about(app, request), h("h2", { class: "h1", tabindex: "-1" }, w.say("call_in_head"))),
    h("p", { class: "lede" }, w.say("call_in_lede")),
    code && h("div", { class: "codebox" }, h("p", { class: "lab strong" }, w.say("call_in_code")), digits(code.code), h("p", {}, why(code))),
    reasons(app, request),
    app.foot(app.ringLink(), actions(app, ["callback", "cancel"])),
  ];
}

function left(app) {
  const { w, s } = app;
  return [h("div", { class: "two-lines" }, about(app, s.request), h("h2", { class: "h1", tabindex: "-1" }, w.say("left_head"))), h("p", { class: "lede" }, w.say("left_lede")), codeBox(app), next(app), actions(app, ["push", "cancel"]), closing(app)];
}

function connecting(app) {
  const { w, s } = app;
  return [
    h("p", { class: "ringer" }, icon("phone", true), w.say("calling_tag")),
    h("div", {}, h("h2", { class: "h1", tabindex: "-1" }, w.say("calling_head", { bank: app.bank() })),
      h("p", { class: "lede" }, w.say("calling_from", { phone: w.digits(s.lobby?.phone_text || "") }))),
    s.codes?.bank_code && h("div", { class: "codebox" }, h("p", { class: "lab" }, w.say("calling_code")), digits(s.codes.bank_code)),
    h("ol", { class: "do" }, step(w, 1, w.say("calling_1")), step(w, 2, w.say("calling_2")), s.codes?.bank_code && step(w, 3, w.say("calling_3"))),
    h("p", { class: "never" }, icon("shield", true), h("span", {}, w.say("never"))),
    app.foot(h("p", { class: "fine" }, w.say("calling_missed"))),
  ];
}

function talking(app) {
  const { w, s } = app;
  return [h("h2", { class: "h1", tabindex: "-1" }, w.say("talking_head")), h("p", { class: "lede" }, w.say("talking_lede")),
    s.codes?.bank_code && codeBox(app), h("p", { class: "never plain" }, icon("shield", true), h("span", {}, w.say("never")))];
}

function holding(app) {
  const { w, s } = app, request = s.request, zone = app.zone(request.queue);
  const at = request.position;
  return [
    h("div", { class: "two-lines" }, about(app, request), h("h2", { class: "h1", tabindex: "-1" }, w.say("holding_head"))),
    at && h("p", { class: "small2" }, at === 1 ? w.say("next_in_line") : w.say("place_head", { position: w.number(at) })),
    request.window && h("div", { class: "window" }, h("p", { class: "cov" }, w.say("turn_between")), h("p", { class: "big" }, w.say("and", spoken(app, request.window, zone)))),
    h("p", { class: "lede" }, w.say("holding_lede")),
  ];
}

function missed(app) {
  const { w, s } = app, request = s.request, zone = app.zone(request.queue);
  const last = request.attempts[request.attempts.length - 1];
  const snoozed = request.reasons.includes("snooze");
  const over = request.state !== "waiting";
  return [
    h("p", { class: "ringer watch" }, icon("phone", true), w.say(snoozed ? "snoozed_tag" : "missed_tag")),
    about(app, request),
    h("h2", { class: "h1", tabindex: "-1" }, snoozed ? w.say("snoozed_head") : last ? w.say("missed_head", { at: w.clock(last.at, zone) }) : w.say("missed_head_plain")),
    h("p", { class: "lede" }, over ? w.say("missed_kept", { until: w.time(request.grace_until, zone, app.now()) })
      : request.not_before ? w.say("missed_again", { at: w.time(request.not_before, zone, app.now()) }) : w.say("missed_soon")),
    h("p", { class: "lede" }, w.say("missed_how")),
    codeBox(app),
    app.foot(app.button("call-now", w.say("call_now"), () => app.callNow(), "big primary"),
      app.button("later", w.say("call_later"), () => app.later(), "big"),
      over ? app.button("anew", w.say("no_thanks"), () => app.anew(), "bare wide") : app.button("cancel", w.say("cancel"), () => app.go("cancel"), "bare wide danger-text")),
  ];
}

function served(app) {
  return app.s.thanked ? thanks(app) : feedback(app);
}

function thanks(app) {
  const { w } = app;
  return [h("h2", { class: "h1", tabindex: "-1" }, w.say("thanks_head")), h("p", { class: "lede" }, w.say("thanks_lede")), app.foot(app.button("anew", w.say("ask_else"), () => app.anew(), "big"))];
}

function ended(app) {
  const { w, s } = app, { state, attempts, queue } = s.request;
  const rang = [...new Set(state === "unreached" ? attempts.map((one) => w.time(one.at, app.zone(queue), app.now())) : [])];
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say(w.has(`ended_${state}`) ? `ended_${state}` : "ended_other")),
    rang.length && h("p", { class: "lede" }, w.say("ended_rang", { at: w.list(rang) })),
    h("p", { class: "lede" }, w.say(state === "cancelled" ? "ended_cancelled_lede" : "ended_lede")),
    app.foot(app.button("undo", w.say("ask_again"), () => app.askAgain(), "big primary"), app.button("anew", w.say("ask_else"), () => app.anew(), "big")),
  ];
}

function feedback(app) {
  const { w, s } = app, given = s.feedback;
  const scale = (name, label, values, text) => h("fieldset", { class: "field" }, h("legend", {}, label),
    h("div", { class: `chips ${name}` }, values.map((value) => h("label", { class: "chip" },
      h("input", { type: "radio", name, id: `${name}-${value}`, checked: given[name] === value, onchange: () => { given[name] = value; } }), h("span", {}, text(value))))));
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("feedback_head")),
    h("p", { class: "lede" }, w.say("feedback_lede")),
    h("form", { class: "form", id: "form", novalidate: true, onsubmit: (event) => { event.preventDefault(); app.giveFeedback(); } },
      scale("solved", w.say("feedback_solved"), [true, false], (value) => w.say(value ? "yes" : "no")),
      scale("rating", w.say("feedback_rating"), [1, 2, 3, 4, 5], (value) => w.number(value)),
      h("p", { class: "ends" }, h("span", {}, w.say("rating_low")), h("span", {}, w.say("rating_high"))),
      scale("nps", w.say("feedback_nps", { bank: app.bank() }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (value) => w.number(value)),
      h("p", { class: "ends" }, h("span", {}, w.say("nps_low")), h("span", {}, w.say("nps_high"))),
      h("div", { class: "field" }, h("label", { for: "comment" }, w.say("feedback_comment"), h("span", { class: "quiet" }, ` ${w.say("optional")}`)),
        h("textarea", { id: "comment", class: "inp", rows: 3, maxlength: 1000, dir: "auto", value: given.comment || "", oninput: (e) => { given.comment = e.target.value; } }))),
    app.foot(app.button("send-feedback", w.say("feedback_send"), null, "big primary"), app.button("skip", w.say("feedback_skip"), () => app.anew(), "bare wide")),
  ];
}

/** The question before the end; it repeats what ends. */
export function cancel(app) {
  const { w, s } = app, request = s.request;
  const what = request?.mode === "scheduled" ? "cancel_slot" : "cancel_place";
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("cancel_head")),
    h("p", { class: "lede" }, w.say(what, { at: request?.slot ? w.time(request.slot.start, request.slot.time_zone || app.zone(request.queue), app.now()) : "" })),
    app.problem(),
    app.foot(app.button("really", w.say("cancel_yes"), () => app.cancel(), "big danger"), app.button("stay", w.say("cancel_no"), () => app.go("place"), "big")),
  ];
}

const digits = (code) => {
  const parts = code.length < 6 ? [code] : [code.slice(0, Math.ceil(code.length / 2)), code.slice(Math.ceil(code.length / 2))];
  return h("p", { class: "code", dir: "ltr" }, parts.map((part) => h("span", {}, part)));
};

function codeBox(app) {
  const { w, s } = app;
  if (!s.codes?.bank_code) return null;
  return h("div", { class: "codebox" }, h("p", { class: "lab strong" }, w.say("code_box")), digits(s.codes.bank_code), h("p", {}, w.say("code_box_why")));
}

function reasons(app, request) {
  const { w } = app;
  const said = request.reasons.filter((each) => w.has(`state_${each}`));
  return said.length ? h("ul", { class: "why" }, said.map((each) => h("li", {}, w.say(`state_${each}`)))) : null;
}

function actions(app, names) {
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
  return h("ul", { class: "rows" }, shown.map((name) => {
    const [sign, text, act, aside] = known[name];
    return h("li", {}, h("button", { type: "button", id: name, class: name === "cancel" ? "danger" : false, "aria-disabled": (name === "push" && app.push.on) || s.busy ? "true" : false, onclick: act },
      icon(sign), h("span", {}, text), aside && h("small", {}, h("bdi", { dir: "ltr" }, aside))));
  }));
}

/** The booked time with what he has to know then, as a file for his calendar. */
function toCalendar(app) {
  const { w, s } = app, { id, slot, window } = s.request;
  const from = Date.parse(window?.from || slot.start), to = Date.parse(window?.to || slot.start);
  const told = [w.say("next_from", { phone: w.digits(s.lobby?.phone_text || "") }), s.codes?.bank_code && w.say("calendar_code", { code: s.codes.bank_code }), w.say("calling_missed")];
  const text = event({ id, from, to, at: app.now(), title: w.say("calendar_title", { bank: app.bank() }), text: told.filter(Boolean).join("\n") });
  download("call.ics", text);
}

const closing = (app) => app.foot(h("p", { class: "fine" }, app.w.say("may_close")));
