"""Brings several legs together in one room: who started it, who is muted or on hold, how it ends."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from vqueue.sandbox.calls import Call, StatusHook

if TYPE_CHECKING:
    from vqueue.sandbox.network import Network

LARGEST = 250


@dataclass(slots=True)
class Wishes:
    """How a leg wants to take part: the attributes of <Conference> or the fields of Participants."""

    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    wait_url: str | None = None
    wait_method: str = "POST"
    largest: int = LARGEST
    label: str | None = None
    coached: str | None = None
    hook: StatusHook | None = None


@dataclass(eq=False, slots=True)
class Participant:
    call: Call
    wishes: Wishes
    joined_at: datetime
    updated_at: datetime
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    coached: str | None = None
    end_on_exit: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    hold_url: str | None = None
    hold_method: str = "POST"
    removed: bool = False

    def wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


@dataclass(eq=False, slots=True)
class Conference:
    """Begins when the first leg that may start it enters; ends with the last one, or one that ends it."""

    sid: str
    friendly_name: str
    network: "Network"
    created_at: datetime
    updated_at: datetime
    status: str = "init"
    participants: list[Participant] = field(default_factory=list)
    hook: StatusHook | None = None
    sequence: int = 0
    reason: str | None = None
    ended_by: str | None = None
    talking: set[str] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        return self.status == "completed"

    def has(self, call: Call) -> bool:
        return self.of(call.sid) is not None

    def of(self, call_sid: str) -> Participant | None:
        for one in self.participants:
            if call_sid in (one.call.sid, one.wishes.label):
                return one
        return None

    def calls(self) -> list[Call]:
        """Legs that hear the room."""
        return [one.call for one in self.participants if self._hears(one)]

    def _hears(self, one: Participant) -> bool:
        return self.status == "in-progress" and not one.hold

    def is_speaking(self, call: Call) -> bool:
        one = self.of(call.sid)
        return one is not None and self._hears(one) and not one.muted

    def listeners(self, call: Call) -> list[Call]:
        """Who hears this leg: all others, or only the one it coaches."""
        one = self.of(call.sid)
        if one is None or not self.is_speaking(call):
            return []
        return [other for other in self.calls() if other is not call and (not one.coaching or other.sid == one.coached)]

    def enter(self, call: Call, wishes: Wishes) -> Participant:
        now = self.network.clock.now()
        one = Participant(call, wishes, now, now, muted=wishes.muted, end_on_exit=wishes.end_on_exit)
        one.coached, one.coaching = wishes.coached, wishes.coached is not None
        if self.hook is None:
            self.hook = wishes.hook
        self.participants.append(one)
        if self.status == "init" and wishes.start_on_enter:
            self.status, self.updated_at = "in-progress", now
            self.tell("start", None)
            for other in self.participants:
                other.wake()
        self.tell("join", one)
        self.refresh()
        return one

    def leave(self, one: Participant, *, kicked: bool = False) -> None:
        if one not in self.participants:
            return
        self.participants.remove(one)
        one.removed = True
        one.wake()
        self._part(one.call)
        self.tell("leave", one)
        how = "kicked" if kicked else "left"
        if one.end_on_exit and not self.is_over:
            self.end(f"participant-with-end-conference-on-exit-{how}", one.call.sid)
        elif not self.participants and not self.is_over:
            self.end(f"last-participant-{how}", one.call.sid)
        self.refresh()

    def end(self, reason: str, call_sid: str | None = None) -> None:
        """Everybody is let go; their documents go on."""
        if self.is_over:
            return
        self.status, self.reason, self.ended_by = "completed", reason, call_sid
        self.updated_at = self.network.clock.now()
        for one in list(self.participants):
            self.leave(one)
        self.tell("end", None)

    def refresh(self) -> None:
        """Tells people when they begin and cease to be with others in the room."""
        hearing = self.calls()
        together = hearing if len(hearing) > 1 else []
        for call in together:
            if call.sid not in self.talking:
                self.talking.add(call.sid)
                other = next(one for one in together if one is not call)
                self.network.note("bridged", call, conference=self.friendly_name, with_call_sid=other.sid)
                if call.party is not None:
                    call.party.bridged(call, other)
        for one in self.participants:
            if one.call.sid in self.talking and one.call not in together:
                self._part(one.call)

    def _part(self, call: Call) -> None:
        if call.sid in self.talking:
            self.talking.discard(call.sid)
            if call.party is not None:
                call.party.unbridged(call)

    def change(self, one: Participant, *, muted: bool | None = None, hold: bool | None = None) -> None:
        if muted is not None and muted != one.muted:
            one.muted = muted
            self.tell("mute", one)
        if hold is not None and hold != one.hold:
            one.hold = hold
            self.tell("hold", one)
        one.updated_at = self.network.clock.now()
        one.wake()
        self.refresh()

    def tell(self, event: str, one: Participant | None) -> None:
        """Sends the event to the callback of whoever set it first, if that asked for it."""
        hook = self.hook
        words = {"start": "conference-start", "end": "conference-end"}
        word = words.get(event) or self._word(event, one)
        self.network.note("conference", one.call if one else None, name=self.friendly_name, change=word)
        if hook is None or event not in hook.events:
            return
        self.sequence += 1
        about = one.call if one else self._anyone()
        fields = [
            ("ConferenceSid", self.sid),
            ("FriendlyName", self.friendly_name),
            ("AccountSid", self.network.config.account_sid),
            ("StatusCallbackEvent", word),
            ("SequenceNumber", str(self.sequence)),
            ("Timestamp", format_datetime(self.network.clock.now())),
        ]
        if one is not None:
            fields += self._about(one)
        if event == "end":
            fields += [("ReasonConferenceEnded", self.reason or ""), ("CallSidEndingConference", self.ended_by or "")]
        if about is not None:
            self.network.news.send(about, hook, fields, chained=True)

    def _about(self, one: Participant) -> list[tuple[str, str]]:
        flags = {
            "Muted": one.muted,
            "Hold": one.hold,
            "Coaching": one.coaching,
            "EndConferenceOnExit": one.end_on_exit,
            "StartConferenceOnEnter": one.wishes.start_on_enter,
        }
        told = [("CallSid", one.call.sid), *((name, str(value).lower()) for name, value in flags.items())]
        return told + ([("ParticipantLabel", one.wishes.label)] if one.wishes.label else [])

    def _anyone(self) -> Call | None:
        if self.participants:
            return self.participants[0].call
        return self.network.calls.get(self.ended_by or "")

    def _word(self, event: str, one: Participant | None) -> str:
        if event in ("mute", "hold") and one is not None:
            on = one.muted if event == "mute" else one.hold
            return f"participant-{event if on else 'un' + event}"
        return f"participant-{event}"
