/* What a visitor's acts do: one state, changed by `set`, which shows the page anew. */
import { Api, NoConnection, Problem, pause } from "./api.js";
import { Memory, keyFor, subject } from "./memory.js";
import { face } from "./placed.js";
import { sorted } from "./choosing.js";

const FRESH_MS = 15_000;
const KEPT = [
  "request",
  "keptZone",
  "step",
  "queueId",
  "topic",
  "answers",
  "mode",
  "phone",
  "proof",
  "slot",
  "requestId",
  "after",
  "feedback",
  "thanked",
];

export class Controller {
  constructor({ base, words, memory, provider, show, signal }) {
    Object.assign(this, { base, words, memory, provider, show, signal });
    const kept = provider ? {} : memory.get("state") || {};
    this.s = { step: "topics", answers: {}, feedback: {}, lobby: null, slots: null, online: navigator.onLine, ...kept };
    this.api = new Api({ base, signal, tokens: this, heard: (ok) => this.heard(ok) });
    this.drift = { at: Date.now(), now: Date.now(), speed: 1 };
    this.following = null;
    this.key = new Promise((known) => {
      this.keyKnown = known;
    });
  }

  set(changes, move = false) {
    this.keep(changes);
    this.show(move);
  }

  /** What is typed stays over a reload, though nothing is shown anew while it is. */
  keep(changes) {
    Object.assign(this.s, changes);
    const known = KEPT.filter((key) => this.s[key] !== undefined && this.s[key] !== null);
    this.memory.set("state", Object.fromEntries(known.map((key) => [key, this.s[key]])));
  }

  go(step, changes = {}) {
    this.set({ step, problem: null, faults: null, note: null, ...changes }, true);
  }

  /* tokens: from the host page, or a guest's own */
  async get() {
    if (this.provider) return (this.token ??= await this.provider());
    const guest = this.memory.get("guest");
    return guest && Date.parse(guest.expires_at) > Date.now() + 5_000 ? guest.token : null;
  }

  async renew() {
    this.memory.forget("guest");
    this.token = this.provider ? await this.provider() : null;
    return this.token;
  }

  /** A token ends in a minute: a host page has another one; a guest proves his number when he needs to. */
  async soon() {
    if (this.provider) this.token = null;
  }

  /* the first look, and every look after it */
  async start() {
    await this.belongs();
    await this.lookAround();
    if (this.signal.aborted) return undefined;
    this.s.ready = true;
    const pending = this.memory.get("pending");
    if (pending && (await this.get())) return this.create(JSON.parse(pending.text));
    if (this.s.requestId) return this.openPlace(this.s.requestId);
    if (await this.get()) {
      const open = await this.quietly(() => this.api.get("/support-requests?state=open&limit=1"));
      if (open?.items.length) return this.openPlace(open.items[0].id);
    }
    const queue = this.s.queueId && this.queueBy(this.s.queueId);
    if (!queue) return this.go("topics");
    this.set({ queue: queue.id, seen: queue.availability });
    if (this.s.step === "slots" && (await this.get())) return this.listSlots();
    if (this.s.step === "code" && !this.s.proof) return this.go("phone");
    return this.go({ place: "topics", cancel: "topics", slots: "choice" }[this.s.step] || this.s.step);
  }

  /** What this tab kept is shown to the customer it belongs to: the token of another one finds nothing of it. */
  async belongs() {
    if (!this.provider) return;
    const { memory } = this,
      kept = memory.get("state");
    const token = await this.quietly(async () => this.provider());
    if (this.signal.aborted) return;
    const whose = token ? subject(token) : "",
      before = memory.get("whose") || (memory.get("guest") ? "guest" : "");
    const another = whose && before && before !== whose;
    if (another) memory.forget(...Memory.PERSONAL);
    else Object.assign(this.s, kept);
    if (whose) memory.set("whose", whose);
    if (token) this.token = token;
    this.show(false);
  }

