/* The way to a place: topic, questions, the wait and what may be chosen, a time, a message. */
import { h, icon } from "./dom.js";

const TOPIC_ICONS = [[/card|fraud|lost/, "card"], [/pay|transfer/, "swap"], [/mortgage|loan|home/, "house"], [/app|sign|login/, "device"]];
const MODE_ICONS = { callback: "phone", scheduled: "calendar", call_in: "line", hold: "line", message: "message" };
const ORDER = ["callback", "scheduled", "call_in", "hold", "message"];

export function topics(app) {
  const { w, s } = app;
  const rows = app.topics();
  if (!s.lobby) return [h("h2", { class: "h1", tabindex: "-1" }, w.say("topics_head")), app.waiting("topics")];
  if (!rows.length) return [h("h2", { class: "h1", tabindex: "-1" }, w.say("topics_none", { phone: w.digits(s.lobby.phone_text) })), app.ringLink()];
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("topics_head")),
    h("p", { class: "lede" }, w.say("topics_lede")),
    h("ul", { class: "topics" }, rows.map((row) => h("li", {}, h("button", {
      type: "button", id: `topic-${row.queue.id}-${row.topic || ""}`, onclick: () => app.pick(row),
    }, icon((TOPIC_ICONS.find(([known]) => known.test(row.topic || row.queue.id)) || [])[1] || "message"),
    h("span", {}, row.name), h("span", { class: "w" }, shortWait(app, row.queue.availability)))))),
  ];
}

function shortWait(app, seen) {
  const { w } = app;
  if (seen.state === "closed") return seen.opens_at ? w.say("opens", { at: w.time(seen.opens_at, app.zone(seen.queue), app.now()) }) : w.say("closed");
  if (!seen.wait) return w.say(seen.state === "paused" ? "paused_short" : "wait_unknown_short");
  return seen.wait.p50_s < 60 ? w.say("at_once") : w.minutes(seen.wait.p50_s, "short");
}

/** The queue's own questions, typed by its schema. A free text counts its letters. */
export function questions(app) {
  const { w, s } = app;
  return [
    h("p", { class: "quiet small2" }, app.topicName()),
    h("h2", { class: "h1", tabindex: "-1" }, w.say("questions_head")),
    h("p", { class: "lede" }, w.say("questions_lede")),
    app.problem(),
    h("form", { class: "form", id: "form", novalidate: true, onsubmit: (event) => { event.preventDefault(); app.answered(); } },
      app.queue().questions.map((one) => question(app, one, s.faults?.[one.id]))),
    app.foot(h("button", { type: "submit", form: "form", class: "btn big primary", id: "next" }, w.say("next")),
      h("p", { class: "fine" }, w.say("no_secrets"))),
  ];
}

function question(app, one, fault) {
  const { w, s } = app;
  const id = `q-${one.id}`, given = s.answers[one.id];
  const keep = (value) => app.answer(one.id, value);
  const title = [w.named(one.label, one.id), one.required ? null : h("span", { class: "quiet" }, ` ${w.say("optional")}`)];
  const wrong = fault ? h("p", { class: "err", id: `${id}-err` }, icon("watch"), w.say(w.has(`fault_${fault}`) ? `fault_${fault}` : "fault_other")) : null;
  const marks = { "aria-invalid": fault ? "true" : false, "aria-describedby": fault ? `${id}-err` : false, "aria-required": one.required ? "true" : false };
  if (one.kind === "choice" || one.kind === "bool") {
    const choices = one.kind === "choice" ? one.choices.map((each) => [each.id, w.named(each.labels, each.id)]) : [[true, w.say("yes")], [false, w.say("no")]];
    return h("fieldset", { class: "field", ...marks, "aria-required": false }, h("legend", {}, title),
      h("div", { class: "chips" }, choices.map(([value, text], i) => h("label", { class: "chip" },
        h("input", { type: "radio", name: id, id: `${id}-${i}`, checked: given === value, onchange: () => keep(value) }), h("span", {}, text)))), wrong);
  }
  const shape = { number: { type: "text", inputmode: "decimal" }, date: { type: "date" } }[one.kind];
  const field = shape
    ? h("input", { id, class: "inp", ...shape, ...marks, value: given ?? "", oninput: (e) => keep(e.target.value) })
    : h("textarea", { id, class: "inp", rows: one.max_length > 120 ? 3 : 1, maxlength: one.max_length, dir: "auto", ...marks, value: given ?? "", oninput: (e) => keep(e.target.value) });
  return h("div", { class: "field" }, h("label", { for: id }, title), field, wrong);
}

/** The honest wait: window, how sure, how old; then what may be chosen, and in words what may not. */
export function choice(app) {
  const { w, s } = app;
  const seen = s.seen, zone = app.zone(s.queue);
  const options = app.options();
  const back = options.find((one) => one.mode === "callback");
  const window = back?.window;
  const reasons = seen.reasons.filter((each) => w.has(`reason_${each}`));
  return [
    h("div", { class: "two-lines" },
      h("p", { class: "quiet small2" }, app.topicName()),
      h("h2", { class: "h1", tabindex: "-1" }, waitHead(app, seen, zone)),
      window && h("p", { class: "lede" }, w.say("can_call", spoken(app, window, zone)), " ", app.kept(window.coverage)),
      h("p", { class: "age" }, w.say("as_of", { at: w.clock(seen.as_of, zone) }), " ", w.zoneNote(zone, app.now()))),
    reasons.length ? h("ul", { class: "why" }, reasons.map((each) => h("li", {}, w.say(`reason_${each}`)))) : null,
    app.problem(),
    options.length ? h("div", { class: "opts", role: "radiogroup", "aria-label": w.say("choose") }, options.map((one) => option(app, one, zone)))
      : h("p", { class: "lede" }, w.say("nothing_offered")),
    app.foot(app.numberRow(), proceed(app), h("p", { class: "fine" }, w.say("can_change"))),
  ];
}

