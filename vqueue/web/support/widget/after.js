/* What comes after a call, or instead of one: missed, ended, how it was, and the question before an end. */
import { h, icon } from "./dom.js";
import { about, codeBox } from "./pieces.js";

export function missed(app) {
  const { w, s } = app,
    request = s.request,
    zone = app.zone(request.queue);
  const last = request.attempts[request.attempts.length - 1];
  const snoozed = request.reasons.includes("snooze");
  const over = request.state !== "waiting";
  return [
    h("p", { class: "ringer watch" }, icon("phone", true), w.say(snoozed ? "snoozed_tag" : "missed_tag")),
    about(app, request),
    h(
      "h2",
      { class: "h1", tabindex: "-1" },
      snoozed
        ? w.say("snoozed_head")
        : last
          ? w.say("missed_head", { at: w.clock(last.at, zone) })
          : w.say("missed_head_plain"),
    ),
    h(
      "p",
      { class: "lede" },
      over
        ? w.say("missed_kept", { until: w.time(request.grace_until, zone, app.now()) })
        : request.not_before
          ? w.say("missed_again", { at: w.time(request.not_before, zone, app.now()) })
          : w.say("missed_soon"),
    ),
    h("p", { class: "lede" }, w.say("missed_how")),
    codeBox(app),
    app.foot(
      app.button("call-now", w.say("call_now"), () => app.callNow(), "big primary"),
      app.button("later", w.say("call_later"), () => app.later(), "big"),
      over
        ? app.button("anew", w.say("no_thanks"), () => app.anew(), "bare wide")
        : app.button("cancel", w.say("cancel"), () => app.go("cancel"), "bare wide danger-text"),
    ),
  ];
}

export function served(app) {
  return app.s.thanked ? thanks(app) : feedback(app);
}

function thanks(app) {
  const { w } = app;
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("thanks_head")),
    h("p", { class: "lede" }, w.say("thanks_lede")),
    app.foot(app.button("anew", w.say("ask_else"), () => app.anew(), "big")),
  ];
}

export function ended(app) {
  const { w, s } = app,
    { state, attempts, queue } = s.request;
  const rang = [
    ...new Set(state === "unreached" ? attempts.map((one) => w.time(one.at, app.zone(queue), app.now())) : []),
  ];
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say(w.has(`ended_${state}`) ? `ended_${state}` : "ended_other")),
    rang.length && h("p", { class: "lede" }, w.say("ended_rang", { at: w.list(rang) })),
    h("p", { class: "lede" }, w.say(state === "cancelled" ? "ended_cancelled_lede" : "ended_lede")),
    app.foot(
      app.button("undo", w.say("ask_again"), () => app.askAgain(), "big primary"),
      app.button("anew", w.say("ask_else"), () => app.anew(), "big"),
    ),
  ];
}

function feedback(app) {
  const { w, s } = app,
    given = s.feedback;
  const scale = (name, label, values, text) =>
    h(
      "fieldset",
      { class: "field" },
      h("legend", {}, label),
      h(
        "div",
        { class: `chips ${name}` },
        values.map((value) =>
          h(
            "label",
            { class: "chip" },
            h("input", {
              type: "radio",
              name,
              id: `${name}-${value}`,
              checked: given[name] === value,
              onchange: () => {
                app.keep({ feedback: { ...s.feedback, [name]: value } });
              },
            }),
            h("span", {}, text(value)),
          ),
        ),
      ),
    );
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("feedback_head")),
    h("p", { class: "lede" }, w.say("feedback_lede")),
    h(
      "form",
      {
        class: "form",
        id: "form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          app.giveFeedback();
        },
      },
      scale("solved", w.say("feedback_solved"), [true, false], (value) => w.say(value ? "yes" : "no")),
      scale("rating", w.say("feedback_rating"), [1, 2, 3, 4, 5], (value) => w.number(value)),
      h("p", { class: "ends" }, h("span", {}, w.say("rating_low")), h("span", {}, w.say("rating_high"))),
      scale("nps", w.say("feedback_nps", { bank: app.bank() }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (value) =>
        w.number(value),
      ),
      h("p", { class: "ends" }, h("span", {}, w.say("nps_low")), h("span", {}, w.say("nps_high"))),
      h(
        "div",
        { class: "field" },
        h(
          "label",
          { for: "comment" },
          w.say("feedback_comment"),
          h("span", { class: "quiet" }, ` ${w.say("optional")}`),
        ),
        h("textarea", {
          id: "comment",
          class: "inp",
          rows: 3,
          maxlength: 1000,
          dir: "auto",
          value: given.comment || "",
          oninput: (e) => {
            app.keep({ feedback: { ...s.feedback, comment: e.target.value } });
          },
        }),
      ),
    ),
    app.foot(
      app.button("send-feedback", w.say("feedback_send"), null, "big primary"),
      app.button("skip", w.say("feedback_skip"), () => app.anew(), "bare wide"),
    ),
  ];
}

/** The question before the end; it repeats what ends. */
export function cancel(app) {
  const { w, s } = app,
    request = s.request;
  const what = request?.mode === "scheduled" ? "cancel_slot" : "cancel_place";
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("cancel_head")),
    h(
      "p",
      { class: "lede" },
      w.say(what, {
        at: request?.slot
          ? w.time(request.slot.start, request.slot.time_zone || app.zone(request.queue), app.now())
          : "",
      }),
    ),
    app.problem(),
    app.foot(
      app.button("really", w.say("cancel_yes"), () => app.cancel(), "big danger"),
      app.button("stay", w.say("cancel_no"), () => app.go("place"), "big"),
    ),
  ];
}
