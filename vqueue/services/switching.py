"""The two switches of a queue: whether callbacks are taken, and whether customers are rung."""

from dataclasses import replace
from enum import StrEnum

from vqueue.domain.errors import Invalid
from vqueue.domain.journal import Fact
from vqueue.domain.rules import Queue, Switches
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

REASON_MAX = 200


class Switch(StrEnum):
    """What can be turned off at once; off falls back to hold."""

    REGISTERING = "registering"
    DIALING = "dialing"


async def turn(house: House, queue_id: str, switch: Switch, *, on: bool, reason: str, by: str) -> Queue:
    """The queue with the switch as asked. Raises NotFound, and Invalid without a reason (at most 200 characters)."""
    why = given(reason)
    return await house.act(lambda clerk: _turned(clerk, queue_id, switch, on, why, by))


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
