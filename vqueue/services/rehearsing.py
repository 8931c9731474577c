"""Rules rehearsed on days of the past: asked for, served again beside the house's work, kept with what was found."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from vqueue.domain.errors import Invalid, NoPastDay, NotFound, Refusal, RehearsalRunning, StaleWrite
from vqueue.domain.journal import Fact
from vqueue.domain.past_day import PastDay
from vqueue.domain.rehearsal import Findings, Rehearsal, RehearsalState
from vqueue.domain.rules import Queue, Rules
from vqueue.ports.bank import RulesDraft
from vqueue.ports.database import Database, Work
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SILENT_S = 60.0
"""A rehearsal of which nothing was heard for so long (wall seconds) has lost its process."""
MOST_DAYS = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """Which rules are to be tried: those of the draft, or a former version."""

    queue: Queue
    number: int
    draft: RulesDraft | None
    former: Rules | None

    @property
    def drafted(self) -> RulesDraft:
        """The draft, where no former version is tried."""
        assert self.draft is not None
        return self.draft


@dataclass(frozen=True, slots=True)
class Known:
    """A rehearsal, and whether the rules or the draft changed since it was asked for."""

    rehearsal: Rehearsal
    stale: bool


def tried(work: Work, queue_id: str, number: int) -> Tried:
    """Raises NotFound when `number` is no version and no draft would become it."""
    queue, draft = work.queues.get(queue_id), work.drafts.find(queue_id)
    if draft is not None and number == draft.based_on + 1 and number > queue.rules_version:
        return Tried(queue=queue, number=number, draft=draft, former=None)
    if number > queue.rules_version:
        raise NotFound("No draft would become that version.")
    return Tried(queue=queue, number=number, draft=None, former=work.queues.rules(queue_id, number))


def without_callbacks(rules: Rules) -> Rules:
    """The same rules, under which nobody is offered a callback."""
    return replace(rules, offer=replace(rules.offer, enabled=False))


async def begin(
    house: House,
    about: Tried,
    *,
    rules: Rules,
    document: Mapping[str, Any],
    days: Sequence[date],
    repetitions: int,
    by: str,
) -> Rehearsal:
    """The rehearsal, which goes on by itself. Raises Invalid for a day that is not over, NoPastDay, RehearsalRunning,
    and Unavailable where reading the days takes too long."""
    await house.database.read(partial(_free, house=house))
    rate = max(1, int(house.line.calls_per_second))
    past = await recorded(house.database, about.queue, days, now=house.clock.now(), calls_per_second=rate)
    fresh = Rehearsal(
        id=house.chance.id("rh"),
        queue=about.queue.id,
        rules_version=about.number,
        compared_with=about.queue.rules_version,
        draft_version=about.draft.version if about.draft else None,
        document=document,
        days=tuple(day.isoformat() for each in past for day in each.dates),
        repetitions=repetitions,
        state=RehearsalState.RUNNING,
        progress=0.0,
        asked_at=house.clock.now(),
        asked_by=by,
        heard_at=house.clock.now(),
    )
    await house.act(partial(_begun, house=house, fresh=fresh))
    house.spawn(_serve(house, fresh, past, in_force=about.queue.rules, draft=rules))
    return fresh


async def recorded(
    database: Database, queue: Queue, days: Sequence[date], *, now: datetime, calls_per_second: int
) -> tuple[PastDay, ...]:
    """Those days of the queue, or the latest one that is over. Raises Invalid and NoPastDay."""
    zone = ZoneInfo(queue.rules.hours.zone)
    today = now.astimezone(zone).date()
    late = tuple((f"/day/{place}", "not_over") for place, day in enumerate(days) if day >= today)
    if late or len(days) > MOST_DAYS:
        raise Invalid("Days are rehearsed that are over.", errors=late or (("/day", "too_many"),))
    wanted = sorted(set(days)) or [await _latest(database, queue, _midnight(today, zone), zone)]
    found = []
    for day in wanted:
        span = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        found.append(await database.read(partial(_day, queue=queue.id, on=day, span=span, now=now)))
    past = tuple(replace(day, calls_per_second=calls_per_second) for day in found if day.visits)
    if not past:
        raise NoPastDay
    return past


async def _latest(database: Database, queue: Queue, before: datetime, zone: ZoneInfo) -> date:
    came = await database.read(lambda work: work.past.latest(queue.id, before=before))
    if came is None:
        raise NoPastDay
    return came.astimezone(zone).date()


def _day(work: Work, queue: str, on: date, span: tuple[datetime, datetime], now: datetime) -> PastDay:
    return work.past.day(queue, on=on, start=span[0], end=span[1], now=now)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)


def silent(house: House, rehearsal: Rehearsal) -> bool:
    """Whether its process has ended without saying so."""
    quiet = timedelta(seconds=SILENT_S * house.clock.speed)
    return rehearsal.state is RehearsalState.RUNNING and house.clock.now() - rehearsal.heard_at > quiet


def _free(work: Work, house: House) -> None:
    running = work.rehearsals.running()
    if running is not None and not silent(house, running):
        raise RehearsalRunning


def _begun(clerk: Clerk, house: House, fresh: Rehearsal) -> None:
    running = clerk.work.rehearsals.running()
    if running is not None:
        if not silent(house, running):
            raise RehearsalRunning
        clerk.work.rehearsals.replace(_lost(running, clerk.at))
    clerk.work.rehearsals.insert(fresh)
    clerk.note(Fact.STAFF_ACTED, act="rehearsed_rules", queue=fresh.queue, rules_version=fresh.compared_with,
               rehearsal=fresh.id, tried=fresh.rules_version, by=fresh.asked_by)  # fmt: skip


def _lost(rehearsal: Rehearsal, at: datetime) -> Rehearsal:
    return replace(rehearsal, state=RehearsalState.LOST, ended_at=at)


async def read(house: House, rehearsal_id: str) -> Known:
    """As it stands. Raises NotFound."""

    def found(work: Work) -> tuple[Rehearsal, Queue, RulesDraft | None]:
        kept = work.rehearsals.get(rehearsal_id)
        return kept, work.queues.get(kept.queue), work.drafts.find(kept.queue)

    kept, queue, draft = await house.database.read(found)
    if silent(house, kept):
        kept = _lost(kept, kept.heard_at)
    changed = kept.draft_version is not None and (draft is None or draft.version != kept.draft_version)
    return Known(kept, stale=changed or queue.rules_version != kept.compared_with)


async def _serve(house: House, fresh: Rehearsal, past: tuple[PastDay, ...], *, in_force: Rules, draft: Rules) -> None:
    """To the end; what fails is kept as failed and raised, so that it is logged. Whoever finds himself given up for
    lost ends the work."""
    known, began = fresh, house.clock.wall()
    again = fresh.repetitions
    try:
        async with aclosing(house.rehearser.findings(past, in_force=in_force, draft=draft, repetitions=again)) as work:
            async for news in work:
                if isinstance(news, Findings):
                    found = asdict(replace(news, seconds=round(house.clock.wall() - began, 3)))
                    known = replace(known, state=RehearsalState.DONE, progress=1.0, result=found)
                    known = replace(known, ended_at=house.clock.now())
                else:
                    known = replace(known, progress=min(1.0, round(news, 4)))
                known = await _kept(house, known)
    except StaleWrite:
        return
    except Exception as problem:
        code = problem.code if isinstance(problem, Refusal) else "internal"
        failed = replace(known, state=RehearsalState.FAILED, ended_at=house.clock.now(), problem=code)
        await _kept(house, failed)
        raise


async def _kept(house: House, known: Rehearsal) -> Rehearsal:
    heard = replace(known, heard_at=house.clock.now())
    stored = await house.database.transact(lambda work: work.rehearsals.replace(heard))
    await house.broadcast.tell(f"rehearsal:{known.id}")
    return stored
