"""Telling the outside, at least once: notices from the outbox, tried again over days, never lost."""

import json
from datetime import timedelta
from functools import partial

from vqueue.ports.database import Notice, Work
from vqueue.ports.telephony import NotPlaced, Placed
from vqueue.services.house import House

SPACING_S = (30, 120, 600, 3600, 14_400, 43_200, 86_400)
"""Pause after each failed try; after the last one the notice is dead and says so."""
_CLAIM = timedelta(minutes=2)


async def send(house: House) -> None:
    """Sends what is due. A notice whose sending is in doubt is sent again: better twice than never."""
    now = house.clock.now()
    due = await house.database.transact(lambda work: work.outbox.claim(now=now, until=now + _CLAIM))
    for notice in due:
        await _send(house, notice)


async def _send(house: House, notice: Notice) -> None:
    body = json.loads(house.vault.open(notice.body))
    answer = await house.telephony.message(to=body["to"], text=body["text"])
    match answer:
        case Placed():
            await house.database.transact(partial(_done, house=house, notice=notice))
        case NotPlaced():
            await house.database.transact(partial(_later, house=house, notice=notice, dead=True))
        case _:
            await house.database.transact(
                partial(_later, house=house, notice=notice, dead=notice.tries >= len(SPACING_S))
            )


def _done(work: Work, *, house: House, notice: Notice) -> None:
    work.outbox.done(notice.id, at=house.clock.now())


def _later(work: Work, *, house: House, notice: Notice, dead: bool) -> None:
    pause = timedelta(seconds=SPACING_S[min(notice.tries, len(SPACING_S) - 1)])
    work.outbox.later(notice.id, not_before=house.clock.now() + pause, dead=dead)
