"""One run: the days of a scenario from the first opening to the last call, each tick planned by the live dispatcher."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import Any

from vqueue.domain.board import QueueBoard
from vqueue.domain.ids import AgentId
from vqueue.domain.rules import Queue, Rules
from vqueue.engine.plan import Head, Reserve, Skip, Snapshot, plan
from vqueue.engine.wait.model import WaitModel
from vqueue.simulator import connecting, flying, joining, plainly
from vqueue.simulator.bank import Bank
from vqueue.simulator.boards import Boards, Evidence
from vqueue.simulator.floor import QUEUE, Caller, Chair, Floor, at
from vqueue.simulator.people import Days, days, moment
from vqueue.simulator.recorded import Recorded
from vqueue.simulator.rolling import Rolling
from vqueue.simulator.scenario import Scenario
from vqueue.simulator.tally import Tally, summary
from vqueue.simulator.waits import Remembering

MOST_SEATS = 50
"""Reservations of one tick at the most, as in the live service."""
TELL_EVERY = 2000
MINUTE_S = 60.0

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run: its figures, and everything they were made from."""

    figures: dict[str, Any]
    tally: Tally
    days: Days


def simulate(
    scenario: Scenario,
    *,
    seed: int = 1,
    rules: Rules | None = None,
    model: WaitModel | None = None,
    rolling: Rolling | None = None,
    known: Days | None = None,
    recorded: Recorded | None = None,
    tally: Tally | None = None,
    progress: Progress | None = None,
    plans_all: bool = False,
) -> Outcome:
    """The scenario's days under this seed: equal input gives equal output. `rules` (by default the scenario's) and the
    wait model (the closed form) may change without changing who calls when, for how long, and how patiently. Where the
    days are `known` (replayed ones), nothing is drawn, and `recorded` brings their agents. A `tally` of the caller's
    own also hears what those are offered who take no callback. `progress` hears the share that is done. Where it
    `plans_all`, ticks that leave nothing to weigh are planned too, which comes to the same and takes longer."""
    in_force = rules or scenario.in_force()
    bank = _bank(scenario, in_force, known or days(scenario, in_force, seed), model or Remembering(), recorded, tally)
    bank.boards.rolling, bank.plans_all = rolling, plans_all
    _write_agenda(bank, recorded)
    _work_off(bank, progress or (lambda done: None))
    bank.floor.close_books(bank.now)
    figures = summary(bank.tally, bank.floor.times, seed=seed, service_level_s=scenario.service_level_s)
    return Outcome(figures, bank.tally, bank.days)


def _bank(
    scenario: Scenario, rules: Rules, known: Days, model: WaitModel, recorded: Recorded | None, tally: Tally | None
) -> Bank:
    opening = known.stretches[0][0].timestamp() if known.stretches else 0.0
    counted_from = opening + scenario.warm_up_s
    chairs = recorded.chairs() if recorded else _invented(scenario, rules)
    floor, evidence = Floor(chairs, counted_from), Evidence()
    queue = Queue(id=QUEUE, names={"en": "Simulated"}, rules=rules)
    return Bank(
        scenario=scenario,
        rules=rules,
        days=known,
        floor=floor,
        boards=Boards(queue, floor, evidence, model),
        evidence=evidence,
        tally=recorded.tally if recorded else tally or Tally(),
        counted_from=counted_from,
        asks_everybody=recorded is not None or tally is not None,
    )


def _invented(scenario: Scenario, rules: Rules) -> list[Chair]:
    return [
        Chair(id=AgentId(f"a{team:02}-{n:04}"), team=team, skills=kind.skills, languages=rules.languages)
        for team, kind in enumerate(scenario.agents)
        for n in range(kind.count)
    ]


def _write_agenda(bank: Bank, recorded: Recorded | None) -> None:
    """Openings, closings, shifts and losses of all days."""
    agenda, stretches = bank.agenda, bank.days.stretches
    lead = timedelta(seconds=bank.rules.deadlines.close_lead_s)
    for i, (start, end) in enumerate(stretches):
        following = stretches[i + 1][0] if i + 1 < len(stretches) else None
        agenda.at(start.timestamp(), partial(_open, bank, following))
        agenda.at(max(start, end - lead).timestamp(), partial(joining.before_closing, bank))
        agenda.at(end.timestamp(), partial(_close, bank))
    if recorded:
        recorded.write_agenda(bank)
        return
    for ordinal in range(bank.scenario.days):
        _write_shifts(bank, ordinal)
        for loss in bank.scenario.staff_loss:
            begins = moment(bank.scenario, loss.at, ordinal).timestamp()
            chairs = list(bank.floor.chairs.values())[-loss.agents :]
            agenda.at(begins, partial(_lose, bank, chairs, True))
            agenda.at(begins + loss.for_s, partial(_lose, bank, chairs, False))


def _write_shifts(bank: Bank, ordinal: int) -> None:
    for team, kind in enumerate(bank.scenario.agents):
        if kind.shift is not None:
            chairs = [chair for chair in bank.floor.chairs.values() if chair.team == team]
            begins, ends = (moment(bank.scenario, clock, ordinal).timestamp() for clock in kind.shift)
            bank.agenda.at(begins, partial(_shift, bank, chairs, True))
            bank.agenda.at(ends + (86_400.0 if ends <= begins else 0.0), partial(_shift, bank, chairs, False))


