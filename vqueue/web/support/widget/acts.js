/* Acts around a place that is there: proving a number, following, changing, cancelling, coming back, feedback. */
import { Controller } from "./controller.js";

const WAITED_MS = 20_000;

export class Acts extends Controller {
  /* proving */
  async prove(mode) {
    if (mode === "look" && (await this.get())) return this.afterProof("look");
    if (mode !== undefined)
      return this.provider
        ? this.set({ problem: "not_authenticated" }, "problem")
        : this.go("phone", { after: mode, changing: false, code: "" });
    return this.checkCode();
  }

  async sendCode() {
    const phone = (this.s.phone || "").trim();
    if (!phone) return this.set({ problem: "number_missing" }, "problem");
    if (this.s.changing) return this.changeNumber(phone);
    const body = { phone_number: phone, locale: this.words.language };
    const proof = await this.doing(() =>
      this.api.ask("POST", "/phone-verifications", { body, open: true, again: false }),
    );
    return proof && this.go("code", { proof: proof.id, code: "" });
  }

  async checkCode() {
    if (!/^\d{6}$/.test(this.s.code || "")) return this.set({ problem: "code_short" }, "problem");
    const given = await this.doing(() =>
      this.api.ask("PUT", `/phone-verifications/${this.s.proof}`, {
        body: { code: this.s.code },
        open: true,
        again: false,
      }),
    );
    if (!given) {
      const wrong = { invalid_request: "code_wrong", not_found: "code_over" }[this.s.problem];
      return wrong ? this.set({ problem: wrong }, "problem") : undefined;
    }
    this.memory.set("guest", given);
    this.s.lapsed = false;
    this.s.proof = null;
    return this.afterProof();
  }

  async afterProof(after = this.s.after) {
    const { requestId } = this.s;
    if (requestId) return this.openPlace(requestId);
    const open = await this.quietly(() => this.api.get("/support-requests?state=open&limit=10"));
    const same = open?.items.find((one) => one.queue === this.s.queue || after === "look");
    if (same) return this.openPlace(same.id, same, after === "look" ? null : "already_yours");
    if (after === "look") return this.go("topics", { note: "nothing_open" });
    if (after === "scheduled") return this.listSlots();
    return this.wish();
  }

  /* following */
  async openPlace(id, request = null, note = null) {
    const anew = this.s.requestId === id ? {} : { feedback: {}, thanked: false };
    this.go("place", { requestId: id, request, note, codes: null, ...anew });
    this.following?.abort();
    this.following = new AbortController();
    this.signal.addEventListener("abort", () => this.following?.abort(), { once: true });
    if (request) this.told(request);
    this.alive();
    this.api.follow(`/support-requests/${id}/events`, {
      last: null,
      stop: this.following.signal,
      told: (seen) => this.told(seen),
      alive: () => this.alive(),
      over: (why) => this.over(why),
    });
  }

  told(request) {
    const before = this.faceNow(),
      kept = this.s.request;
    if (kept && kept.id === request.id && kept.version > request.version) return;
    const now = { ...this.s, request };
    this.s.request = request;
    this.s.keptZone = this.zone(request.queue);
    const after = this.faceNow();
    const moved = before !== after;
    if (moved || !this.s.codes) this.readCodes(request.id);
    if (now.step === "place" || moved)
      this.set(
        { step: moved && !["slots", "phone", "cancel"].includes(now.step) ? "place" : now.step },
        moved && before !== null && now.step === "place" ? true : "live",
      );
  }

  async readCodes(id) {
    const codes = await this.quietly(() => this.api.get(`/support-requests/${id}/codes`));
    if (codes && this.s.requestId === id) this.set({ codes }, "live");
  }

