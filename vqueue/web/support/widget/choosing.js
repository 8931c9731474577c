/* The honest wait and what may be chosen, then a time of the free ones. */
import { h, icon } from "./dom.js";

const MODE_ICONS = {
  callback: "phone",
  opening: "phone",
  scheduled: "calendar",
  call_in: "line",
  hold: "line",
  message: "message",
};
const ORDER = ["callback", "opening", "scheduled", "call_in", "hold", "message"];
const CHOSEN = {
  callback: "keep_place",
  opening: "keep_place",
  scheduled: "choose_time",
  call_in: "keep_and_ring",
  message: "write_message",
};

/** The honest wait: window, how sure, how old; then what may be chosen, and in words what may not. */
export function choice(app) {
  const { w, s } = app;
  const seen = s.seen,
    zone = app.zone(s.queue);
  const options = app.options();
  const back = options.find((one) => one.mode === "callback");
  const window = back?.window;
  const reasons = seen.reasons.filter((each) => w.has(`reason_${each}`));
  const closing = { at: seen.closes_at ? w.clock(seen.closes_at, zone) : "" };
  return [
    h(
      "div",
      { class: "two-lines" },
      h("p", { class: "quiet small2" }, app.topicName()),
      h("h2", { class: "h1", tabindex: "-1" }, waitHead(app, seen, zone)),
      window && h("p", { class: "lede" }, w.say("can_call", spoken(app, window, zone)), " ", app.kept(window.coverage)),
      h("p", { class: "age" }, w.say("as_of", { at: w.clock(seen.as_of, zone) }), " ", w.zoneNote(zone, app.now())),
    ),
    reasons.length
      ? h(
          "ul",
          { class: "why" },
          reasons.map((each) => h("li", {}, w.say(`reason_${each}`, closing))),
        )
      : null,
    app.problem(),
    options.length
      ? h(
          "div",
          { class: "opts", role: "radiogroup", "aria-label": w.say("choose") },
          options.map((one) => option(app, one, zone)),
        )
      : h("p", { class: "lede" }, w.say("nothing_offered")),
    app.foot(
      app.numberRow(),
      options.length ? proceed(app) : app.button("others", w.say("ask_else"), () => app.go("topics"), "big"),
      CHOSEN[s.mode] && h("p", { class: "fine" }, w.say("can_change")),
    ),
  ];
}

function waitHead(app, seen, zone) {
  const { w } = app;
  if (seen.state === "closed")
    return seen.opens_at ? w.say("closed_until", { at: w.time(seen.opens_at, zone, app.now()) }) : w.say("closed_now");
  if (!seen.wait) return w.say("wait_unknown");
  if (seen.wait.p90_s < 90) return w.say("no_wait");
  return w.say("about", { wait: w.minutes(seen.wait.p50_s) });
}

export function spoken(app, window, zone) {
  const now = app.now();
  return { at: app.w.time(window.from, zone, now), until: app.w.clock(window.to, zone) };
}

function onDay(app, window, zone) {
  const { w } = app;
  const [at, until] = [w.clock(window.from, zone), w.clock(window.to, zone)];
  return { day: w.dayShort(window.from, zone, app.now()), at, until };
}

function option(app, one, zone) {
  const { w, s } = app;
  const chosen = s.mode === one.mode;
  const why = {
    callback: () => (one.window ? w.say("between", spoken(app, one.window, zone)) : w.say("callback_soon")),
    opening: () => w.say("opening_why", onDay(app, one.window, zone)),
    scheduled: () => w.say("from_time", { at: w.time(one.next_slot.start, zone, app.now()) }),
    call_in: () => w.say("call_in_why"),
    hold: () => w.say("hold_why", { phone: w.digits(s.lobby.phone_text) }),
    message: () => w.say("message_why"),
  }[one.mode]();
  return h(
    "label",
    { class: "opt" },
    h("input", {
      type: "radio",
      name: "mode",
      id: `mode-${one.mode}`,
      checked: chosen,
      value: one.mode,
      onchange: () => app.set({ mode: one.mode, problem: null }),
    }),
    icon(MODE_ICONS[one.mode]),
    h("span", {}, h("b", {}, w.say(`mode_${one.mode}`)), h("small", {}, why)),
    h("span", { class: "radio" }),
  );
}

/** The best first. Who may ring with a code need not hold; a place kept over the closing is a choice of its own. */
export const sorted = (options) => {
  const rings = options.some((one) => one.mode === "call_in");
  const shown = options.filter((one) => !(one.mode === "hold" && rings)).flatMap(apart);
  return shown.sort((a, b) => ORDER.indexOf(a.mode) - ORDER.indexOf(b.mode));
};

const apart = (one) =>
  one.opening ? [{ mode: "opening", window: one.opening }, ...(one.bookable ? [one] : [])] : [one];

function proceed(app) {
  const { w, s } = app;
  if (s.mode === "hold") return app.ringLink();
  const text = CHOSEN[s.mode];
  return text ? app.button("proceed", w.say(text), () => app.proceed(), "big primary") : null;
}

/** Where no time can be chosen: what else can be done. */
function noSlots(app) {
  const { w, s } = app;
  if (s.slots === null)
    return s.problem && app.button("look-again", w.say("try_again"), () => app.listSlots(), "big primary");
  if (s.requestId) return app.button("stay", w.say("cancel_no"), () => app.go("place"), "big primary");
  return app.button("others", w.say("other_choices"), () => app.go("choice"), "big primary");
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
  const pick = (name, value, id, on, ...text) =>
    h(
      "label",
      { class: "chip" },
      h("input", {
        type: "radio",
        name,
        id,
        value,
        checked: on,
        onchange: () => app.set(name === "day" ? { day: value, slot: null } : { slot: value, problem: null }),
      }),
      h("span", {}, text),
    );
  return [
    h("p", { class: "quiet small2" }, app.topicName()),
    h("h2", { class: "h1", tabindex: "-1" }, w.say("slots_head")),
    app.problem(),
    s.slots === null
      ? !s.problem && app.waiting("slots")
      : !days.size
        ? h("p", { class: "lede" }, w.say("slots_none"))
        : [
            h(
              "fieldset",
              { class: "field" },
              h("legend", {}, w.say("slots_day")),
              h(
                "div",
                { class: "chips" },
                [...days].map(([day, list], i) =>
                  pick("day", day, `day-${i}`, day === chosen, w.dayShort(list[0].start, zone, app.now())),
                ),
              ),
            ),
            h(
              "fieldset",
              { class: "field" },
              h("legend", {}, w.dayName(days.get(chosen)[0].start, zone, app.now())),
              h(
                "div",
                { class: "chips times" },
                days
                  .get(chosen)
                  .map((one, i) =>
                    pick(
                      "slot",
                      one.start,
                      `slot-${i}`,
                      s.slot === one.start,
                      h("time", { datetime: one.start }, w.clock(one.start, zone)),
                    ),
                  ),
              ),
            ),
            h("p", { class: "age" }, w.zoneNote(zone, app.now())),
          ],
    days.size
      ? h(
          "div",
          { class: "foot stays" },
          app.button(
            "book",
            s.slot ? w.say("book_at", { at: w.time(s.slot, zone, app.now()) }) : w.say("book"),
            () => app.book(),
            "big primary",
            !s.slot,
          ),
          h("p", { class: "fine" }, w.say("can_change")),
        )
      : app.foot(noSlots(app)),
  ];
}
