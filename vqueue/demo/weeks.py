"""The demo bank's weeks before yesterday: only how many came and were at work in each half hour, which is all that the
service keeps of days whose requests are deleted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.demo.cast import CREW, QUEUES
from vqueue.demo.lately import Lately, scenario
from vqueue.demo.records import at
from vqueue.domain.outlook import HALF_HOUR, Seen
from vqueue.engine.hours import Stretch
from vqueue.engine.outlook import half_hour_of
from vqueue.ports.database import Work
from vqueue.services.foreseeing import staff_of
from vqueue.simulator.people import days

PAST_DAYS = 28
"""Four of each weekday: as many as the forecast asks who will be at work."""
LOOKS = 30
"""At each half hour: the service looks once a minute."""


@dataclass(frozen=True, slots=True)
class Weeks:
    """Arrivals of each queue and half hour, and when the bank was open, until now."""

    came: Counter[tuple[str, datetime]]
    shifts: tuple[Stretch, ...]

    def write(self, work: Work) -> None:
        """As the service's looks would have noted it. The whole crew was at work while the bank was open."""
        crew = {agent.id for agent in CREW}
        agents, queues = [agent for agent in work.agents.all() if agent.id in crew], work.queues.all()
        staff = staff_of(agents, queues)
        work.outlooks.note(
            [
                Seen(queue=queue, start=start, arrivals=self.came[queue, start], staff=LOOKS * there, samples=LOOKS)
                for start in self._half_hours()
                for queue, there in staff.items()
            ]
        )

    def _half_hours(self) -> Iterator[datetime]:
        for opens, closes in self.shifts:
            start = half_hour_of(opens)
            while start < closes:
                yield start
                start += HALF_HOUR


def weeks(now: datetime, lately: Lately, *, seed: int) -> Weeks:
    """Yesterday is counted by its requests, the days before and this morning are drawn by the same law."""
    bank = scenario(now.date() - timedelta(days=PAST_DAYS), QUEUES[0].rules, days=PAST_DAYS + 1)
    known = days(bank, bank.in_force(), seed)
    moments = zip(known.arrivals.tolist(), known.people[0].kind.tolist(), strict=True)
    earlier = ((bank.kinds[kind].skills[0], moment) for moment, kind in moments if moment < now.timestamp())
    came = Counter((queue, half_hour_of(at(moment))) for queue, moment in earlier if not lately.covers(moment))
    came.update((visit.queue, half_hour_of(at(visit.caller.arrived))) for visit in lately.visits)
    return Weeks(came, tuple((start, min(end, now)) for start, end in known.stretches if start < now))