  alive() {
    this.aliveAt = Date.now();
    if (this.s.stale) this.set({ stale: false }, "live");
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.set({ stale: true }, "live"), WAITED_MS);
  }

  over(why) {
    clearTimeout(this.silence);
    if (why === "not_authenticated")
      return this.provider ? this.set({ problem: why }, "live") : this.set({ lapsed: true }, "live");
    if (why === "not_found") return this.anew();
    return this.set({}, "live");
  }

  /* changing */
  async change(patch) {
    const { request } = this.s;
    const made = await this.doing(() =>
      this.api.ask("PATCH", `/support-requests/${request.id}`, {
        body: patch,
        headers: { "Content-Type": "application/merge-patch+json", "If-Match": `"${request.version}"` },
      }),
    );
    if (made) {
      this.s.codes = null;
      this.told(made);
      return this.go("place", { note: "changed", changing: false });
    }
    if (this.s.problem === "stale_version") {
      const seen = await this.quietly(() => this.api.get(`/support-requests/${request.id}`));
      if (seen) this.s.request = seen;
    }
    if (this.s.problem === "slot_taken") return this.listSlots("slot_taken");
    return undefined;
  }

  times() {
    this.set({ queue: this.s.request.queue, queueId: this.s.request.queue, topic: this.s.request.topic });
    return this.listSlots();
  }

  later() {
    return this.times();
  }

  otherNumber() {
    return this.go("phone", { changing: true, phone: "" });
  }

  changeNumber(phone) {
    return this.change({ phone_number: phone });
  }

  async cancel() {
    const { request } = this.s;
    const made = await this.doing(() => this.api.ask("DELETE", `/support-requests/${request.id}`));
    if (made) {
      this.told(made);
      return this.go("place");
    }
    if (["closed_request", "not_found", "already_dialing"].includes(this.s.problem))
      return this.go("place", { problem: this.s.problem === "already_dialing" ? "cancel_dialing" : null });
    return undefined;
  }

  async callNow() {
    const { request } = this.s;
    const made = await this.doing(() => this.api.ask("POST", `/support-requests/${request.id}/call-now`));
    if (made) {
      this.s.request = null;
      this.openPlace(made.id, made);
    }
  }

  /** The same wish once more: what was answered is still here. */
  async askAgain() {
    const { request } = this.s;
    const queue = this.queueBy(request.queue);
    this.leave();
    if (!queue) return this.go("topics");
    this.set({ queue: queue.id, queueId: queue.id, topic: request.topic, mode: request.mode });
    return this.toChoice();
  }

  leave() {
    this.following?.abort();
    clearTimeout(this.silence);
    this.set({ requestId: null, request: null, codes: null, stale: false, note: null, thanked: false });
  }

  anew() {
    this.leave();
    this.go("topics", { queueId: null, answers: {}, topic: null, slot: null });
    return this.lookAgain();
  }

  async giveFeedback() {
    const { rating, nps, solved, comment } = this.s.feedback;
    const body = Object.fromEntries(
      Object.entries({ rating, nps, solved, comment: comment?.trim() || undefined }).filter(
        ([, value]) => value !== undefined,
      ),
    );
    if (!Object.keys(body).length) return this.set({ problem: "feedback_empty" }, "problem");
    const done = await this.doing(() =>
      this.api.ask("POST", `/support-requests/${this.s.request.id}/feedback`, { body }),
    );
    return done && this.set({ thanked: true }, true);
  }

  async askPush() {
    if (this.push.on) return;
    const done = await this.doing(() =>
      this.push.subscribe((id, body) => this.api.ask("PUT", `/devices/${id}`, { body }), this.words.language),
    );
    if (done === true) this.set({ note: this.push.on ? "push_done" : "push_denied" }, "live");
  }

  back() {
    const to = {
      questions: "topics",
      choice: this.queue()?.questions.length ? "questions" : "topics",
      message: "choice",
      phone: this.s.requestId ? "place" : "choice",
      code: "phone",
      slots: this.s.requestId ? "place" : "choice",
      cancel: "place",
    }[this.s.step];
    if (this.s.step === "phone" && this.s.after === "look") return this.go("topics");
    return to && this.go(to);
  }
}
