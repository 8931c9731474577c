"""Scenes that many stories share: a kept place without the dialogue before it, and who was rung how often."""

from functools import partial
from typing import Any

import aiohttp

from tests.stories.bank import CUSTOMER, Bank
from tests.stories.network import ACCOUNT, AUTH_TOKEN
from vqueue.domain.agent import Agent
from vqueue.domain.attempt import Attempt
from vqueue.domain.ids import AgentId, PromiseId, QueueId, RequestId
from vqueue.domain.journal import Fact
from vqueue.domain.leg import Leg, Role
from vqueue.domain.phone import Phone
from vqueue.domain.request import Channel, Mode, Request
from vqueue.domain.rules import Rules
from vqueue.ports.database import Work
from vqueue.services import requesting
from vqueue.services.clerk import Clerk

SCREEN = {"heard": "To be connected to an agent now press 1", "press": "1"}
ACCEPTS = {"heard": "Press 1 to accept", "press": "1"}


def wish(bank: Bank, number: str = CUSTOMER, **changes: Any) -> requesting.Wish:
    """What somebody with this number asks for: to be called back by the cards queue."""
    now = bank.house.clock.now()
    values: dict[str, Any] = {
        "id": RequestId(bank.house.chance.id("rq")),
        "promise_id": PromiseId(bank.house.chance.id("pr")),
        "queue": QueueId("cards"),
        "mode": Mode.CALLBACK,
        "channel": Channel.IVR,
        "language": "en",
        "skills": (),
        "bucket": "/en",
        "credit_class": "standard",
        "virtual_start": now,
        "rules_version": 1,
        "phone": bank.house.vault.seal_phone(Phone(number)),
        "zone": "Europe/London",
        "country": "GB",
    }
    return requesting.Wish(**values | changes)


async def keeps_a_place(bank: Bank, number: str = CUSTOMER, **program: Any) -> Request:
    """A customer whose callback is kept; by default he answers soon, presses 1 and talks a while."""
    answers: dict[str, Any] = {"answers": {"after_s": 2}, "keys": [SCREEN], "talk_s": 10}
    await bank.network.person(number, **{**answers, **program})
    asked = partial(requesting.request_callback, wish=wish(bank, number), quote=None)
    request: Request = await bank.house.act(asked)
    return request


async def stands(bank: Bank, request: Request) -> Request:
    return await bank.read(lambda work: work.requests.get(request.id))


async def attempts(bank: Bank, request: Request) -> list[Attempt]:
    """Oldest first."""
    return await bank.read(lambda work: work.attempts.of_request(request.id))


async def legs(bank: Bank, request: Request, role: Role) -> list[Leg]:
    def found(work: Work) -> list[Leg]:
        tries = work.attempts.of_request(request.id)
        return [leg for one in tries for leg in work.legs.of_attempt(one.id) if leg.role is role]

    return await bank.read(found)


async def agent(bank: Bank, who: AgentId) -> Agent:
    return await bank.read(lambda work: work.agents.get(who))


async def presences(bank: Bank, who: AgentId) -> list[str]:
    """What the agent has been, in order."""
    rows = await bank.read(lambda work: work.journal.recent(facts=(Fact.AGENT_MOVED,), limit=200))
    return [str(row.data["now"]) for row in reversed(rows) if row.agent == who]


async def rung(bank: Bank, number: str) -> int:
    return len(await bank.network.rings(number))


async def nobody_rung_twice(bank: Bank, request: Request, *numbers: str) -> None:
    """No attempt rang a phone more than once: rings of the numbers against the legs that were meant to ring them."""
    customer = await legs(bank, request, Role.CUSTOMER)
    assert await rung(bank, numbers[0]) <= len(customer)
    tries = await attempts(bank, request)
    assert sum([await rung(bank, number) for number in numbers[1:]]) <= len(tries)


async def hangs_up(bank: Bank, call_sid: str) -> None:
    """The line of this call goes down, by the network's own REST."""
    url = f"{bank.network.url}/2010-04-01/Accounts/{ACCOUNT}/Calls/{call_sid}.json"
    signed_in = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, AUTH_TOKEN)}
    async with (
        aiohttp.ClientSession(headers=signed_in) as session,
        session.post(url, data={"Status": "completed"}) as told,
    ):
        assert told.status == 200, await told.text()


async def faults(bank: Bank, *wanted: dict[str, Any]) -> None:
    await bank.network.put("/sandbox/faults", {"faults": list(wanted)})


async def new_rules(bank: Bank, rules: Rules) -> None:
    await bank.house.act(partial(_published, rules=rules))


def _published(clerk: Clerk, rules: Rules) -> None:
    clerk.work.queues.publish("cards", rules, at=clerk.at, by="story")
