"""After an outage: each call to the bank that we never answered becomes a request waiting, with the place it had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from vqueue.domain.ids import PromiseId, QueueId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.phone import Phone, Sealed, caller
from vqueue.domain.request import Channel, Mode
from vqueue.ports.database import Work
from vqueue.ports.telephony import CallRecord
from vqueue.services import quoting, requesting
from vqueue.services.clerk import Clerk
from vqueue.services.house import House
from vqueue.services.keeping import FINAL
from vqueue.services.requesting import Wish

LOOK_BACK = timedelta(hours=24)
"""Older calls are left alone: whoever called then has called again, or it is no longer true."""
_AT_ONCE = 500
"""Calls compared with ours in one read: a day's list must not hold a connection for long."""
_PREFIX = "rq_missed_"


@dataclass(frozen=True, slots=True)
class Missed:
    """A call nobody of ours answered, from a number that was shown."""

    record: CallRecord
    phone: Phone
    started_at: datetime


async def recover(house: House) -> None:
    """Stores what was missed. Runs when the lease is taken and now and then; running it again adds nothing.

    Calls that still go on (a fallback document records for two minutes) are left for the next round.
    Raises Unavailable.
    """
    since = await house.database.read(_first_sign_of_life)
    if since is None:
        return
    since = max(since, house.clock.now() - LOOK_BACK)
    ended = [
        record
        for record in await house.telephony.find(to=house.line.number, since=since)
        if record.parent is None and record.status in FINAL and record.started_at and record.started_at >= since
    ]
    unanswered: list[CallRecord] = []
    for first in range(0, len(ended), _AT_ONCE):
        some = ended[first : first + _AT_ONCE]
        unanswered += await house.database.read(partial(_unanswered, records=some))
    for missed in _shown(unanswered):
        await _store(house, missed)


def _first_sign_of_life(work: Work) -> datetime | None:
    """When this bank began to answer calls at all; calls before that were another system's. None: it begins now."""
    first = work.journal.sealed(limit=1)
    return first[0].at if first else None


def _unanswered(work: Work, records: Sequence[CallRecord]) -> list[CallRecord]:
    """The calls without a conversation. An agent's own line has none either: his number is known by `_store`."""
    return [record for record in records if work.conversations.by_call(record.call_sid) is None]


def _shown(records: Sequence[CallRecord]) -> list[Missed]:
    """The first call of each number; who withheld it cannot be called, and has no place we could give him."""
    first: dict[str, Missed] = {}
    for record in sorted(records, key=lambda record: (str(record.started_at), record.call_sid)):
        phone = caller(record.from_)
        if phone is not None and record.started_at is not None:
            first.setdefault(phone.e164, Missed(record, phone, record.started_at))
    return list(first.values())


async def _store(house: House, missed: Missed) -> None:
    seen = await quoting.grounds(house, house.line.first_queue)
    language = next(iter(seen.queue.rules.languages), "en")
    skills, bucket, credit = quoting.placing(seen, topic="", language=language, channel=Channel.IVR)
    zone, country = quoting.reach(missed.phone, seen.zone)
    phone = house.vault.seal_phone(missed.phone)
    wish = Wish(
        id=RequestId(f"{_PREFIX}{missed.record.call_sid}"),
        promise_id=PromiseId(""),
        queue=QueueId(seen.queue.id),
        mode=Mode.MESSAGE,
        channel=Channel.IVR,
        language=language,
        skills=skills,
        bucket=bucket,
        credit_class=credit,
        virtual_start=missed.started_at,
        rules_version=seen.queue.rules_version,
        phone=phone,
        zone=zone,
        country=country,
    )
    await house.act(partial(_recovered, wish=wish, phone=phone))


def _recovered(clerk: Clerk, wish: Wish, phone: Sealed) -> None:
    """Once: not for an agent's own phone, nor for somebody whose missed call of this outage is stored already."""
    known = clerk.work.requests.search(phone_index=phone.index, mode=Mode.MESSAGE)
    again = any(one.id.startswith(_PREFIX) and wish.virtual_start - one.virtual_start < LOOK_BACK for one in known)
    if again or clerk.work.agents.by_address(phone.index) is not None:
        return
    request = requesting.message(clerk, wish, "")
    clerk.note(Fact.CALL_RECOVERED, request=request, started_at=wish.virtual_start.isoformat())
