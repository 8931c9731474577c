/* The way to a place: topic, questions, a message. */
import { h, icon } from "./dom.js";

const TOPIC_ICONS = [
  [/card|fraud|lost/, "card"],
  [/pay|transfer/, "swap"],
  [/mortgage|loan|home/, "house"],
  [/app|sign|login/, "device"],
];

export function topics(app) {
  const { w, s } = app;
  const rows = app.topics();
  if (!s.lobby) return [h("h2", { class: "h1", tabindex: "-1" }, w.say("topics_head")), app.waiting("topics")];
  if (!rows.length)
    return [
      h("h2", { class: "h1", tabindex: "-1" }, w.say("topics_none", { phone: w.digits(s.lobby.phone_text) })),
      app.ringLink(),
    ];
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("topics_head")),
    h("p", { class: "lede" }, w.say("topics_lede")),
    h(
      "ul",
      { class: "topics" },
      rows.map((row) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              id: `topic-${row.queue.id}-${row.topic || ""}`,
              onclick: () => app.pick(row),
            },
            icon((TOPIC_ICONS.find(([known]) => known.test(row.topic || row.queue.id)) || [])[1] || "message"),
            h("span", {}, row.name),
            h("span", { class: "w" }, shortWait(app, row.queue.availability)),
          ),
        ),
      ),
    ),
  ];
}

function shortWait(app, seen) {
  const { w } = app;
  if (seen.state === "closed")
    return seen.opens_at
      ? w.say("opens", { at: w.time(seen.opens_at, app.zone(seen.queue), app.now()) })
      : w.say("closed");
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
    h(
      "form",
      {
        class: "form",
        id: "form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          app.answered();
        },
      },
      app.queue().questions.map((one) => question(app, one, s.faults?.[one.id])),
    ),
    app.foot(
      h("button", { type: "submit", form: "form", class: "btn big primary", id: "next" }, w.say("next")),
      h("p", { class: "fine" }, w.say("no_secrets")),
    ),
  ];
}

function question(app, one, fault) {
  const { w, s } = app;
  const id = `q-${one.id}`,
    given = s.answers[one.id];
  const keep = (value) => app.answer(one.id, value);
  const title = [
    w.named(one.label, one.id),
    one.required ? null : h("span", { class: "quiet" }, ` ${w.say("optional")}`),
  ];
  const wrong = fault
    ? h(
        "p",
        { class: "err", id: `${id}-err` },
        icon("watch"),
        w.say(w.has(`fault_${fault}`) ? `fault_${fault}` : "fault_other"),
      )
    : null;
  const marks = {
    "aria-invalid": fault ? "true" : false,
    "aria-describedby": fault ? `${id}-err` : false,
    "aria-required": one.required ? "true" : false,
  };
  if (one.kind === "choice" || one.kind === "bool") {
    const choices =
      one.kind === "choice"
        ? one.choices.map((each) => [each.id, w.named(each.labels, each.id)])
        : [
            [true, w.say("yes")],
            [false, w.say("no")],
          ];
    return h(
      "fieldset",
      { class: "field", ...marks, "aria-required": false },
      h("legend", {}, title),
      h(
        "div",
        { class: "chips" },
        choices.map(([value, text], i) =>
          h(
            "label",
            { class: "chip" },
            h("input", {
              type: "radio",
              name: id,
              id: `${id}-${i}`,
              checked: given === value,
              onchange: () => keep(value),
            }),
            h("span", {}, text),
          ),
        ),
      ),
      wrong,
    );
  }
  const shape = { number: { type: "text", inputmode: "decimal" }, date: { type: "date" } }[one.kind];
  const field = shape
    ? h("input", { id, class: "inp", ...shape, ...marks, value: given ?? "", oninput: (e) => keep(e.target.value) })
    : h("textarea", {
        id,
        class: "inp",
        rows: one.max_length > 120 ? 3 : 1,
        maxlength: one.max_length,
        dir: "auto",
        ...marks,
        value: given ?? "",
        oninput: (e) => keep(e.target.value),
      });
  return h("div", { class: "field" }, h("label", { for: id }, title), field, wrong);
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
    h(
      "form",
      {
        class: "form",
        id: "form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          app.wrote();
        },
      },
      field && question(app, { ...field, required: true }, s.faults?.[field.id]),
    ),
    app.foot(
      h("button", { type: "submit", form: "form", class: "btn big primary", id: "send" }, w.say("send_message")),
      h("p", { class: "fine" }, w.say("no_secrets")),
    ),
  ];
}
