"""A day as the service itself would have recorded it, written straight into the stores."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.api.conftest import Face
from tests.db.builders import a_leg, a_request, an_agent, an_attempt
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.leg import LegState, Role, Way
from vqueue.domain.request import Channel, Mode, State
from vqueue.ports.database import Work

TEN = datetime.fromisoformat("2026-03-03T10:00:00+00:00")
"""A Tuesday morning; the clock of the tests stands on the Wednesday after."""


def at(seconds: float) -> datetime:
    return TEN + timedelta(seconds=seconds)


def row(name: str, fact: Fact, when: datetime, **columns: Any) -> JournalRow:
    data = columns.pop("data", {})
    return JournalRow(id=name, at=when, fact=fact, data=data, **columns)


def journal_of(agents: int, hours: float) -> Iterator[JournalRow]:
    """Each agent was ready all the time, as far as the journal goes, and went home."""
    for n in range(agents):
        told = {"was": Presence.READY, "now": Presence.OFFLINE, "lasted_s": hours * 3600.0}
        yield row(f"home{n}", Fact.AGENT_MOVED, at(hours * 3600.0), agent=f"a{n}", data=told)


def write(work: Work, *, customers: int = 120, agents: int = 2, hours: float = 4.0) -> None:
    """Somebody comes every 105 s; every fifth gives up, every fifth takes a callback and misses its first ring."""
    chance = Random(7)
    for n in range(agents):
        work.agents.insert(an_agent(f"a{n}", presence=Presence.OFFLINE, since=at(hours * 3600.0), languages=("en",)))
    for journal_row in journal_of(agents, hours):
        work.journal.write(journal_row)
    for n in range(customers):
        came, talk = 105.0 * n, chance.uniform(120.0, 300.0)
        _customer(work, n, came=came, stood=chance.uniform(30.0, 300.0), talk=talk, agent=f"a{n % agents}")


def _customer(work: Work, n: int, *, came: float, stood: float, talk: float, agent: str) -> None:
    name, kind = f"r{n}", n % 5
    common = {"created_at": at(came), "virtual_start": at(came), "channel": Channel.IVR, "topic": "cards"}
    ended = came + stood + (0.0 if kind == 4 else talk)
    mode = Mode.CALLBACK if kind == 3 else Mode.HOLD
    state = State.ABANDONED if kind == 4 else State.SERVED
    work.requests.insert(
        a_request(name, mode=mode, state=state, closed_at=at(ended), session=f"cs{n}", bucket="/en", **common)
    )
    told = {"offer": "offer", "call": f"cs{n}"}
    work.journal.write(row(f"offer{n}", Fact.OFFER_MADE, at(came), queue="cards", data=told))
    if kind == 4:
        return
    if kind == 3:
        _attempt(work, n, 1, agent, opened=came + stood / 2, outcome=Cause.NO_ANSWER)
    joined = at(came + stood)
    _attempt(work, n, 2, agent, opened=came + stood, joined=joined, closed=at(ended), outcome=Cause.TALKED)


def _attempt(work: Work, n: int, number: int, agent: str, *, opened: float, outcome: Cause, **times: Any) -> None:
    name = f"t{n}.{number}"
    closed, joined = times.get("closed", at(opened + 25)), times.get("joined")
    work.attempts.insert(
        an_attempt(name, request=f"r{n}", agent=agent, opened_at=at(opened), joined_at=joined, closed_at=closed,
                   outcome=outcome, accepted_at=joined if n % 5 == 3 else None)
    )  # fmt: skip
    if n % 5 == 3:
        rang = joined - timedelta(seconds=12) if joined else at(opened + 2)
        answered = joined - timedelta(seconds=4) if joined else None
        work.legs.insert(
            a_leg(f"l{name}", attempt=name, role=Role.CUSTOMER, way=Way.POSTED, token=f"k{name}", agent=None,
                  state=LegState.ENDED, rang_at=rang, answered_at=answered)
        )  # fmt: skip


async def recorded(face: Face, **changes: Any) -> None:
    await face.house.database.transact(lambda work: write(work, **changes))
