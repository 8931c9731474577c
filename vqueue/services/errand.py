"""One effect a conversation asks for: for whom, from which call, with which values, and what may be said about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vqueue.domain.flow import Session, Value
from vqueue.domain.ids import PromiseId, QueueId, RequestId, SessionId
from vqueue.domain.phone import Phone
from vqueue.domain.promise import Window as PromisedWindow
from vqueue.domain.request import Channel, Mode, Request
from vqueue.domain.speech_args import Arg, Clock, Day, Digits, Position, Text, Window
from vqueue.engine.numbers import Verdict
from vqueue.ports.database import Conversation
from vqueue.services import quoting
from vqueue.services.house import House
from vqueue.services.quoting import Grounds
from vqueue.services.requesting import Reach, Wish

Said = dict[str, Value | Arg]
_ENDING = 3
"""Digits of a number that are said to somebody who may not be its owner."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One effect to carry out."""

    house: House
    conversation: Conversation
    session: Session
    values: Mapping[str, Value]

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    @property
    def queue(self) -> str:
        return self.text("queue") or self.house.line.first_queue

    @property
    def request(self) -> RequestId:
        return RequestId(self.text("request"))

    @property
    def caller(self) -> Phone | None:
        """The number the call shows."""
        sealed = self.conversation.caller
        return self.house.vault.open_phone(sealed) if sealed is not None else None

    @property
    def number(self) -> Phone | None:
        """The number to call back: the keyed one, else the one the call shows."""
        keyed = self.text("number")
        return Phone(keyed) if keyed else self.caller

    @property
    def ending(self) -> Digits:
        phone = self.number
        return Digits(phone.e164[-_ENDING:] if phone else "")

    def verdict(self, seen: Grounds) -> Verdict:
        """Whether this queue may call the number to call back."""
        phone = self.number
        return quoting.verdict(seen, phone.e164 if phone else "")

    def reach(self, seen: Grounds) -> Reach | None:
        """The number to call back, if this queue may call it."""
        phone = self.number
        if phone is None or not self.verdict(seen).allowed:
            return None
        zone, country = quoting.reach(phone, seen.zone)
        return Reach(self.house.vault.seal_phone(phone), zone, country)

    def placing(self, seen: Grounds) -> tuple[tuple[str, ...], str, str]:
        return quoting.placing(seen, topic=self.text("topic"), language=self.session.language, channel=Channel.IVR)

    def announced(self, seen: Grounds) -> Said:
        """What the queue's rules have callers of this language hear."""
        words = seen.queue.rules.announcements.get(self.session.language)
        return {"announcement": Text(words)} if words else {}

    def ahead(self, seen: Grounds) -> int:
        """Places before one that starts with this call."""
        _, bucket, credit = self.placing(seen)
        return seen.ahead(self.conversation.started_at, bucket, credit)

    def wish(self, seen: Grounds, mode: Mode, reach: Reach | None, *, opening: datetime | None = None) -> Wish:
        """The place asked for. Its id is the same for every repetition of this step."""
        skills, bucket, credit = self.placing(seen)
        return Wish(
            id=RequestId(f"rq_{self.session.id[3:]}{self.session.step:02d}"),
            promise_id=PromiseId(self.house.chance.id("pr")),
            queue=QueueId(seen.queue.id),
            mode=mode,
            channel=Channel.IVR,
            language=self.session.language,
            skills=skills,
            bucket=bucket,
            credit_class=credit,
            virtual_start=self.conversation.started_at,
            rules_version=seen.queue.rules_version,
            phone=reach.phone if reach else None,
            zone=reach.zone if reach else "",
            country=reach.country if reach else "",
            topic=self.text("topic") or None,
            verified=False,
            call_sid=self.conversation.call_sid if mode is Mode.HOLD else None,
            session=SessionId(self.session.id),
            slot_start=opening,
        )


def standing(seen: Grounds, request: Request) -> Said:
    """Place and window of a request as they may be said now."""
    if request.books and request.slot_start is not None:
        return {"window": spoken(seen, PromisedWindow(request.slot_start, request.deadline or request.slot_start))}
    ahead, window = quoting.standing(seen, request)
    said: Said = {}
    if seen.fresh and request.ready:
        said["position"] = Position(ahead + 1)
    if window is not None and request.ready:
        said["window"] = spoken(seen, window)
    elif request.deadline is not None and request.deadline > seen.now:
        said["window"] = spoken(
            seen, PromisedWindow(max(seen.now, request.deadline - timedelta(hours=1)), request.deadline)
        )
    return said


def spoken(seen: Grounds, window: PromisedWindow) -> Window:
    return Window(window.start, window.end, seen.zone, now=seen.now)


def times(seen: Grounds) -> Said:
    """When the queue closes and opens next, as far as it does."""
    said: Said = {}
    if seen.closes_at is not None:
        said["closes"] = Clock(seen.closes_at, seen.zone)
    if seen.opens_at is not None:
        zone = ZoneInfo(seen.zone)
        said["opens"] = Clock(seen.opens_at, seen.zone)
        said["opens_day"] = Day(seen.opens_at.astimezone(zone).date(), seen.now.astimezone(zone).date())
    return said
