"""The two switches of a queue: whether callbacks are taken, and whether customers are rung."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import partial

from vqueue.domain.errors import Invalid
from vqueue.domain.journal import Fact
from vqueue.domain.rules import Queue, Switches
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

REASON_MAX = 200
LAPSED = "until"
"""By whom a switch is turned on again when its time is over."""


class Switch(StrEnum):
    """What can be turned off at once; off falls back to hold."""

    REGISTERING = "registering"
    DIALING = "dialing"


async def turn(house: House, queue_id: str, switch: Switch, *, on: bool, reason: str, by: str) -> Queue:
    """The queue with the switch as asked. Raises NotFound, and Invalid without a reason (at most 200 characters)."""
    why = given(reason)
    return await house.act(lambda clerk: _turned(clerk, queue_id, switch, on, why, by))


async def put(
    house: House,
    queue_id: str,
    wanted: Mapping[Switch, bool],
    *,
    reason: str,
    until: datetime | None = None,
    by: str,
) -> Queue:
    """The queue with these switches, the others as they are. `until`: when what is off is turned on again by itself.

    Raises NotFound, and Invalid without a reason or with an end that has passed.
    """
    why = given(reason)
    if until is not None and until <= house.clock.now():
        raise Invalid("The end lies in the past.", errors=(("/until", "past"),))
    return await house.act(partial(_put, queue_id=queue_id, wanted=wanted, reason=why, until=until, by=by))


async def lapse(house: House) -> None:
    """Switches turned off until now are turned on again."""
    now = house.clock.now()
    for queue in await house.database.read(lambda work: work.queues.all()):
        if _over(queue.switches, now):
            await house.act(partial(_lapsed, queue_id=queue.id))


def given(reason: str) -> str:
    """The reason in one line. Raises Invalid when there is none or it is too long."""
    why = " ".join(reason.split())
    if not why or len(why) > REASON_MAX:
        raise Invalid("A reason is needed.", errors=(("/reason", "required" if not why else "too_long"),))
    return why


def _turned(clerk: Clerk, queue_id: str, switch: Switch, on: bool, reason: str, by: str) -> Queue:
    queue = clerk.work.queues.get(queue_id)
    if is_on(queue.switches, switch) is on:
        return queue
    switched = clerk.work.queues.switch(queue_id, _set(queue.switches, switch, on=on, reason=reason))
    clerk.note(Fact.SWITCH_TURNED, queue=queue_id, rules_version=queue.rules_version, switch=switch,
               now="on" if on else "off", reason=reason, by=by)  # fmt: skip
    clerk.topics += ["dispatch", "queues"]
    return switched


def is_on(switches: Switches, switch: Switch) -> bool:
    match switch:
        case Switch.REGISTERING:
            return switches.registering
        case Switch.DIALING:
            return switches.dialing


def _set(switches: Switches, switch: Switch, *, on: bool, reason: str) -> Switches:
    match switch:
        case Switch.REGISTERING:
            turned = replace(switches, registering=on)
        case Switch.DIALING:
            turned = replace(switches, dialing=on)
    return replace(turned, reason="" if turned.registering and turned.dialing else reason, until=None)


def _put(
    clerk: Clerk, queue_id: str, wanted: Mapping[Switch, bool], reason: str, until: datetime | None, by: str
) -> Queue:
    for switch, on in wanted.items():
        _turned(clerk, queue_id, switch, on, reason, by)
    queue = clerk.work.queues.get(queue_id)
    off = not (queue.switches.registering and queue.switches.dialing)
    ends = until.isoformat() if until is not None and off else None
    if ends == queue.switches.until:
        return queue
    clerk.note(Fact.STAFF_ACTED, queue=queue_id, act="switched_until", until=ends, reason=reason, by=by)
    clerk.topics += ["dispatch", "queues"]
    return clerk.work.queues.switch(queue_id, replace(queue.switches, until=ends))


def _lapsed(clerk: Clerk, queue_id: str) -> None:
    queue = clerk.work.queues.get(queue_id)
    if not _over(queue.switches, clerk.at):
        return
    for switch in Switch:
        _turned(clerk, queue_id, switch, True, queue.switches.reason or "until", LAPSED)


def _over(switches: Switches, now: datetime) -> bool:
    return switches.until is not None and datetime.fromisoformat(switches.until) <= now