function waitHead(app, seen, zone) {
  const { w } = app;
  if (seen.state === "closed") return seen.opens_at ? w.say("closed_until", { at: w.time(seen.opens_at, zone, app.now()) }) : w.say("closed_now");
  if (!seen.wait) return w.say("wait_unknown");
  if (seen.wait.p90_s < 90) return w.say("no_wait");
  return w.say("about", { wait: w.minutes(seen.wait.p50_s) });
}

export function spoken(app, window, zone) {
  const now = app.now();
  return { at: app.w.time(window.from, zone, now), until: app.w.clock(window.to, zone) };
}

function option(app, one, zone) {
  const { w, s } = app;
  const chosen = s.mode === one.mode;
  const why = {
    callback: () => (one.window ? w.say("between", spoken(app, one.window, zone)) : w.say("callback_soon")),
    scheduled: () => w.say("from_time", { at: w.time(one.next_slot.start, zone, app.now()) }),
    call_in: () => w.say("call_in_why"),
    hold: () => w.say("hold_why", { phone: w.digits(s.lobby.phone_text) }),
    message: () => w.say("message_why"),
  }[one.mode]();
  return h("label", { class: "opt" },
    h("input", { type: "radio", name: "mode", id: `mode-${one.mode}`, checked: chosen, value: one.mode, onchange: () => app.set({ mode: one.mode, problem: null }) }),
    icon(MODE_ICONS[one.mode]), h("span", {}, h("b", {}, w.say(`mode_${one.mode}`)), h("small", {}, why)), h("span", { class: "radio" }));
}

export const sorted = (options) => {
  const shown = options.some((one) => one.mode === "call_in") ? options.filter((one) => one.mode !== "hold") : options;
  return [...shown].sort((a, b) => ORDER.indexOf(a.mode) - ORDER.indexOf(b.mode));
};

function proceed(app) {
  const { w, s } = app;
  if (s.mode === "hold") return app.ringLink();
  const text = { callback: "keep_place", scheduled: "choose_time", call_in: "keep_and_ring", message: "write_message" }[s.mode];
  return text ? app.button("proceed", w.say(text), () => app.proceed(), "big primary") : null;
}

/** Free times: a day, then a time of it. */
export function slots(app) {
  const { w, s } = app;
  const zone = s.slotZone || app.zone(s.queue);
  const days = new Map();
  for (const one of (s.slots || []).filter((each) => each.remaining)) {
    const day = w.day(new Date(one.start), zone);
    days.set(day, [...(days.get(day) || []), one]);
  }
  const chosen = days.has(s.day) ? s.day : [...days.keys()][0];
  const pick = (name, value, id, on, ...text) => h("label", { class: "chip" },
    h("input", { type: "radio", name, id, value, checked: on, onchange: () => app.set(name === "day" ? { day: value, slot: null } : { slot: value, problem: null }) }), h("span", {}, text));
  return [
    h("p", { class: "quiet small2" }, app.topicName()),
    h("h2", { class: "h1", tabindex: "-1" }, w.say("slots_head")),
    app.problem(),
    s.slots === null ? app.waiting("slots") : !days.size ? h("p", { class: "lede" }, w.say("slots_none")) : [
      h("fieldset", { class: "field" }, h("legend", {}, w.say("slots_day")),
        h("div", { class: "chips" }, [...days].map(([day, list], i) => pick("day", day, `day-${i}`, day === chosen, w.dayShort(list[0].start, zone, app.now()))))),
      h("fieldset", { class: "field" }, h("legend", {}, w.dayName(days.get(chosen)[0].start, zone, app.now())),
        h("div", { class: "chips times" }, days.get(chosen).map((one, i) => pick("slot", one.start, `slot-${i}`, s.slot === one.start, h("time", { datetime: one.start }, w.clock(one.start, zone)))))),
      h("p", { class: "age" }, w.zoneNote(zone, app.now())),
    ],
    h("div", { class: "foot stays" }, app.button("book", s.slot ? w.say("book_at", { at: w.time(s.slot, zone, app.now()) }) : w.say("book"), () => app.book(), "big primary", !s.slot),
      h("p", { class: "fine" }, w.say("can_change"))),
  ];
}

/** A message needs words. */
export function message(app) {
  const { w, s } = app;
  const field = app.textField();
  return [
    h("p", { class: "quiet small2" }, app.topicName()),
    h("h2", { class: "h1", tabindex: "-1" }, w.say("message_head")),
    h("p", { class: "lede" }, w.say("message_lede")),
    app.problem(),
    h("form", { class: "form", id: "form", novalidate: true, onsubmit: (event) => { event.preventDefault(); app.wrote(); } },
      field && question(app, { ...field, required: true }, s.faults?.[field.id])),
    app.foot(h("button", { type: "submit", form: "form", class: "btn big primary", id: "send" }, w.say("send_message")), h("p", { class: "fine" }, w.say("no_secrets"))),
  ];
}
