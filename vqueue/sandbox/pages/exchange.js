// The window with one request to the bank: what was sent and signed, what came back, and the same as curl.
import { complain, icon, make } from "./elements.js";
import { ask } from "./network.js";
import { say } from "./words.js";

const part = (id) => document.getElementById(`exchange-${id}`);

const pairs = (body) => [...new URLSearchParams(body ?? "")];

function table(rows) {
  return make("dl", { class: "sent" }, rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

/** 403 is how a server refuses a request whose signature does not hold. */
function outcome({ status, failed }) {
  if (failed) return ["act", failed];
  if (status === 403) return ["act", `403, ${say("signature_refused")}`];
  return [status < 400 ? "good" : "act", status < 400 ? `${status}, ${say("signature_taken")}` : String(status)];
}

function shown(exchange) {
  const [tone, words] = outcome(exchange);
  const copy = make("button", { type: "button", class: "btn" }, say("copy_curl"));
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(exchange.curl).then(
      () => copy.replaceChildren(icon("check"), say("copied")), () => copy.replaceChildren(say("copy_failed")));
  });
  return make("section", { class: "try" },
    make("p", { class: "mono", dir: "ltr" }, `${exchange.method} ${exchange.url}`),
    make("p", {}, make("span", { class: `tag ${tone}` }, icon(tone === "good" ? "check" : "triangle"), words)),
    make("h3", {}, say("sent_fields")), table([...Object.entries(exchange.headers), ...pairs(exchange.body)]),
    exchange.answer ? [make("h3", {}, say("came_back")), make("pre", { tabindex: "0" }, exchange.answer)] : null,
    make("details", {}, make("summary", {}, "curl"), make("pre", { tabindex: "0" }, exchange.curl)), copy);
}

/** Opens the window with all tries of the request the ledger names `token`. */
export async function showExchange(token) {
  complain(part("err"), "");
  part("body").replaceChildren();
  part("dialog").showModal();
  try {
    const { tries } = await ask("GET", `/sandbox/exchanges/${encodeURIComponent(token)}`);
    part("body").replaceChildren(...tries.map(shown));
  } catch (refusal) {
    complain(part("err"), refusal.status === 404 ? say("exchange_gone") : refusal.message);
  }
}

part("close").addEventListener("click", () => part("dialog").close());
