// The page of telephones: opens the phones, hands them their news, adds and removes them.
import { CallLog } from "./calllog.js";
import { complain, icon, make } from "./elements.js";
import { frame, now, stream } from "./frame.js";
import { showGuide } from "./guide.js";
import { ask, follow, phonePath, phonesFeed } from "./network.js";
import { askForPhone } from "./newphone.js";
import { spacedNumber } from "./numbers.js";
import { keep, phonesToOpen } from "./shelf.js";
import { ring } from "./sounds.js";
import { Telephone } from "./telephone.js";
import { Voice } from "./voice.js";
import { lang, languageName, say, spokenHere } from "./words.js";

const place = document.getElementById("phones");
const notice = document.getElementById("notice");
const names = new Map();
const phones = new Map();
const log = new CallLog(document.getElementById("log"), document.getElementById("log-none"));
const voice = new Voice();
/** Up to which event of a phone the page only catches up: what was said then is shown, not spoken. */
const past = new Map();
let banks = [];
let routes = {};
/** The phone last touched: keys typed on the page itself are meant for it. */
let atHand = null;
let stopFollowing = () => {};

const room = { now, voice, nameOf, bankNumbers: () => banks, remove, recount, changed: tellTitle };

/** A phone's owner, the bank (in the language asked for), or the number itself. */
function nameOf(number, language = lang) {
  if (names.has(number)) return names.get(number);
  return banks.includes(number) ? say("the_bank", {}, spokenHere(language)) : spacedNumber(number);
}

/** A ringing telephone is told in the tab's title too: the reader may be looking at another page. */
function tellTitle() {
  const [first] = [...phones.values()].filter((phone) => phone.rings);
  document.title = first ? say("title_rings", { name: first.owner.name }) : `${say("phones")} – vqueue sandbox`;
}

/** Keys typed while nothing has the focus go to the one phone that rings, or else to the phone last touched. */
function typed(event) {
  if (event.target !== document.body) return;
  const ringing = [...phones.values()].filter((phone) => phone.rings);
  const phone = ringing.length === 1 ? ringing[0] : phones.get(atHand);
  phone?.key(event);
}

function hear(event) {
  const phone = phones.get(event.number);
  if (!phone) return;
  phone.hear(event, { replayed: event.seq <= (past.get(event.number) ?? 0) });
  log.add(event, phone.number, nameOf);
}

function listen() {
  stopFollowing();
  const gone = () => reopen().catch(() => {});
  stopFollowing = phones.size ? follow(phonesFeed([...phones.keys()]), { hear, ...stream, gone }) : () => {};
  if (!phones.size) stream.alive();
}

/** Asks the sandbox which calls are really there, after an answer that did not fit. */
async function recount() {
  for (const item of await knownPhones()) phones.get(item.number)?.settle(item);
}

const register = ({ number, name, role }) => ask("PUT", phonePath(number), { name, role });

/** The sandbox was started anew, or somebody removed a phone: the phones are made again and begin free. */
async function reopen() {
  for (const { owner } of phones.values()) await register(owner);
  await recount();
  listen();
}

async function open(owner) {
  const { last_seq: last } = await register(owner);
  past.set(owner.number, last ?? 0);
  names.set(owner.number, owner.name);
  const phone = new Telephone(owner, room);
  if (banks.length) phone.prefill(banks[0]);
  phones.set(owner.number, phone);
  place.querySelector(".empty")?.remove();
  place.append(phone.element);
  return phone;
}

async function addPhone(owner) {
  const phone = await open(owner);
  changed();
  return phone.element;
}

async function remove(phone) {
  if (phone.busy) return phone.refuse(say("remove_busy", { name: phone.owner.name }));
  try {
    await ask("DELETE", phonePath(phone.number));
  } catch (refusal) {
    if (refusal.status !== 404) return phone.refuse(refusal.message);
  }
  ring(phone.number, null);
  phones.delete(phone.number);
  phone.element.remove();
  document.getElementById("add").focus();
  changed();
}

function changed() {
  keep([...phones.values()].map((phone) => phone.owner));
  if (!phones.size) showEmpty();
  showGuide(document.getElementById("guide"), [...phones.values()].map((phone) => phone.owner), routes);
  tellTitle();
  listen();
}

function showEmpty() {
  const words = make("p", {}, say("no_phones"), " ", say("no_phones_next"));
  place.replaceChildren(make("div", { class: "card empty" }, words));
}

function tools() {
  const add = document.getElementById("add");
  add.append(icon("plus"), say("add_phone"));
  add.addEventListener("click", () => askForPhone({ taken: (number) => phones.has(number), add: addPhone }));
  const aloud = document.getElementById("aloud");
  aloud.append(icon("sound"), say("speak_aloud"));
  const lacked = new Set();
  voice.lacking = (language) => {
    if (lacked.has(language)) return;
    lacked.add(language);
    complain(notice, say("no_voice_for", { language: languageName(language) }));
  };
  aloud.addEventListener("click", () => {
    voice.toggle(!voice.on);
    aloud.setAttribute("aria-pressed", String(voice.on));
    complain(notice, voice.able ? "" : say("no_voice"));
  });
}

async function knownPhones() {
  const { phones: items } = await ask("GET", "/sandbox/phones");
  return items;
}

async function openAll() {
  complain(notice, "");
  const [known, { numbers }] = await Promise.all([knownPhones(), ask("GET", "/sandbox/numbers")]);
  routes = numbers;
  banks = Object.keys(numbers);
  for (const { number: there, name } of known) if (name) names.set(there, name);
  place.replaceChildren();
  place.removeAttribute("aria-busy");
  const refused = [];
  for (const owner of phonesToOpen(location.search, known)) {
    await open(owner).catch((refusal) => refused.push(`${owner.name}: ${refusal.message}`));
  }
  if (refused.length) complain(notice, refused.join(" "));
  changed();
}

async function start() {
  try {
    await openAll();
  } catch (refusal) {
    complain(notice, refusal.message);
    setTimeout(start, 4000);
  }
}

frame("phones");
tools();
document.addEventListener("keydown", typed);
place.addEventListener("focusin", (event) => { atHand = event.target.closest(".set")?.dataset.number ?? atHand; });
setInterval(() => phones.forEach((phone) => phone.tick()), 500);
start();
