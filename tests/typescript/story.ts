// The app user's story by a client generated from docs/openapi.json: he asks, follows, is called, and says how it was.
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/vqueue.js";

type SupportRequest = components["schemas"]["SupportRequest"];

const base = process.env["VQUEUE_URL"]!;
const token = process.env["VQUEUE_TOKEN"]!;
const headers = { Authorization: `Bearer ${token}` };
const client = createClient<paths>({ baseUrl: base, headers });

function held<T>(told: { data?: T; error?: unknown; response: Response }): T {
  if (told.data === undefined) throw new Error(`${told.response.status}: ${JSON.stringify(told.error)}`);
  return told.data;
}

/** Every state of the request, by server-sent events; a lost stream goes on where it ended. */
async function* states(id: string): AsyncGenerator<SupportRequest> {
  let last = "";
  for (;;) {
    const resume = last ? { "Last-Event-ID": last } : {};
    const answer = await fetch(`${base}/v1/support-requests/${id}/events`, { headers: { ...headers, ...resume } });
    if (!answer.ok || !answer.body) throw new Error(`events: ${answer.status}`);
    let text = "";
    for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const lines = text.slice(0, end).split("\n");
        text = text.slice(end + 2);
        const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
        last = lines.find((line) => line.startsWith("id:"))?.slice(3).trim() ?? last;
        if (data && lines.some((line) => line.trim() === "event: request")) yield JSON.parse(data);
      }
    }
  }
}

const params = { path: { queue: "cards" } };
const offered = async () => held(await client.GET("/v1/queues/{queue}/availability", { params })).options;
let patience = 200;
while (!(await offered()).some((option) => option.mode === "callback")) {
  // Numbers that are not fresh offer no callback: the page would ask again, as here.
  if (--patience === 0) throw new Error("no callback is offered");
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const wish = { queue: "cards", mode: "callback" as const, notify: { push: false, sms: true, webhook: false } };
const ask = () =>
  client.POST("/v1/support-requests", { params: { header: { "Idempotency-Key": "story-1" } }, body: wish });
const [first, second] = await Promise.all([ask(), ask()]);
const request = held(first);
if (request.id !== (held(second) as SupportRequest).id) throw new Error("two requests for one key");
console.log(JSON.stringify({ asked: request.id }));

const seen: string[] = [];
for await (const now of states(request.id)) {
  if (seen.at(-1) !== now.state) console.log(JSON.stringify({ state: now.state }));
  seen.push(now.state);
  if (now.state === "served") break;
}

const where = { params: { path: { id: request.id } } };
const told = await client.POST("/v1/support-requests/{id}/feedback", { ...where, body: { rating: 5, solved: true } });
if (!told.response.ok) throw new Error(`feedback: ${told.response.status}`);
const read = held(await client.GET("/v1/support-requests/{id}", where));
const refused = await client.DELETE("/v1/support-requests/{id}", where);
const problem = refused.error as components["schemas"]["Problem"] | undefined;
console.log(JSON.stringify({ state: read.state, attempts: read.attempts.length, refused: problem?.code ?? null }));