  async lookAround() {
    for (;;) {
      const lobby = await this.quietly(() => this.api.ask("GET", "/topics", { open: true }));
      if (this.signal.aborted) return undefined;
      if (lobby) {
        this.drift = { at: Date.now(), now: Date.parse(lobby.now), speed: lobby.speed };
        this.keyKnown(lobby.push_key);
        this.set({ lobby });
        return this.refreshed();
      }
      await pause(3_000, this.signal);
    }
  }

  /** What may be chosen grows old: it is asked again while it is on the screen. */
  refreshed() {
    clearTimeout(this.fresh);
    this.fresh = setTimeout(async () => {
      if (["topics", "choice"].includes(this.s.step) && !this.s.busy && !document.hidden) await this.lookAgain();
      this.refreshed();
    }, FRESH_MS);
    this.signal.addEventListener("abort", () => clearTimeout(this.fresh), { once: true });
  }

  async lookAgain() {
    const lobby = await this.quietly(() => this.api.ask("GET", "/topics", { open: true, again: false }));
    if (!lobby) return;
    this.drift = { at: Date.now(), now: Date.parse(lobby.now), speed: lobby.speed };
    this.s.lobby = lobby;
    if (this.s.step === "choice") await this.lookAtQueue();
    this.set({});
  }

  async lookAtQueue() {
    const own = (await this.get())
      ? await this.quietly(() => this.api.get(`/queues/${this.s.queue}/availability`))
      : null;
    this.s.seen = own || this.queue().availability;
    const modes = this.options().map((one) => one.mode);
    if (!modes.includes(this.s.mode)) this.s.mode = modes[0] || null;
  }

  /* what is known */
  now() {
    return this.drift.now + (Date.now() - this.drift.at) * this.drift.speed;
  }
  queueBy(id) {
    return this.s.lobby?.items.find((each) => each.id === id);
  }
  queue() {
    return this.queueBy(this.s.queue);
  }
  zone(id) {
    return this.queueBy(id)?.hours.zone || this.s.keptZone || "UTC";
  }
  options() {
    return sorted(this.s.seen?.options || []);
  }
  textField() {
    return this.queue().questions.find((one) => one.kind === "text");
  }

  topics() {
    return (this.s.lobby?.items || []).flatMap((queue) => {
      const name = this.words.named(queue.names, queue.id);
      if (queue.topics.length <= 1) return [{ queue, topic: queue.topics[0] || null, name }];
      return queue.topics.map((topic) => ({ queue, topic, name: this.topicWord(topic, queue) }));
    });
  }

  /* what the queue's rules call it, else what the page's own words do, else its id in words */
  topicWord(topic, queue) {
    const called = queue.topic_labels?.[topic];
    if (called && Object.keys(called).length) return this.words.named(called, topic);
    return this.words.has(`topic_${topic}`) ? this.words.say(`topic_${topic}`) : this.words.named(null, topic);
  }

  topicName() {
    return this.nameOf(this.queue(), this.s.topic);
  }

  nameOf(queue, topic) {
    return queue
      ? queue.topics.length > 1 && topic
        ? this.topicWord(topic, queue)
        : this.words.named(queue.names, queue.id)
      : "";
  }

  /* the way to a place */
  async pick({ queue, topic }) {
    const answers = this.s.queueId === queue.id ? this.s.answers : {};
    this.set({ queue: queue.id, queueId: queue.id, topic, answers, seen: queue.availability, slot: null });
    if (queue.questions.length) return this.go("questions");
    return this.toChoice();
  }

  answer(id, value) {
    this.keep({ answers: { ...this.s.answers, [id]: value } });
  }

  answered() {
    const faults = {};
    for (const one of this.queue().questions) {
      const value = this.s.answers[one.id];
      const empty = value === undefined || value === "" || value === null;
      if (empty && one.required) faults[one.id] = "missing";
      else if (!empty && one.kind === "number" && !Number.isFinite(Number(String(value).replace(",", "."))))
        faults[one.id] = "number_type";
    }
    if (Object.keys(faults).length) return this.set({ faults }, "fault");
    return this.toChoice();
  }

