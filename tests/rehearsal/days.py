"""Recorded days with a default for everything: who came, who was at work."""

from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from typing import Any

from vqueue.domain.ids import AgentId
from vqueue.domain.past_day import PastDay, Stay, Visit
from vqueue.domain.rules import CallingWindows, Condition, Hours, Offer, Route, Rules
from vqueue.domain.week import WEEK

DAY = date(2026, 3, 3)
NINE = datetime(2026, 3, 3, 9, tzinfo=UTC).timestamp()
ALL_DAY = dict.fromkeys(WEEK, (("09:00", "17:00"),))
GOLD = Route(when=(Condition(attribute="segment", operator="is", value="gold"),), credit="gold")


def rules(*, gold_s: int = 600, **offer: Any) -> Rules:
    """Open from nine to five; customers of the segment gold go `gold_s` before others."""
    return Rules(
        hours=Hours(zone="Europe/London", week=ALL_DAY),
        calling_windows=CallingWindows(week=ALL_DAY),
        credits={"standard": 0, "gold": gold_s},
        routing=(GOLD,),
        offer=replace(Offer(), **offer),
    )


def a_stay(number: int, *spells: tuple[float, float]) -> Stay:
    """At work from nine to five, if nothing else is said (seconds after nine)."""
    spans = spells or ((0.0, 8 * 3600.0),)
    times = tuple((NINE + start, NINE + end) for start, end in spans)
    return Stay(agent=AgentId(f"a{number}"), skills={}, languages=("en",), spells=times)


def a_day(*, customers: int = 240, agents: int = 4, seed: int = 1, **changes: Any) -> PastDay:
    """A busy day: somebody comes every minute for four hours, every third of them gold; talks of three to six minutes.

    Every fifth gave up after a while. What the others would have stood is not recorded.
    """
    chance = Random(seed)
    visits = []
    for n in range(customers):
        gave_up = n % 5 == 4
        named = {"topic": "cards", "language": "en", "channel": "ivr"}
        visits.append(
            Visit(
                id=f"v{n}",
                arrived=NINE + 60.0 * n + chance.random(),
                attributes=named | ({"segment": "gold"} if n % 3 == 0 else {}),
                handling_s=None if gave_up else chance.uniform(180.0, 360.0),
                wrap_up_s=None if gave_up else 20.0,
                stood_s=chance.uniform(60.0, 600.0),
                gave_up=gave_up,
            )
        )
    stays = tuple(a_stay(n) for n in range(agents))
    return replace(PastDay(dates=(DAY,), visits=tuple(visits), stays=stays), **changes)
