"""After an attempt that did not connect: when the next one may come, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.causes import CUSTOMER_MISSES, Cause
from vqueue.domain.request import Request
from vqueue.domain.rules import Rules
from vqueue.engine.hours import calling_allowed, is_open, next_allowed, next_midnight, next_opening

MISSES = CUSTOMER_MISSES | {Cause.HUNG_UP}
"""Causes that count as a try: the customer's misses, and hanging up after answering, which is as good as no key."""
OURS = frozenset(
    {
        Cause.CANCELED,
        Cause.AGENT_DECLINED,
        Cause.AGENT_NO_ANSWER,
        Cause.AGENT_DROPPED,
        Cause.AGENT_DOUBT,
        Cause.ABORTED,
    }
)
"""Causes that are not the customer's fault: the place is kept and ready at once."""
_HOPS = 8
"""Opening and calling window are searched in turn at most so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Ready again at `not_before`. `moved` says why that is later than the rules' spacing: `closed`,
    `calling_window`, `rings_cap`; empty when it is not."""

    not_before: datetime
    moved: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """No further try: `tries_of_cause`, `total_tries`, `unproven_number`, `expired` or `no_window`."""

    reason: str


def counted(tries: Mapping[Cause, int], cause: Cause) -> dict[Cause, int]:
    """The tries with this one among them."""
    return {**tries, cause: tries.get(cause, 0) + 1}


def after_miss(
    *,
    request: Request,
    cause: Cause,
    rules: Rules,
    now: datetime,
    zone: str,
    country: str | None = None,
    rings_today: int = 0,
) -> Retry | GiveUp:
    """What follows a miss. `request.tries` holds the misses before this one; `zone` and `country` are those of the
    customer's number; `rings_today` is how often that number was rung today, this time included.

    Raises ValueError for a cause that is no miss (snoozed, not needed, talked).
    """
    if cause in OURS:
        return Retry(not_before=now)
    if cause not in MISSES:
        raise ValueError(f"{cause.value} is not a miss")
    tries = counted(request.tries, cause)
    misses = sum(count for each, count in tries.items() if each in MISSES)
    if not request.proven:
        # Somebody else's telephone, for all we know: it is rung once.
        return GiveUp(reason="unproven_number")
    if tries[cause] >= _limit(cause, rules):
        return GiveUp(reason="tries_of_cause")
    if misses >= rules.callback.total_tries:
        return GiveUp(reason="total_tries")
    spacing = rules.callback.spacing_s
    pause = timedelta(seconds=spacing[min(misses, len(spacing)) - 1])
    at = _Search(request=request, rules=rules, zone=zone, country=country)
    if rings_today >= rules.caps.rings_per_number_day:
        return at.first(max(now + pause, next_midnight(zone, now)), moved="rings_cap")
    return at.first(now + pause)


def snooze(
    *,
    request: Request,
    rules: Rules,
    now: datetime,
    zone: str,
    country: str | None = None,
    for_s: int | None = None,
) -> Retry | GiveUp:
    """The customer asked to be rung later; not counted as a miss. By the rules' pause unless `for_s` is given."""
    allowed = rules.callback.tries.get(Cause.SNOOZED)
    if allowed is not None and request.tries.get(Cause.SNOOZED, 0) >= allowed:
        return GiveUp(reason="tries_of_cause")
    pause = rules.callback.snooze_s if for_s is None else for_s
    return _Search(request=request, rules=rules, zone=zone, country=country).first(now + timedelta(seconds=pause))


def _limit(cause: Cause, rules: Rules) -> int:
    """Most tries that may end by this cause; one the rules do not name is bound by the total alone."""
    named = rules.callback.tries
    if cause is Cause.HUNG_UP and cause not in named:
        cause = Cause.NO_KEY
    return named.get(cause, rules.callback.total_tries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Looks for a moment when the queue is open and the customer may be rung, before the request expires."""

    request: Request
    rules: Rules
    zone: str
    country: str | None

    def first(self, at: datetime, *, moved: str = "") -> Retry | GiveUp:
        came = max(self.request.created_at, self.request.slot_start or self.request.created_at)
        end = came + timedelta(seconds=self.rules.deadlines.expire_s)
        for _ in range(_HOPS):
            if at > end:
                return GiveUp(reason="expired")
            if not is_open(self.rules.hours, at):
                later, why = next_opening(self.rules.hours, at), "closed"
            elif not calling_allowed(self.rules.calling_windows, self.zone, self.country, at):
                later, why = next_allowed(self.rules.calling_windows, self.zone, self.country, at), "calling_window"
            else:
                return Retry(not_before=at, moved=moved)
            if later is None:
                break
            at, moved = later, moved or why
        return GiveUp(reason="no_window")
