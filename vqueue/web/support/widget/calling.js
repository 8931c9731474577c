/* The call itself: the telephone rings, they talk, or he waits on the line. */
import { h, icon } from "./dom.js";
import { about, codeBox, digits, step } from "./pieces.js";
import { spoken } from "./choosing.js";

export function connecting(app) {
  const { w, s } = app;
  return [
    h("p", { class: "ringer" }, icon("phone", true), w.say("calling_tag")),
    h(
      "div",
      {},
      h("h2", { class: "h1", tabindex: "-1" }, w.say("calling_head", { bank: app.bank() })),
      h("p", { class: "lede" }, w.say("calling_from", { phone: w.digits(s.lobby?.phone_text || "") })),
    ),
    s.codes?.bank_code &&
      h("div", { class: "codebox" }, h("p", { class: "lab" }, w.say("calling_code")), digits(s.codes.bank_code)),
    h(
      "ol",
      { class: "do" },
      step(w, 1, w.say("calling_1")),
      step(w, 2, w.say("calling_2")),
      s.codes?.bank_code && step(w, 3, w.say("calling_3")),
    ),
    h("p", { class: "never" }, icon("shield", true), h("span", {}, w.say("never"))),
    app.foot(h("p", { class: "fine" }, w.say("calling_missed"))),
  ];
}

export function talking(app) {
  const { w, s } = app;
  return [
    h("h2", { class: "h1", tabindex: "-1" }, w.say("talking_head")),
    h("p", { class: "lede" }, w.say("talking_lede")),
    s.codes?.bank_code && codeBox(app),
    h("p", { class: "never plain" }, icon("shield", true), h("span", {}, w.say("never"))),
  ];
}

export function holding(app) {
  const { w, s } = app,
    request = s.request,
    zone = app.zone(request.queue);
  const at = request.position;
  return [
    h(
      "div",
      { class: "two-lines" },
      about(app, request),
      h("h2", { class: "h1", tabindex: "-1" }, w.say("holding_head")),
    ),
    at &&
      h("p", { class: "small2" }, at === 1 ? w.say("next_in_line") : w.say("place_head", { position: w.number(at) })),
    request.window &&
      h(
        "div",
        { class: "window" },
        h("p", { class: "cov" }, w.say("turn_between")),
        h("p", { class: "big" }, w.say("and", spoken(app, request.window, zone))),
      ),
    h("p", { class: "lede" }, w.say("holding_lede")),
  ];
}