  async toChoice() {
    await this.lookAtQueue();
    this.go("choice");
  }

  context() {
    const given = {};
    for (const one of this.queue().questions) {
      const value = this.s.answers[one.id];
      if (value === undefined || value === "" || value === null) continue;
      given[one.id] = one.kind === "number" ? Number(String(value).replace(",", ".")) : value;
    }
    return given;
  }

  async proceed() {
    if (this.s.mode === "message" && !(this.textField() && this.s.answers[this.textField().id]))
      return this.go("message");
    if (!(await this.get())) return this.prove(this.s.mode);
    return this.s.mode === "scheduled" ? this.listSlots() : this.wish();
  }

  wrote() {
    const field = this.textField();
    if (field && !this.s.answers[field.id]?.trim()) return this.set({ faults: { [field.id]: "missing" } }, "fault");
    return this.get().then((token) => (token ? this.wish() : this.prove("message")));
  }

  wish(more = {}) {
    const body = {
      queue: this.s.queue,
      mode: this.s.mode === "opening" ? "scheduled" : this.s.mode,
      context: this.context(),
      locale: this.words.language,
      notify: { sms: true, push: Boolean(this.push?.on) },
      ...more,
    };
    if (this.s.topic) body.topic = this.s.topic;
    return this.create(body);
  }

  async create(body) {
    if (this.s.busy) return undefined;
    const key = keyFor(this.memory, body);
    const made = await this.doing(() =>
      this.api.ask("POST", "/support-requests", { body, headers: { "Idempotency-Key": key } }),
    );
    if (!made) return this.afterRefusal();
    this.memory.forget("pending");
    return this.openPlace(made.id, made);
  }

  /** A refusal is no answer to keep: the next wish has a key of its own. No connection is: it is sent again as it was. */
  afterRefusal() {
    const { problem, own } = this.s;
    if (problem === "no_connection") return undefined;
    this.memory.forget("pending");
    if (problem === "already_open" && own) return this.openPlace(own, null, "already_yours");
    if (problem === "slot_taken") return this.listSlots("slot_taken");
    if (problem === "not_authenticated") return this.prove(this.s.mode);
    if (this.s.step === "code") return this.go("choice", { problem });
    return undefined;
  }

  async listSlots(problem = null) {
    this.go("slots", { slots: null, slot: null, problem });
    const seen = await this.doing(() => this.api.get(`/queues/${this.s.queue}/slots`));
    if (seen) this.set({ slots: seen.items, slotZone: seen.time_zone, problem }, false);
  }

  book() {
    if (!this.s.slot) return undefined;
    if (this.s.request && this.isOpen()) return this.change({ slot_start: this.s.slot });
    this.s.mode = "scheduled";
    return this.wish({ slot_start: this.s.slot });
  }

  isOpen() {
    return !["served", "cancelled", "abandoned", "unreached", "expired"].includes(this.s.request.state);
  }

  /* doing one thing at a time: a second tap finds it under way */
  async doing(act) {
    if (this.s.busy) return null;
    this.set({ busy: true, problem: null, own: null });
    try {
      return (await act()) ?? true;
    } catch (error) {
      if (error instanceof Problem)
        Object.assign(this.s, { problem: error.code, own: error.request, faulted: error.errors });
      else if (error instanceof NoConnection) this.s.problem = "no_connection";
      else if (!this.signal.aborted) throw error;
      return null;
    } finally {
      this.set({ busy: false }, this.s.problem ? "problem" : false);
    }
  }

  async quietly(act) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Problem || error instanceof NoConnection || this.signal.aborted) return null;
      throw error;
    }
  }

  /** What was under way when the network went may still arrive: the browser knows better then. */
  heard(carried) {
    const online = carried && navigator.onLine;
    if (online === this.s.online) return;
    const over = online && this.s.problem === "no_connection";
    this.set(over ? { online, problem: null } : { online }, over ? false : "live");
  }

  faceNow() {
    return this.s.request ? face(this.s.request, this.now()) : null;
  }
}
