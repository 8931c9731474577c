"""The network itself: its legs, people, queues and conferences, and the few things that can happen to a leg."""

import random
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from vqueue.sandbox.calls import FINAL, Call, Status, Utterance
from vqueue.sandbox.clock import Clock
from vqueue.sandbox.conferences import Conference
from vqueue.sandbox.config import Config, Route
from vqueue.sandbox.faults import Faults
from vqueue.sandbox.ledger import Entry, Ledger
from vqueue.sandbox.line import HungUp
from vqueue.sandbox.people import Answers, Program
from vqueue.sandbox.queues import CallQueue
from vqueue.sandbox.recordings import Recording
from vqueue.sandbox.signing import Signer
from vqueue.sandbox.speech import speech_s
from vqueue.sandbox.status import StatusNews
from vqueue.sandbox.tasks import Tasks
from vqueue.sandbox.webhooks import Webhooks

if TYPE_CHECKING:
    from vqueue.sandbox.phones import Telephone

NOBODY = Program()


class Network:
    """All state of one telephone network."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = config
        self.clock = clock or _clock_of(config)
        self.started_at = self.clock.now()
        self.chance = random.Random(config.seed)
        self.ledger = Ledger(self.clock)
        self.faults = Faults(random.Random(config.seed))
        self.tasks = Tasks()
        self.webhooks = Webhooks(
            signer=Signer(config.auth_token, config.signing), faults=self.faults, sign_fragment=config.sign_fragment
        )
        self.news = StatusNews(self)
        self.numbers: dict[str, Route] = dict(config.numbers)
        self.people: dict[str, Program] = {}
        self.phones: dict[str, Telephone] = {}
        self.calls: dict[str, Call] = {}
        self.queues: dict[str, CallQueue] = {}
        self.conferences: dict[str, Conference] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        self.unsupported_languages = set(config.unsupported_languages)
        self.unsupported_voices: set[str] = set()
        self.closed_countries: set[str] = set()
        self.media_s: dict[str, float] = {}
        self.base_url = config.public_url or ""
        self._open: dict[str, dict[str, Call]] = {}
        self._answered_in_turn: dict[str, int] = {}
        self._next_start = 0.0

    def new_sid(self, prefix: str) -> str:
        return prefix + secrets.token_hex(16)

    def note(self, event: str, call: Call | None = None, **detail: Any) -> Entry:
        """Writes the ledger."""
        told = {name: value for name, value in detail.items() if value is not None}
        if call is None:
            return self.ledger.record(event, detail=told)
        return self.ledger.record(
            event,
            call_sid=call.sid,
            parent_call_sid=call.parent_sid,
            from_=call.from_,
            to=call.to,
            numbers=(call.telephone,),
            detail=told,
        )

    def add_call(self, call: Call) -> Call:
        self.calls[call.sid] = call
        self._open.setdefault(call.telephone, {})[call.sid] = call
        call.updated_at = call.created_at
        return call

    def move(self, call: Call, status: Status) -> None:
        """Gives a leg its next status, remembers when, and tells whoever asked; an ended leg stays ended."""
        if call.is_over or call.status is status:
            return
        now = self.clock.now()
        call.status, call.updated_at = status, now
        if status is not Status.QUEUED and call.started_at is None:
            call.started_at = now
        if status is Status.IN_PROGRESS:
            call.answered_at = now
        if status in FINAL:
            call.ended_at = now
        self.note("status", call, status=status.value)
        self.news.tell(call)

    def answer(self, call: Call) -> None:
        """The leg is up: by the far end when it was rung, by the bank when a person dialled in."""
        if call.is_over or call.status is Status.IN_PROGRESS:
            return
        self.move(call, Status.IN_PROGRESS)
        self.note("answered", call, direction=call.direction.value)
        if call.party is not None:
            call.party.begin(call)

    def hang_up(self, call: Call, *, by: str, status: Status | None = None, cause: str | None = None) -> None:
        """Ends a leg; `by` is person, bank, network or peer. A leg that was never answered ends as `status`."""
        if call.is_over:
            return
        final = Status.COMPLETED if call.answered_at is not None else (status or Status.CANCELED)
        call.ended_by, call.cause = by, cause or final.value
        self.note("hangup", call, by=by, cause=call.cause, status=final.value)
        self.move(call, final)
        legs = self._open.get(call.telephone, {})
        legs.pop(call.sid, None)
        if not legs:
            self._open.pop(call.telephone, None)
        call.line.interrupt(HungUp("hung up"))
        if call.bridge is not None:
            call.bridge.leave(call)
        if call.party is not None:
            call.party.ended(call)
        call.ended.set()

    def reject(self, call: Call, *, busy: bool) -> None:
        """The bank turns an incoming call away: busy, or no answer."""
        self.hang_up(call, by="bank", status=Status.BUSY if busy else Status.NO_ANSWER, cause="rejected")

    def press(self, call: Call, digits: str) -> None:
        """The far end presses keys; keys nobody listens for are lost, as on Twilio."""
        if call.is_over:
            return
        call.transcript.append(Utterance(self.clock.now(), pressed=digits))
        listened = [call.line.key(digit) for digit in digits]
        self.note("pressed", call, pressed=digits, listened=all(listened))
        if call.party is not None:
            call.party.pressed(call, digits)
        if call.bridge is not None:
            self.tone(call.bridge.other(call), digits)

    def tone(self, call: Call, text: str) -> None:
        """A tone the far end hears: music, a beep, keys pressed by the other side."""
        if not call.is_over and call.party is not None:
            call.party.tone(call, text)

    def begin_saying(self, call: Call, text: str, language: str, *, by: str) -> None:
        call.transcript.append(Utterance(self.clock.now(), said=text, language=language, by=by))
        self.note("said", call, said=text, language=language, by=by)
        if call.party is not None:
            call.party.hears(call, text, language, by)

    async def say(self, call: Call, text: str, language: str) -> None:
        """The bank speaks to the far end; ends when said. Raises the leg's interruption."""
        self.begin_saying(call, text, language, by="bank")
        await call.line.race(self.clock.sleep(speech_s(text)))
        if call.party is not None:
            call.party.heard(call, text)

    async def talk(self, call: Call, text: str, language: str) -> None:
        """The far end of `call` speaks; whoever it is connected with hears it."""
        listeners = self.listeners(call)
        for listener in listeners:
            self.begin_saying(listener, text, language, by="peer")
        await self.clock.sleep(speech_s(text))
        for listener in listeners:
            if listener.party is not None and not listener.is_over:
                listener.party.heard(listener, text)

    def listeners(self, call: Call) -> list[Call]:
        if call.bridge is not None:
            return [call.bridge.other(call)]
        for conference in self.conferences.values():
            if conference.has(call):
                return conference.listeners(call)
        return []

    def program_of(self, number: str) -> Program:
        return self.people.get(number, NOBODY)

    def way_of(self, number: str, *, take: bool = True) -> Answers:
        """How `number` answers its next call; each call takes the next way of its program."""
        program = self.program_of(number)
        turn = self._answered_in_turn.get(number, 0)
        if take:
            self._answered_in_turn[number] = turn + 1
        return program.answers[min(turn, len(program.answers) - 1)]

    def set_person(self, number: str, program: Program | None) -> bool:
        """False when there was nobody to remove."""
        self._answered_in_turn.pop(number, None)
        if program is None:
            return self.people.pop(number, None) is not None
        self.people[number] = program
        return True

    def legs_of(self, number: str) -> Iterable[Call]:
        """The legs of one telephone that have not ended."""
        return tuple(self._open.get(number, {}).values())

    def is_talking(self, number: str, *, but: Call) -> bool:
        return any(leg is not but and leg.status is Status.IN_PROGRESS for leg in self.legs_of(number))

    def is_engaged(self, number: str, *, but: Call) -> bool:
        """True while the telephone is off the hook or already ringing with another call."""
        held = (Status.RINGING, Status.IN_PROGRESS)
        return any(leg is not but and leg.status in held for leg in self.legs_of(number))

    def start_slot_s(self, now_s: float) -> float:
        """Wall seconds until a created call may start: Twilio starts so many a second and queues the rest."""
        slot = max(now_s, self._next_start)
        self._next_start = slot + 1 / self.config.calls_per_second
        return slot - now_s

    def queue_named(self, name: str) -> CallQueue | None:
        return next((queue for queue in self.queues.values() if name in (queue.friendly_name, queue.sid)), None)

    def conference_named(self, name: str) -> Conference | None:
        """The conference under way of that name or sid."""
        for conference in self.conferences.values():
            if not conference.is_over and name in (conference.friendly_name, conference.sid):
                return conference
        return None

    async def close(self) -> None:
        await self.tasks.close()
        await self.webhooks.close()


def _clock_of(config: Config) -> Clock:
    if config.clock_start is None or config.clock_monotonic is None:
        return Clock.from_now(config.speed)
    return Clock(start=config.clock_start, monotonic_start=config.clock_monotonic, speed=config.speed)
