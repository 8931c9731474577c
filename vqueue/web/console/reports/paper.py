"""What stands above a report on paper alone: whose it is, when it was printed and by whom."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from vqueue.domain.speech_args import Clock, Text
from vqueue.services.signing_in import Visitor
from vqueue.wording.axis import days


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Arguments of one sentence."""

    bank: Text
    day: Text
    at: Clock
    name: Text


def paper(bank: str, now: datetime, zone: str, language: str, visitor: Visitor) -> Paper:
    on = now.astimezone(ZoneInfo(zone)).date()
    return Paper(bank=Text(bank), day=Text(days(on, on, language)), at=Clock(now, zone), name=Text(visitor.name))
