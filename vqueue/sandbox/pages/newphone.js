// The dialog that adds a telephone: asks for name, number, role and language and says what is wrong with them.
import { complain } from "./elements.js";
import { isNumber, plainNumber, spacedNumber } from "./numbers.js";
import { lang, say } from "./words.js";

const part = (id) => document.getElementById(`new-${id}`);
const dialog = part("phone");
let deal = null;
let sending = false;

/** Numbers kept for fiction, so that a made-up phone is nobody's. */
function freeNumber(taken) {
  for (let last = 230; last < 1000; last += 1) if (!taken(`+447700900${last}`)) return `+447700900${last}`;
  return "";
}

/** Opens the dialog; `taken(number)` tells of open phones, `add(owner)` opens one and
 * returns its element, or rejects with a sentence. */
export function askForPhone({ taken, add }) {
  deal = { taken, add };
  part("form").reset();
  part("number").value = spacedNumber(freeNumber(taken));
  part("language").value = lang;
  for (const id of ["name", "number"]) mark(id, "");
  complain(part("err"), "");
  dialog.showModal();
  part("name").focus();
}

function mark(id, text) {
  part(id).setAttribute("aria-invalid", String(Boolean(text)));
  complain(part(`${id}-err`), text);
}

async function submit(event) {
  event.preventDefault();
  if (sending) return;
  const owner = {
    name: part("name").value.trim(),
    number: plainNumber(part("number").value),
    role: part("role").value,
    language: part("language").value,
  };
  mark("name", owner.name ? "" : say("name_missing"));
  mark("number", !isNumber(owner.number) ? say("number_bad") : deal.taken(owner.number) ? say("number_twice") : "");
  const bad = ["name", "number"].find((id) => part(id).getAttribute("aria-invalid") === "true");
  if (bad) return part(bad).focus();
  sending = true;
  try {
    const element = await deal.add(owner);
    dialog.close();
    element.focus();
  } catch (refusal) {
    complain(part("err"), refusal.message);
  } finally {
    sending = false;
  }
}

part("form").addEventListener("submit", submit);
part("cancel").addEventListener("click", () => dialog.close());