def _always(bank: Bank) -> list[Chair]:
    """Agents without shifts."""
    return [chair for chair in bank.floor.chairs.values() if bank.scenario.agents[chair.team].shift is None]


def _open(bank: Bank, following: datetime | None) -> None:
    bank.open, bank.opens_at = True, following
    _shift(bank, _always(bank), True)


def _close(bank: Bank) -> None:
    bank.open, bank.closed_at = False, bank.now
    joining.closed(bank)
    _go_home(bank)


def _go_home(bank: Bank) -> None:
    """After closing, whoever has no shift stays until nobody is on the line."""
    if not bank.floor.holders and not bank.floor.flying:
        _shift(bank, [chair for chair in _always(bank) if chair.on_shift], False)


def _shift(bank: Bank, chairs: list[Chair], working: bool) -> None:
    for chair in chairs:
        chair.on_shift = working
        bank.floor.call_to_work(chair, bank.now)


def _lose(bank: Bank, chairs: list[Chair], lost: bool) -> None:
    for chair in chairs:
        chair.lost = lost
        bank.floor.call_to_work(chair, bank.now)


def _work_off(bank: Bank, progress: Progress) -> None:
    """Everything that happens, in order: the agenda and the arrivals, and after each moment a tick."""
    agenda, arrivals = bank.agenda, [*bank.days.arrivals.tolist(), inf]
    came, events, minute = 0, 0, agenda.next_at if len(agenda) else 0.0
    while True:
        due, arrives = agenda.next_at, arrivals[came]
        following = min(due, arrives)
        if following == inf:
            break
        if minute <= following:
            minute = _look_at_floor(bank, minute, following)
        if arrives < due:
            agenda.now = following
            joining.arrive(bank, came)
            came += 1
        else:
            agenda.do_next()
        events += 1
        _tick(bank)
        if events % TELL_EVERY == 0:
            progress(came / max(1, len(arrivals) - 1))
    bank.tally.events += events


def _look_at_floor(bank: Bank, minute: float, until: float) -> float:
    """Notes the floor at each minute until then, while it is open or somebody is in line; the minute to come."""
    while minute <= until and (bank.open or bank.floor.order.callers):
        bank.tally.see(minute, bank.floor)
        minute += MINUTE_S
    return max(minute, until - until % MINUTE_S)


def _tick(bank: Bank) -> None:
    """Plans and acts until nothing more can be done at this moment; not where nothing changed since it last looked."""
    floor = bank.floor
    while floor.free and floor.order.callers and floor.order.changes != bank.seen:
        bank.seen = floor.order.changes
        pairs = plainly.pairs(bank, min(MOST_SEATS, len(floor.free)))
        whole = True
        if pairs is None:
            pairs, whole = _planned(bank)
        for caller, chair, shape in pairs:
            connecting.reserve(bank, caller, chair, shape)
        if len(pairs) >= bank.scenario.calls_per_second and floor.order.callers:
            bank.agenda.after(1.0, partial(_look_again, bank))
        if whole:
            break
    if bank.rings_ahead:
        flying.ring_ahead(bank)
    if not bank.open:
        _go_home(bank)


def _planned(bank: Bank) -> tuple[list[plainly.Pair], bool]:
    """Whom the dispatcher connects, and whether it set nobody aside on the way: then there is nothing more to plan."""
    callers, chairs = bank.floor.order.callers, bank.floor.chairs
    actions = plan(_snapshot(bank), at(bank.now))
    pairs = [(callers[each.request], chairs[each.agent], each.shape) for each in actions if isinstance(each, Reserve)]
    for action in actions:
        if isinstance(action, Skip):
            _set_aside(bank, callers[action.request], action.until.timestamp())
    return pairs, len(pairs) == len(actions)


def _snapshot(bank: Bank) -> Snapshot:
    """What the dispatcher looks at."""
    floor = bank.floor
    heads = tuple(floor.order.heads(min(MOST_SEATS, len(floor.free)), bank.not_before()))
    return Snapshot(
        lines=(bank.line(_board(bank, heads)),),
        heads=heads,
        seats=tuple([chair.seat() for chair in floor.free.values()]),
        calls_in_a_second=bank.scenario.calls_per_second,
        phones=bank.phones,
    )


def _board(bank: Bank, heads: tuple[Head, ...]) -> QueueBoard | None:
    """The board from which lifts are reckoned; none where they would change nothing: one class stands alone, or even
    the last of these places would come before the first of their deadlines."""
    deadlines = [place.deadline for head in heads for place in head.places if place.deadline]
    if len(heads) < 2 or not deadlines:
        return None
    most = sum(len(head.places) for head in heads)
    slack_s = (min(deadlines) - at(bank.now)).total_seconds()
    if bank.boards.plainly_within(bank.now, most - 1, slack_s):
        return None
    last = bank.boards.reading(bank.now, lambda board: (most - 1,)).wait(most - 1)
    if last is not None and last.p90_s <= slack_s:
        return None
    return bank.boards.reading(bank.now, lambda board: range(most))


def _set_aside(bank: Bank, caller: Caller, until: float) -> None:
    """Cannot be rung now: out of the order until then, his place kept."""
    bank.take_out(caller)
    bank.park(caller, until)


def _look_again(bank: Bank) -> None:
    """A second is over: the tick after it has new calls to create."""
    bank.seen = -1
