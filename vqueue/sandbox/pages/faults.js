// The page of faults: what goes wrong on purpose, as a form of one row a fault.
import { complain, icon, isolated, make } from "./elements.js";
import { frame, stream } from "./frame.js";
import { ask, follow } from "./network.js";
import { spacedNumber } from "./numbers.js";
import { clockTime, say } from "./words.js";

const PLACES = ["create_call", "status", "fetch"];
const DEEDS = [
  "error_500_before", "error_500_after", "reset_before", "reset_after", "429",
  "delay_ring", "lose", "double", "reorder", "delay",
];
/** Faults in force with one tap. */
const READY = [
  { on: "status", do: "lose", share: 0.2 },
  { on: "status", do: "double", share: 1 },
  { on: "status", do: "reorder", share: 0.3, seconds: 5 },
  { on: "create_call", do: "error_500_after", share: 0.2 },
  { on: "create_call", do: "429", share: 0.3, retry_after: 1 },
  { on: "create_call", do: "delay_ring", share: 0.5, seconds: 10 },
  { on: "fetch", do: "error_500_before", share: 0.2 },
];
const HITS_SHOWN = 50;
const part = (id) => document.getElementById(id);
const rows = [];
let sending = false;

function field(label, control) {
  const id = `f${field.count = (field.count ?? 0) + 1}`;
  control.id = id;
  return make("div", { class: "field" }, make("label", { for: id }, label), control);
}

function choice(values, prefix, chosen) {
  const options = values.map((value) => make("option", { value, selected: value === chosen }, say(prefix + value)));
  return make("select", { class: "inp" }, options);
}

function number(value, { step, max }) {
  const told = { class: "inp", type: "number", min: "0", max, step, inputmode: "decimal", value: value ?? "" };
  return make("input", told);
}

/** One fault as a row; what the form does not show (a number, a count) is kept as it came. */
function addRow(fault) {
  const controls = {
    on: choice(PLACES, "on_", fault.on),
    do: choice(DEEDS, "do_", fault.do),
    share: number(fault.share ?? 1, { step: "0.05", max: "1" }),
    seconds: number(fault.seconds, { step: "any" }),
    retry_after: number(fault.retry_after, { step: "1" }),
  };
  const error = make("p", { class: "err", role: "alert", hidden: true });
  const n = rows.length + 1;
  const gone = make("button", { type: "button", class: "iconbtn", "aria-label": say("remove_fault", { n }) }, icon("cross"));
  const element = make("div", { class: "faultrow", role: "group", "aria-label": say("fault_n", { n }) },
    field(say("fault_on"), controls.on), field(say("fault_do"), controls.do), field(say("fault_share"), controls.share),
    field(say("fault_seconds"), controls.seconds), field(say("fault_retry"), controls.retry_after), gone, error);
  const row = { fault, controls, element, error };
  gone.addEventListener("click", () => {
    rows.splice(rows.indexOf(row), 1);
    element.remove();
    showEmpty();
    part("faults-add").focus();
  });
  rows.push(row);
  part("faults-rows").append(element);
  showEmpty();
  return row;
}

function showEmpty() {
  part("faults-none").hidden = rows.length > 0;
  part("faults-none").textContent = say("faults_none");
}

/** The fault of a row, or null with a sentence under it. */
function read({ fault, controls, error }) {
  const told = { ...fault, on: controls.on.value, do: controls.do.value, share: Number(controls.share.value) };
  const shareBad = controls.share.value === "" || !(told.share >= 0 && told.share <= 1);
  let secondsBad = false;
  for (const name of ["seconds", "retry_after"]) {
    const text = controls[name].value;
    delete told[name];
    if (text !== "") told[name] = Number(text);
    const bad = controls[name].validity.badInput || (text !== "" && !(told[name] >= 0));
    controls[name].setAttribute("aria-invalid", String(bad));
    secondsBad ||= bad;
  }
  controls.share.setAttribute("aria-invalid", String(shareBad));
  complain(error, shareBad ? say("share_bad") : secondsBad ? say("seconds_bad") : "");
  return shareBad || secondsBad ? null : told;
}

function show(faults) {
  rows.splice(0);
  part("faults-rows").replaceChildren();
  faults.forEach(addRow);
  showEmpty();
}

async function put(faults) {
  if (sending) return;
  sending = true;
  part("faults-done").replaceChildren();
  try {
    const answer = await ask("PUT", "/sandbox/faults", { faults });
    show(answer.faults);
    complain(part("faults-err"), "");
    part("faults-done").replaceChildren(icon("check"), say("saved", { time: clockTime(Date.now()) }));
  } catch (refusal) {
    complain(part("faults-err"), refusal.message);
  } finally {
    sending = false;
  }
}

function submit(event) {
  event.preventDefault();
  const faults = rows.map(read);
  const bad = faults.indexOf(null);
  if (bad >= 0) return rows[bad].element.querySelector("[aria-invalid=true]").focus();
  put(faults);
}

const named = (fault) => say("fault_named", { on: say(`on_${fault.on}`), do: say(`do_${fault.do}`) });

/** One tap adds the fault to those in force. */
function readyButton(fault) {
  const add = async () => {
    const { faults } = await ask("GET", "/sandbox/faults").catch(() => ({ faults: [] }));
    await put([...faults, fault]);
  };
  return make("button", { type: "button", class: "btn", on: { click: add } },
    icon("plus"), `${named(fault)}, ${Math.round(fault.share * 100)} %`);
}

/** A line for each fault that struck, with the way to everything that happened in that call. */
function hit({ at, call_sid: sid, to, detail }) {
  part("hits-none").hidden = true;
  const lang = new URLSearchParams(location.search).get("lang");
  const link = sid && make("a", { href: `/ledger?call=${sid}${lang ? `&lang=${lang}` : ""}` }, say("hit_call", { call: sid.slice(-6) }));
  part("hits").prepend(make("li", {}, make("time", { datetime: at }, clockTime(at)), make("b", {}, named(detail)),
    detail.call_status ? isolated(detail.call_status) : null, to ? isolated(spacedNumber(to)) : null, link));
  while (part("hits").childElementCount > HITS_SHOWN) part("hits").lastElementChild.remove();
}

async function start() {
  try {
    const answer = await ask("GET", "/sandbox/faults");
    show(answer.faults);
    complain(part("faults-err"), "");
  } catch (refusal) {
    complain(part("faults-err"), refusal.message);
    setTimeout(start, 4000);
  }
}

frame("faults");
part("faults-ready").append(...READY.map(readyButton));
follow("/sandbox/events", { hear: (entry) => { if (entry.event === "fault") hit(entry); }, ...stream });
part("faults-add").append(icon("plus"), say("add_fault"));
part("faults-add").addEventListener("click", () => addRow({ on: "status", do: "lose", share: 0.1 }).controls.on.focus());
part("faults-form").addEventListener("submit", submit);
part("faults-end").addEventListener("click", () => put([]));
start();
