"""The PIN of an agent who rings in, put and taken away by the bank's systems."""

from functools import partial
from typing import Annotated

from pydantic import StringConstraints

from vqueue.domain.ids import AgentId
from vqueue.services import pinning
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api.bank.agents import TAG
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.operation import Ask, Bank, Operation, Reply, Shape

Pin = Annotated[str, StringConstraints(pattern=rf"^[0-9]{{{pinning.SHORTEST},{pinning.LONGEST}}}$")]


class PinPut(Shape):
    """What is asked of whoever rings in from this agent's telephone. Kept as a hash and never shown."""

    pin: Pin


def operations(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.AGENTS_WRITE)
    return (
        Operation(
            method="PUT", path="/v1/agents/{id}/pin", name="put_pin", summary="Give an agent a PIN to ring in with",
            description="In place of the one he had; what locked that one is over. One that is easily guessed (a run, "
            "one or two digits, a part of his number) is refused.",
            tag=TAG, who=who, handler=partial(_put, house), body=PinPut, status=204,
        ),
        Operation(
            method="DELETE", path="/v1/agents/{id}/pin", name="take_pin_away",
            summary="An agent has no PIN any more; without one it is the same",
            tag=TAG, who=who, handler=partial(_delete, house), status=204,
        ),
    )  # fmt: skip


async def _put(house: House, ask: Ask) -> Reply:
    body: PinPut = ask.body
    await pinning.put(house, _agent(ask), body.pin, by=by(ask))
    return Reply()


async def _delete(house: House, ask: Ask) -> Reply:
    await pinning.take_away(house, _agent(ask), by=by(ask))
    return Reply()


def _agent(ask: Ask) -> AgentId:
    return AgentId(ask.path["id"])
