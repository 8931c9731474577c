// Which telephones are open on the page: asked for in the address, remembered by the browser, known to the sandbox, or the first three.
import { isNumber, plainNumber } from "./numbers.js";
import { recall, remember } from "./words.js";

const KEPT = "vqueue.phones";
const MOST = 12;
const FIRST = [
  { number: "+447700900218", name: "Miriam", role: "customer", language: "en" },
  { number: "+972505550142", name: "יעל", role: "customer", language: "he" },
  { number: "+442079460155", name: "Omer", role: "agent", language: "en" },
];

function readOne(text) {
  const parts = text.split(":");
  const number = plainNumber(/^(client|sip)$/i.test(parts[0]) ? parts.splice(0, 2).join(":") : parts.shift());
  const [name = "", role = "", language = ""] = parts;
  return checked({ number, name, role, language });
}

function checked({ number, name, role, language }) {
  if (!isNumber(String(number ?? ""))) return null;
  return {
    number, name: String(name || number).slice(0, 60), role: role === "agent" ? "agent" : "customer",
    language: /^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(language || "") ? language : "en",
  };
}

/** The phones of ?phones=number:name:role:language,… in an address, or null. A plus sign stays a plus sign. */
export function phonesInAddress(search) {
  const found = /[?&]phones=([^&]*)/.exec(search);
  if (!found) return null;
  let text = found[1];
  try { text = decodeURIComponent(text); } catch { /* a broken escape is read as it stands */ }
  return unique(text.split(",").map((one) => readOne(one.trim())));
}

function unique(phones) {
  const seen = new Map();
  for (const phone of phones) if (phone && !seen.has(phone.number)) seen.set(phone.number, phone);
  return [...seen.values()].slice(0, MOST);
}

function kept() {
  try {
    const phones = JSON.parse(recall(KEPT));
    return Array.isArray(phones) ? unique(phones.map((phone) => checked(phone ?? {}))) : null;
  } catch {
    return null;
  }
}

export function keep(phones) {
  remember(KEPT, JSON.stringify(phones.map(({ number, name, role, language }) => ({ number, name, role, language }))));
}

/** The phones to open; `known` are those the sandbox already has. */
export function phonesToOpen(search, known) {
  const asked = phonesInAddress(search) ?? kept();
  if (asked) return asked;
  const there = unique(known.map((phone) => checked(phone)));
  return there.length ? there.slice(0, 4) : FIRST;
}
