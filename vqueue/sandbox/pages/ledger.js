// The page of the ledger: every ring and fetch as a table, newest on top, by number or event, live.
import { complain, icon, isolated, make } from "./elements.js";
import { showExchange } from "./exchange.js";
import { frame, stream } from "./frame.js";
import { ask, follow } from "./network.js";
import { plainNumber, spacedNumber } from "./numbers.js";
import { clockTime, direction, knows, say } from "./words.js";

const KEPT = 5000;
const SHOWN = 300;
const part = (id) => document.getElementById(id);
const body = part("ledger-table").tBodies[0];
const entries = [];
const events = new Set();
/** The call whose entries alone are shown, or "". */
let call = new URLSearchParams(location.search).get("call") ?? "";
let paused = false;
let drawing = false;

/** A fact's details in one line: what was said or pressed first, the rest as name and value. */
function detail(entry) {
  const told = { ...(typeof entry.detail === "object" && entry.detail !== null ? entry.detail : { detail: entry.detail ?? entry.text }) };
  const spoken = told.text ?? told.said;
  for (const name of ["text", "said", "exchange"]) delete told[name];
  const { language } = told;
  if (spoken) delete told.language;
  const rest = Object.entries(told).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const words = rest.map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`).join(" · ");
  return [
    spoken ? make("span", { lang: language, dir: direction(language) }, spoken) : null,
    spoken && words ? " · " : null,
    words ? make("bdi", { dir: "ltr", class: "two" }, words) : null,
    entry.detail?.exchange ? httpButton(entry.detail) : null,
  ];
}

/** Opens the request itself; says already here how it ended. */
function httpButton({ exchange, status, error }) {
  const failed = error || status >= 400;
  return make("button", { type: "button", class: `btn http ${failed ? "danger-line" : ""}`, on: { click: () => showExchange(exchange) } },
    failed ? icon("triangle") : null, `HTTP ${status ?? error}`);
}

/** The end of a call's sid, which shows that call alone. */
function callButton(sid) {
  if (!sid) return null;
  const label = say("only_call", { call: sid.slice(-6) });
  return make("button", { type: "button", class: "btn bare mono", title: sid, "aria-label": label, on: { click: () => showCall(sid) } },
    sid.slice(-6));
}

function showCall(sid) {
  call = sid;
  part("by-call-field").hidden = !sid;
  part("by-call").replaceChildren(isolated(sid.slice(-6)), icon("cross"));
  part("by-call").setAttribute("aria-label", say("all_calls"));
  const there = new URL(location.href);
  if (sid) there.searchParams.set("call", sid);
  else there.searchParams.delete("call");
  history.replaceState(null, "", there);
  draw();
}

function row(entry) {
  const label = `ev_${entry.event}`;
  return make("tr", { class: { ring: "is-ring", fault: "is-fault", error: "is-fault" }[entry.event] },
    make("td", {}, String(entry.seq)), make("td", {}, make("time", { datetime: entry.at }, clockTime(entry.at))),
    make("th", { scope: "row" }, knows(label) ? say(label) : entry.event),
    make("td", {}, callButton(entry.call_sid)),
    make("td", { class: "nowrap" }, isolated(spacedNumber(entry.from))),
    make("td", { class: "nowrap" }, isolated(spacedNumber(entry.to))),
    make("td", { class: "wide" }, ...detail(entry)));
}

function matches(entry, number, event) {
  if (event && entry.event !== event) return false;
  if (call && entry.call_sid !== call && entry.parent_call_sid !== call) return false;
  return !number || [entry.from, entry.to].some((end) => end && end.endsWith(number));
}

function draw() {
  drawing = false;
  const number = plainNumber(part("by-number").value);
  const found = [];
  let total = 0;
  for (let i = entries.length - 1; i >= 0; i -= 1) {
    if (!matches(entries[i], number, part("by-event").value)) continue;
    total += 1;
    if (found.length < SHOWN) found.push(entries[i]);
  }
  body.replaceChildren(...found.map(row));
  part("ledger-table").hidden = !found.length;
  part("ledger-none").hidden = found.length > 0;
  part("ledger-none").textContent = say(entries.length ? "ledger_match_none" : "ledger_none");
  const count = total ? say("entries_n", { n: total }) : "";
  part("ledger-count").textContent = total > SHOWN ? `${count}, ${say("ledger_last", { n: SHOWN })}` : count;
}

function drawSoon() {
  if (drawing || paused) return;
  drawing = true;
  setTimeout(draw, 250);
}

function add(entry) {
  entries.push(entry);
  if (entries.length > KEPT) entries.splice(0, entries.length - KEPT);
  if (!events.has(entry.event)) {
    events.add(entry.event);
    const label = `ev_${entry.event}`;
    part("by-event").append(make("option", { value: entry.event }, knows(label) ? say(label) : entry.event));
  }
  drawSoon();
}

async function start() {
  try {
    let after = 0;
    for (;;) {
      const { entries: page } = await ask("GET", `/sandbox/ledger?after=${after}&limit=1000`);
      page.forEach(add);
      if (page.length) after = page.at(-1).seq;
      if (page.length < 1000) break;
    }
    complain(part("ledger-err"), "");
    draw();
    const hear = (entry) => {
      if (entry.seq <= after) return;
      after = entry.seq;
      add(entry);
    };
    follow("/sandbox/events", { hear, since: after, ...stream });
  } catch (refusal) {
    complain(part("ledger-err"), refusal.message);
    setTimeout(start, 4000);
  }
}

frame("ledger");
part("by-number").value = new URLSearchParams(location.search).get("number") ?? "";
part("by-number").addEventListener("input", draw);
part("by-event").addEventListener("change", draw);
part("by-call").addEventListener("click", () => { showCall(""); part("by-number").focus(); });
part("pause").addEventListener("click", () => {
  paused = !paused;
  part("pause").setAttribute("aria-pressed", String(paused));
  part("pause").textContent = say(paused ? "go_on" : "pause_tail");
  if (!paused) draw();
});
if (call) showCall(call);
start();
