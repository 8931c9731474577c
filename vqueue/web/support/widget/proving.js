/* A guest proves his number once, by a code sent to it. */
import { h } from "./dom.js";

export function phone(app) {
  const { w, s } = app;
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say(s.changing ? "number_head" : "phone_head")),
    h("p", { class: "lede" }, w.say(s.changing ? "number_lede" : "phone_lede")),
    app.problem(),
    h(
      "form",
      {
        class: "form",
        id: "form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          app.sendCode();
        },
      },
      h(
        "div",
        { class: "field" },
        h("label", { for: "phone" }, w.say("phone_label")),
        h("input", {
          id: "phone",
          class: "inp tall",
          type: "tel",
          autocomplete: "tel",
          inputmode: "tel",
          dir: "ltr",
          maxlength: 40,
          value: s.phone || "",
          "aria-describedby": s.problem ? "problem" : false,
          "aria-invalid": s.problem ? "true" : false,
          oninput: (e) => {
            app.keep({ phone: e.target.value });
          },
        }),
        h("p", { class: "hint" }, w.say("phone_hint")),
      ),
    ),
    app.foot(
      app.button("send-code", w.say(s.changing ? "change_number" : "send_code"), null, "big primary"),
      h("p", { class: "fine" }, w.say("phone_why")),
    ),
  ];
}

export function code(app) {
  const { w, s } = app;
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("code_head")),
    h("p", { class: "lede" }, w.say("code_lede", { phone: w.digits(s.phone || "") })),
    app.problem(),
    h(
      "form",
      {
        class: "form",
        id: "form",
        novalidate: true,
        onsubmit: (event) => {
          event.preventDefault();
          app.prove();
        },
      },
      h(
        "div",
        { class: "field" },
        h("label", { for: "code" }, w.say("code_label")),
        h("input", {
          id: "code",
          class: "inp tall code-in",
          type: "text",
          autocomplete: "one-time-code",
          inputmode: "numeric",
          pattern: "[0-9]*",
          maxlength: 7,
          dir: "ltr",
          value: s.code || "",
          "aria-describedby": s.problem ? "problem" : false,
          "aria-invalid": s.problem ? "true" : false,
          oninput: (e) => {
            s.code = e.target.value.replace(/\D/g, "").slice(0, 6);
            if (s.code.length === 6) app.prove();
          },
        }),
      ),
    ),
    app.foot(
      app.button("prove", w.say("code_check"), null, "big primary"),
      app.button("again", w.say("code_again"), () => app.go("phone"), "bare wide"),
    ),
  ];
}
