"""Customers of the simulated queue who are rung before an agent is free for them, by the rule that runs live."""

from datetime import timedelta

from vqueue.domain.agent import Presence
from vqueue.engine.dial_ahead import Soon, ahead, learnt, pace_of
from vqueue.engine.plan import Seat, Snapshot
from vqueue.simulator import connecting
from vqueue.simulator.bank import Bank
from vqueue.simulator.floor import QUEUE, at

MOST = 12
"""Agents who are looked at as the next to be free, as in the live service."""


def ring_ahead(bank: Bank) -> None:
    """Rings whom the rule names, where anything changed since it was asked last."""
    floor = bank.floor
    if not (bank.open and floor.order.callers) or floor.order.changes == bank.looked_ahead:
        return
    bank.looked_ahead = floor.order.changes
    busy = _busy(bank)
    if not busy:
        return
    snapshot = Snapshot(
        lines=(bank.line(None),),
        heads=tuple(floor.order.heads(len(busy) + len(floor.flying), bank.not_before())),
        seats=(),
        calls_in_a_second=bank.scenario.calls_per_second,
        phones=bank.phones,
    )
    pace = pace_of(bank.boards.now(bank.now).inputs)
    soon = Soon(queue=QUEUE, busy=busy, flying=tuple(floor.flying), pace=pace, ring=learnt(bank.rang_s))
    for action in ahead(snapshot, (), soon, at(bank.now)):
        connecting.ring_ahead(bank, floor.order.callers[action.request])


def _busy(bank: Bank) -> tuple[Seat, ...]:
    """Who is expected to be free first: who writes up, then who has talked longest."""
    staying = [chair for chair in bank.floor.chairs.values() if chair.wanted]
    order = [
        chair
        for doing in (Presence.WRAPPING, Presence.TALKING)
        for chair in sorted(
            (each for each in staying if each.presence is doing), key=lambda each: (each.since, each.id)
        )
    ]
    now = at(bank.now)
    return tuple(
        Seat(agent=chair.id, skills=chair.skills, languages=chair.languages, idle_since=now + timedelta(seconds=place))
        for place, chair in enumerate(order[:MOST])
    )
