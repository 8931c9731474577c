"""Ticks that leave nothing to weigh: one class in line, agents alike. Who goes to whom is known without planning.

`plan` decides by class, credit, lift, skill and what a telephone allows. Where one class stands alone, every agent can
serve it equally well and whoever stands first may be rung, all of that comes to: the first places to the agents who
have been idle longest. Everything else is left to `plan`; a test compares both on the same days.
"""

from collections.abc import Collection
from operator import attrgetter

from vqueue.domain.attempt import Shape
from vqueue.simulator.bank import Bank
from vqueue.simulator.floor import HOLDING, Caller, Chair

Pair = tuple[Caller, Chair, Shape]
HOLDER = Shape.HOLDER
_LONGEST_IDLE = attrgetter("since", "id")


def pairs(bank: Bank, most: int) -> list[Pair] | None:
    """Whom a tick connects, in its order, where `most` places of a class are looked at; None where `plan` has to be
    asked."""
    order, free = bank.floor.order, bank.floor.free
    if len(order.classes) > 1 or bank.plans_all:
        return None
    (line,) = order.classes.values()
    first = order.callers[line[0][1]]
    if not bank.alike(first.skills):
        return None
    chairs: Collection[Chair] = free.values() if len(free) == 1 else sorted(free.values(), key=_LONGEST_IDLE)
    if (most == 1 or len(line) == 1) and first.state is HOLDING:
        return [(first, next(iter(chairs)), HOLDER)]
    callers, shapes = [order.callers[each] for _, each in line[:most]], []
    for caller in callers:
        on_the_line = caller.state is HOLDING or caller.flying
        if not (on_the_line or _may_be_rung(bank, caller)):
            return None
        shapes.append(HOLDER if on_the_line else bank.rules.callback.shape)
    return list(zip(callers[: bank.scenario.calls_per_second], chairs, shapes, strict=False))


def _may_be_rung(bank: Bank, caller: Caller) -> bool:
    """Whether nothing stands against a ring now."""
    return bank.open and bank.not_before() is None
