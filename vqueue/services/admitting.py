"""How many requests one customer may make, and how many may be made for one number: counted across all processes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.errors import RateLimited
from vqueue.domain.phone import Phone
from vqueue.domain.request import Request
from vqueue.domain.rules import Caps
from vqueue.ports.database import Work
from vqueue.ports.identity import Customer
from vqueue.services.house import House

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
"""Wall time, whatever the speed of business."""
GUESTS_SHARE = 4
"""A guest gets this part of what a customer gets."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """One counter: its key, how far it goes, when it starts anew, and how long that is from now in wall seconds."""

    key: str
    limit: int
    over: datetime
    retry_after_s: int

    def take(self, work: Work, at: datetime) -> None:
        """Raises RateLimited at the ceiling."""
        if not work.counters.take(self.key, limit=self.limit, at=at, expires_at=self.over):
            raise RateLimited(retry_after_s=self.retry_after_s)


@dataclass(frozen=True, slots=True)
class Admission:
    """Counters to be taken with what is asked for; made before the transaction, since their keys are sealed."""

    ceilings: tuple[Ceiling, ...]

    def take(self, work: Work, at: datetime) -> None:
        for each in self.ceilings:
            each.take(work, at)


def ceiling(house: House, key: str, limit: int, every: timedelta) -> Ceiling:
    """A counter that starts anew with each such stretch of wall time."""
    now, speed = house.clock.now(), house.clock.speed
    turn, into = divmod(now.timestamp() / speed, every.total_seconds())
    left = every.total_seconds() - into
    return Ceiling(f"{key}:{int(turn)}", limit, now + timedelta(seconds=left * speed), max(1, round(left)))


def admission(house: House, customer: Customer, caps: Caps, phone: Phone | None) -> Admission:
    """One more request of this customer, for this number."""
    most = caps.asked_per_customer_hour
    own = max(1, most // GUESTS_SHARE) if customer.guest else most
    ceilings = [ceiling(house, f"asked:{house.vault.index(customer.id)}", own, HOUR)]
    if phone is not None:
        proven = phone == customer.phone
        limit = caps.asked_per_number_day if proven else caps.asked_unproven_day
        kind = "asked-for" if proven else "asked-unproven"
        ceilings.append(ceiling(house, f"{kind}:{house.vault.index(phone.e164)}", limit, DAY))
    return Admission(tuple(ceilings))


def moving(house: House, request: Request, caps: Caps) -> Admission:
    """One more message to this number that its call was moved: as many a day as calls may be asked for it."""
    if request.phone is None:
        return Admission(())
    kind, limit = (
        ("moved", caps.asked_per_number_day) if request.proven else ("moved-unproven", caps.asked_unproven_day)
    )
    return Admission((ceiling(house, f"{kind}:{request.phone.index}", limit, DAY),))
