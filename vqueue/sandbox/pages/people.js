// The page of virtual people: who answers by itself and how, with an editor for one program.
import { complain, icon, isolated, make } from "./elements.js";
import { frame } from "./frame.js";
import { ask, personPath } from "./network.js";
import { isNumber, plainNumber, spacedNumber } from "./numbers.js";
import { clockTime, say } from "./words.js";

const SHOWN = 200;
/** Programs to begin with: what testers want most often. */
const READY = [
  ["ready_person", { answers: { after_s: [2, 6] }, keys: [{ heard: "press 1|нажмите 1|להקיש 1", press: "1" }], talk_s: [30, 90] }],
  ["ans_busy", { answers: "busy" }],
  ["ans_never", { answers: "never" }],
  ["ready_declines", { answers: "declines" }],
  ["ans_machine", { answers: { as: "machine", after_s: 8, greeting: "Please leave a message.", records_s: 20 } }],
  ["ready_later", { answers: ["never", { after_s: 4 }], keys: [{ heard: "press 1|нажмите 1|להקיש 1", press: "1" }] }],
];
const EXAMPLE = { answers: { after_s: 4 }, keys: [{ heard: "press 1", press: "1" }], patience_s: 300 };
const part = (id) => document.getElementById(id);
const rows = part("people-table").tBodies[0];
let people = [];
let saving = false;

/** "after 4 s", "busy", …; a list of ways reads as one after another. */
function manner(answers) {
  if (Array.isArray(answers)) return answers.map(manner).join(", ");
  if (answers === undefined || answers === null) return "";
  const words = { never: say("ans_never"), busy: say("ans_busy"), machine: say("ans_machine"), declines: say("ready_declines") };
  if (typeof answers === "string") return words[answers] ?? answers;
  if (answers.error) return String(answers.error);
  const after = answers.after_s === undefined ? "" : say("ans_after", { n: [answers.after_s].flat().join("–") });
  return [answers.as === "machine" || answers.machine === true ? say("ans_machine") : answers.as, after].filter(Boolean).join(", ");
}

const span = (value) => (value === undefined || value === null ? "" : say("patience_s", { n: [value].flat().join("–") }));

function cell(name, words) {
  return make("td", { "data-label": words ? say(name) : null }, words);
}

async function remove(number) {
  await ask("DELETE", personPath(number)).catch((refusal) => complain(part("people-err"), refusal.message));
  await refresh();
  part("find").focus();
}

/** This person calls the bank's first number, as his program says. */
async function letCall(number) {
  complain(part("people-err"), "");
  part("edit-done").replaceChildren();
  try {
    const { numbers } = await ask("GET", "/sandbox/numbers");
    await ask("POST", "/sandbox/calls", { from: number, to: Object.keys(numbers)[0] });
    part("edit-done").replaceChildren(icon("check"), say("person_calls", { number: spacedNumber(number) }));
  } catch (refusal) {
    complain(part("people-err"), refusal.message);
  }
}

function button(kind, label, words, click) {
  return make("button", { type: "button", class: `btn ${kind}`, "aria-label": label, on: { click } }, words);
}

function row({ number, program }) {
  const shown = { number: spacedNumber(number) };
  const buttons = [
    button("", say("let_call", shown), say("let_call_short"), () => letCall(number)),
    button("", say("edit", shown), say("edit_short"), () => load(number, program, true)),
    button("danger-line", say("remove_person", shown), say("remove"), () => remove(number)),
  ];
  return make("tr", {},
    make("th", { scope: "row" }, isolated(shown.number)),
    cell("name", program.name ?? ""),
    cell("answers", manner(program.answers)),
    cell("keys", program.keys?.length ? say("keys_n", { n: program.keys.length }) : ""),
    cell("patience", span(program.patience_s)),
    make("td", { class: "act" }, make("div", { class: "btns" }, buttons)));
}

function show() {
  const wanted = part("find").value.trim().toLowerCase();
  const digits = plainNumber(wanted);
  const speaksOf = (program) => JSON.stringify(program).toLowerCase().includes(wanted);
  const found = people.filter(({ number, program }) => !wanted || number.includes(digits) || speaksOf(program));
  rows.replaceChildren(...found.slice(0, SHOWN).map(row));
  part("people-table").hidden = !found.length;
  part("people-none").hidden = found.length > 0;
  part("people-none").textContent = say(people.length ? "people_match_none" : "people_none");
  const counted = { shown: Math.min(found.length, SHOWN), n: people.length };
  part("people-count").textContent = people.length ? say("people_shown", counted) : "";
}

function load(number, program, go = false) {
  part("edit-number").value = spacedNumber(number);
  part("edit-program").value = JSON.stringify(program, null, 2);
  for (const id of ["edit-number", "edit-program"]) mark(id, "");
  part("edit-done").replaceChildren();
  if (go) part("edit-program").focus();
}

function mark(id, text) {
  part(id).setAttribute("aria-invalid", String(Boolean(text)));
  complain(part(`${id}-err`), text);
}

function readProgram() {
  try {
    const program = JSON.parse(part("edit-program").value);
    const isObject = typeof program === "object" && program !== null && !Array.isArray(program);
    mark("edit-program", isObject ? "" : say("json_object"));
    return isObject ? program : null;
  } catch (fault) {
    mark("edit-program", say("json_bad", { reason: fault.message }));
    return null;
  }
}

async function save(event) {
  event.preventDefault();
  if (saving) return;
  const number = plainNumber(part("edit-number").value);
  mark("edit-number", isNumber(number) ? "" : say("number_bad"));
  const program = readProgram();
  if (!isNumber(number)) return part("edit-number").focus();
  if (!program) return part("edit-program").focus();
  saving = true;
  part("edit-done").replaceChildren();
  try {
    await ask("PUT", personPath(number), program);
    part("edit-done").replaceChildren(icon("check"), say("saved", { time: clockTime(Date.now()) }));
    await refresh();
  } catch (refusal) {
    mark("edit-program", refusal.message);
  } finally {
    saving = false;
  }
}

function listed(programs) {
  const all = Object.entries(programs).map(([number, program]) => ({ number, program }));
  return all.sort((a, b) => (a.number < b.number ? -1 : 1));
}

async function refresh() {
  try {
    people = listed((await ask("GET", "/sandbox/people")).people);
    complain(part("people-err"), "");
    show();
  } catch (refusal) {
    complain(part("people-err"), refusal.message);
    if (!people.length) part("people-none").hidden = true;
  }
}

frame("people");
part("edit").addEventListener("submit", save);
part("edit-new").addEventListener("click", () => { load("", EXAMPLE); part("edit-number").focus(); });
part("find").addEventListener("input", show);
part("edit-ready").append(...READY.map(([key, program]) =>
  button("", null, say(key), () => load(plainNumber(part("edit-number").value), program, true))));
load("", EXAMPLE);
refresh();
setInterval(refresh, 5000);
