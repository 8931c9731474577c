"""The demo bank's weeks before yesterday: only how many came and were at work in each half hour, which is all that the
service keeps of days whose requests are deleted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vqueue.demo.cast import CREW, QUEUES, TRAINEES, TRAINING, ZONE
from vqueue.demo.demand import Demand
from vqueue.demo.lately import Lately
from vqueue.demo.records import at
from vqueue.demo.scenario import scenario
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
        """As the service's looks would have noted it. The whole crew was at work, but for those in training."""
        queues, crew = work.queues.all(), {agent.id for agent in CREW}
        there = [agent for agent in work.agents.all() if agent.id in crew]
        all_day = staff_of(there, queues)
        in_training = staff_of([agent for agent in there if agent.id not in TRAINEES], queues)
        work.outlooks.note(
            [
                Seen(queue=queue, start=start, arrivals=self.came[queue, start], staff=LOOKS * staff, samples=LOOKS)
                for start in self._half_hours()
                for queue, staff in (in_training if _trained(start) else all_day).items()
            ]
        )

    def _half_hours(self) -> Iterator[datetime]:
        for opens, closes in self.shifts:
            start = half_hour_of(opens)
            while start < closes:
                yield start
                start += HALF_HOUR


def _trained(start: datetime) -> bool:
    begins, ends = TRAINING
    return begins <= start.astimezone(ZoneInfo(ZONE)).time() < ends


def weeks(law: Demand, lately: Lately, *, seed: int) -> Weeks:
    """Yesterday and this morning are counted by their requests, the days before are drawn by the same law."""
    came: Counter[tuple[str, datetime]] = Counter()
    shifts: tuple[Stretch, ...] = ()
    for turn, queue in enumerate(QUEUES):
        floor = scenario(queue.id, law.ten.date() - timedelta(days=PAST_DAYS), queue.rules, days=PAST_DAYS + 1)
        known = days(floor, floor.in_force(), seed + 10 * turn)
        earlier = (moment for moment in known.arrivals.tolist() if moment < law.ten.timestamp())
        came.update((queue.id, half_hour_of(at(moment))) for moment in earlier if not lately.covers(moment))
        shifts = known.stretches
    came.update((visit.queue, half_hour_of(at(visit.caller.arrived))) for visit in lately.visits)
    return Weeks(came, tuple((start, min(end, law.ten)) for start, end in shifts if start < law.ten))
