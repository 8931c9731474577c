// The short guide above the telephones: how one visitor plays customer, agent and supervisor.
import { make } from "./elements.js";
import { recall, remember, say } from "./words.js";

const CLOSED = "vqueue.guide.closed";
/** Where the guide stands beside the telephones; on a smaller screen it waits closed above them. */
const WIDE = "(min-width: 1181px)";
/** Where the service that answers the bank's number has its pages; they open in windows of their own. */
const PAGES = [["console", "guide_board"], ["desk", "guide_desk"], ["support", "guide_support"]];

/** The service's address when the bank's calls are answered by this product and on this machine, else null. */
function serviceOf(routes) {
  for (const { voice_url: voice } of Object.values(routes)) {
    const url = URL.parse?.(voice) ?? null;
    if (url && url.pathname.endsWith("/voice/inbound") && url.hostname === location.hostname) return url.origin;
  }
  return null;
}

/** Puts the guide into `place` when there is a customer's and an agent's telephone to play it with. */
export function showGuide(place, owners, routes) {
  place.hidden = !["customer", "agent"].every((role) => owners.some((owner) => owner.role === role));
  if (place.hidden) return;
  const steps = ["guide_1", "guide_2", "guide_3"].map((key) => make("li", {}, say(key)));
  const service = serviceOf(routes);
  const links = service && make("p", { class: "guide-links" }, say("guide_windows"), " ",
    PAGES.map(([path, key]) => make("a", { href: `${service}/${path}`, target: `vqueue-${path}`, rel: "noopener" }, say(key))));
  place.open = recall(CLOSED) ? recall(CLOSED) === "no" : matchMedia(WIDE).matches;
  const told = () => remember(CLOSED, place.open ? "yes" : "no");
  const head = make("summary", { on: { click: told } }, say("guide_head"));
  place.replaceChildren(head, make("ol", {}, steps), links ?? "");
}
