"""What may be said now about a queue and a place in it: the offer, its window, the place, from the board alone."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.phone import Phone
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, Request
from vqueue.domain.rules import Queue
from vqueue.engine import hours, numbers, offer, requoting, routing, withholding
from vqueue.engine.numbers import Verdict
from vqueue.engine.withholding import Arm
from vqueue.ports.database import Work
from vqueue.services.house import House
from vqueue.services.requesting import Quote


@dataclass(frozen=True, slots=True)
class Grounds:
    """A queue, its board (None when it is not known) and the moment: everything a quote is made from."""

    queue: Queue
    board: QueueBoard | None
    now: datetime
    line: str = ""
    """The bank's own number, which is never a customer's: it would be answered by our own voice."""

    @property
    def fresh(self) -> bool:
        return self.board is not None and self.board.age_s(self.now) <= offer.STALE_S

    @property
    def open(self) -> bool:
        return hours.is_open(self.queue.rules.hours, self.now)

    @property
    def closes_at(self) -> datetime | None:
        return hours.closes_at(self.queue.rules.hours, self.now)

    @property
    def opens_at(self) -> datetime | None:
        return hours.next_opening(self.queue.rules.hours, self.now)

    def ahead(self, virtual_start: datetime, bucket: str, credit_class: str = "standard") -> int:
        """How many would be served before a place that starts then."""
        if self.board is None:
            return 0
        return self.board.ahead(virtual_start=virtual_start, credit_class=credit_class, bucket=bucket)

    def wait(self, ahead: int, klass: tuple[str, str] | None = None) -> Wait | None:
        """The wait of that place in that class (bucket, credit class); None when nothing fresh is known or nobody
        serves the queue."""
        wait = self.board.wait(ahead, klass) if self.board is not None and self.fresh else None
        return None if wait is None or "no_agents" in wait.reasons else wait

    def decide(
        self, number: Verdict | None, *, ahead: int | None = None, klass: tuple[str, str] | None = None
    ) -> offer.Offer:
        return offer.decide(
            rules=self.queue.rules,
            switches=self.queue.switches,
            board=self.board,
            now=self.now,
            number=number,
            zone=self.zone_of(number),
            ahead=ahead,
            klass=klass,
        )

    def by_lot(self, decided: offer.Offer, call: str) -> tuple[offer.Offer, Arm | None]:
        """The offer as it is made to this call, and its side where it is compared what offering saves."""
        draw = withholding.draw_of(call)
        return withholding.withheld(decided, self.queue.rules, draw=draw, now=self.now, closes_at=self.closes_at)

    def zone_of(self, number: Verdict | None) -> str:
        """The number's zone; the queue's own while it is not known."""
        return numbers.zone_of(number.phone, self.zone) if number and number.phone else self.zone

    def window(self, wait: Wait, *, ring: bool = True) -> Window | None:
        """The spoken window of that wait; None where none would hold what it promises."""
        rules = self.queue.rules
        return offer.spoken_window(wait, self.now, rules.callback.ring_s if ring else 0, rules.deadlines.coverage)

    @property
    def zone(self) -> str:
        return self.queue.rules.hours.zone


async def grounds(house: House, queue_id: str) -> Grounds:
    """Reads what a quote in this queue is made from. Raises NotFound."""
    return await grounds_of(house, await house.database.read(partial(_queue, queue_id=queue_id)))


async def grounds_of(house: House, queue: Queue) -> Grounds:
    """The same for a queue that was read."""
    return Grounds(queue, await house.board.read(queue.id), house.clock.now(), house.line.number)


def _queue(work: Work, queue_id: str) -> Queue:
    return work.queues.get(queue_id)


def standing(seen: Grounds, request: Request) -> tuple[int, Window | None]:
    """(places ahead, the window in which this request's turn comes); no window when nothing may be said."""
    ahead, wait = waiting(seen, request)
    return ahead, seen.window(wait, ring=request.mode is not Mode.HOLD) if wait else None


def waiting(seen: Grounds, request: Request) -> tuple[int, Wait | None]:
    """(places ahead, the wait that is left to this request)."""
    ahead = seen.ahead(request.virtual_start, request.bucket, request.credit_class)
    return ahead, seen.wait(ahead, (request.bucket, request.credit_class))


OPENING = "opening"
"""Method of a promise that rests on no wait, but on when the queue opens."""


def quote(seen: Grounds, decided: offer.Offer, window: Window) -> Quote:
    """What a promise of this window rests on: the quantiles as they were estimated; where they were calibrated, what
    they became and the level the window had to hold are among the inputs, so that the quote can be made again
    (engine/requoting.py)."""
    wait = decided.wait
    raw: dict[str, float] = {}
    inputs: dict[str, Any] = _seen_in(seen, decided)
    if wait is not None:
        raw = dict(zip((*requoting.QUANTILES, "mean"), (*(wait.raw_s or wait.quantiles_s), wait.mean_s), strict=True))
    if wait is not None and wait.level is not None:
        told = dict(zip(requoting.QUANTILES, wait.quantiles_s, strict=True))
        inputs |= {"level": wait.level, "calibrated_s": told, "class": wait.klass}
    if wait is not None and wait.model:
        inputs["rolled_s"] = wait.rolled_s
    as_of = wait.as_of if wait is not None else decided.as_of
    if as_of is not None:
        inputs["as_of"] = as_of.isoformat()
    return Quote(
        window=window,
        coverage=seen.queue.rules.deadlines.coverage,
        method=wait.method if wait else OPENING,
        quantiles_s=raw,
        inputs=inputs,
        rules_version=seen.queue.rules_version,
        model_version=wait.model if wait else "",
    )


def quote_from(seen: Grounds, decided: offer.Offer, opens: datetime) -> Quote:
    """What a place that is kept for a later moment can be promised. It rests on no wait: what was estimated for now
    says nothing about then."""
    before = seen.board.waiting.get(Mode.SCHEDULED, 0) if seen.board else 0
    team = sum(seen.board.agents.values()) if seen.board else 0
    window = offer.opening_window(opens, before=before, agents=team)
    made = quote(seen, replace(decided, wait=None), window)
    return replace(made, inputs={**made.inputs, "opens_at": opens.isoformat(), "before": before, "team": team})


def _seen_in(seen: Grounds, decided: offer.Offer) -> dict[str, Any]:
    return {
        "ahead": decided.ahead,
        "quoted_at": seen.now.isoformat(),
        "ring_s": seen.queue.rules.callback.ring_s,
        **(seen.board.inputs if seen.board else {}),
    }


def verdict(seen: Grounds, text: str) -> Verdict:
    """Whether this queue may call the number; `bank_number` is the reason why not where it is the bank's own."""
    found = numbers.read(text, seen.queue.rules.numbers.home, seen.queue.rules.numbers)
    if found.phone is not None and found.phone.e164 == seen.line:
        return replace(found, phone=None, reason="bank_number")
    return found


def placing(seen: Grounds, *, topic: str, language: str, channel: str) -> tuple[tuple[str, ...], str, str]:
    """(required skills, bucket, credit class) of a new place by the routing rules."""
    routed = routing.route(seen.queue.rules, {"topic": topic, "language": language, "channel": channel})
    return routed.skills, routing.bucket(routed.skills, language), routed.credit


def reach(phone: Phone, zone: str) -> tuple[str, str]:
    """(zone, country) of a number; `zone` where its own is not known."""
    return numbers.zone_of(phone, zone), numbers.country_of(phone)
