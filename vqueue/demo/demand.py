"""How many people ring the demo's bank, when and about what: one law for the days it remembers and for its crowd."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from vqueue.demo.cast import OPENS, ZONE

PEAK_PER_HOUR = 262.0
BY_HOUR = (0.47, 0.61, 0.64, 0.71, 1.0, 0.95, 0.71, 0.67, 0.64, 0.56, 0.43, 0.32)
"""Arrivals of each hour from eight to eight, as part of the busiest."""
NIGHT_SHARE = 0.03
SHARES = {"cards": 0.36, "payments": 0.33, "general": 0.31}
LANGUAGES = {"en": 0.88, "ru": 0.07, "he": 0.05}
RUSHED, RUSH = "cards", ((-25, 90.0), (0, 60.0), (10, 25.0), (20, 0.0))
"""A letter about cards came with this morning's mail: so many more an hour, from so many minutes after ten."""


@dataclass(frozen=True, slots=True)
class Demand:
    """`ten`: the moment at which the demo begins."""

    ten: datetime

    def per_hour(self, now: datetime) -> float:
        """Arrivals of every day at this time; few people ring while the bank is closed."""
        place = now.astimezone(ZoneInfo(ZONE)).hour - OPENS
        return PEAK_PER_HOUR * (BY_HOUR[place] if 0 <= place < len(BY_HOUR) else NIGHT_SHARE)

    def rush_per_hour(self, queue: str, now: datetime) -> float:
        """Those who come about the letter besides."""
        since = [rate for minutes, rate in RUSH if self.ten + timedelta(minutes=minutes) <= now]
        return since[-1] if since and queue == RUSHED else 0.0

    def rates(self, now: datetime) -> dict[str, float]:
        """All arrivals an hour, by queue."""
        usual = self.per_hour(now)
        return {queue: share * usual + self.rush_per_hour(queue, now) for queue, share in SHARES.items()}
