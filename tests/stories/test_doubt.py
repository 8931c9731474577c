"""Stories of calls nobody is sure of: refused, limited, broken off, begun by a process that died, led by two."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.stories.bank import AGENT, CUSTOMER, OTHER, SECOND_AGENT, Bank, opened
from tests.stories.network import PatientNetwork, said
from tests.stories.scenes import ACCEPTS, attempts, faults, keeps_a_place, nobody_rung_twice, rung, wish
from vqueue.db.open import open_database
from vqueue.domain.agent import Presence
from vqueue.domain.attempt import Shape
from vqueue.domain.causes import Cause
from vqueue.domain.errors import NotLeader
from vqueue.domain.ids import AgentId, AttemptId, Token
from vqueue.domain.request import Request, State
from vqueue.engine.plan import Reserve
from vqueue.ports.telephony import Order, Placing, Telephony
from vqueue.services import dialing, dispatching, presence, requesting
from vqueue.services.clerk import Clerk
from vqueue.services.dispatching import Lease
from vqueue.services.leading import SHARD, TTL_S

EAGER: dict[str, Any] = {"answers": {"after_s": 1}, "keys": [ACCEPTS], "talk_s": 10}


@pytest.mark.parametrize(
    ("do", "rings"),
    [("error_500_before", 0), ("reset_before", 0), ("error_500_after", 1), ("reset_after", 1)],
)
async def test_an_agents_call_in_doubt_is_given_up_and_never_placed_again(bank: Bank, do: str, rings: int) -> None:
    await faults(bank, {"on": "create_call", "do": do, "number": AGENT, "count": 1})
    omer = await bank.agent("omer", AGENT, **EAGER)
    request = await keeps_a_place(bank)
    await bank.until_agent(omer, lambda one: one.presence is Presence.WRAPPING, what="omer's phone is unsure")
    await bank.agent("dana", SECOND_AGENT, **EAGER)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served by dana")
    if rings:
        await bank.network.until(lambda ledger: said(ledger, "no longer needed"), what="omer hears that it is over")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.AGENT_DOUBT, Cause.TALKED]
    assert (await rung(bank, AGENT), await rung(bank, SECOND_AGENT), await rung(bank, CUSTOMER)) == (rings, 1, 1)


async def test_a_call_the_provider_had_no_room_for_is_placed_once_later(bank: Bank) -> None:
    await faults(bank, {"on": "create_call", "do": "429", "number": AGENT, "count": 1, "retry_after": 1})
    await bank.agent("omer", AGENT, **EAGER)
    request = await keeps_a_place(bank)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.TALKED]
    assert await rung(bank, AGENT) == 1


@pytest.mark.parametrize("code", [21211, 21215, 21220])
async def test_an_agents_number_the_provider_refuses_is_set_away_after_one_try(bank: Bank, code: int) -> None:
    omer = await bank.agent("omer", AGENT, answers={"error": code})
    request = await keeps_a_place(bank)
    await bank.until_agent(omer, lambda one: one.presence is Presence.AWAY, what="omer is away")
    await bank.agent("dana", SECOND_AGENT, **EAGER)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served by dana")
    assert len(await attempts(bank, request)) == 2
    await nobody_rung_twice(bank, request, CUSTOMER, AGENT, SECOND_AGENT)


class Died(Exception):
    """The process ends here."""


@dataclass
class Dying:
    """The real telephone provider as a process sees it that dies before or after its post."""

    telephony: Telephony
    after: bool

    async def place(self, order: Order) -> Placing:
        if self.after:
            await self.telephony.place(order)
        raise Died


def _intend(clerk: Clerk, *, asked: requesting.Wish, who: AgentId, ids: tuple[AttemptId, Token, Token]) -> Request:
    """Everything up to the stored intent in one transaction, so that no other dispatcher is quicker."""
    request = requesting.request_callback(clerk, asked, None)
    presence.asked(clerk, who, Presence.READY, reason="story")
    action = Reserve(request=request.id, agent=who, queue="cards", shape=Shape.AGENT_FIRST, reasons=("story",))
    assert dispatching.reserve(clerk, action=action, attempt_id=ids[0], tokens=ids[1:], code="123456")
    return request


async def intended(bank: Bank) -> tuple[Request, Token]:
    """A process stored its intent to call omer for the customer, and did nothing more."""
    omer = await bank.agent("omer", AGENT, ready=False, **EAGER)
    await bank.network.person(CUSTOMER, answers={"after_s": 1}, keys=[{"heard": "press 1", "press": "1"}], talk_s=5)
    chance = bank.house.chance
    ids = AttemptId(chance.id("at")), Token(chance.token()), Token(chance.token())
    request: Request = await bank.house.act(partial(_intend, asked=wish(bank), who=omer, ids=ids))
    return request, ids[1]


async def test_an_intent_whose_process_died_is_carried_out_once(bank: Bank) -> None:
    request, _ = await intended(bank)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.TALKED]
    assert (await rung(bank, AGENT), await rung(bank, CUSTOMER)) == (1, 1)


async def test_a_call_placed_by_a_process_that_died_goes_on_by_its_own_news(bank: Bank) -> None:
    request, token = await intended(bank)
    dying = replace(bank.house, telephony=Dying(bank.house.telephony, after=True))
    with pytest.raises(Died):
        await dialing.place(dying, token)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.TALKED]
    assert (await rung(bank, AGENT), await rung(bank, CUSTOMER)) == (1, 1)


async def test_a_call_claimed_by_a_process_that_died_before_its_post_never_was(bank: Bank) -> None:
    request, token = await intended(bank)
    dying = replace(bank.house, telephony=Dying(bank.house.telephony, after=False))
    with pytest.raises(Died):
        await dialing.place(dying, token)
    await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    assert [one.outcome for one in await attempts(bank, request)] == [Cause.LOST, Cause.TALKED]
    assert (await rung(bank, AGENT), await rung(bank, CUSTOMER)) == (1, 1)


async def test_a_leader_who_froze_writes_nothing_any_more_and_nothing_is_doubled(
    network: PatientNetwork,
    postgres_database: str,
    redis_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two processes on one database and one Redis: the leader freezes, the other takes over, the first awakes."""
    monkeypatch.setenv("VQUEUE_REDIS_URL", redis_url)
    frozen = await leads(postgres_database)
    async with opened(network, postgres_database, tmp_path) as bank:
        await bank.agent("omer", AGENT, **EAGER)
        first = await keeps_a_place(bank)
        told = await awakes(bank, frozen, until=first)
        second = await keeps_a_place(bank, OTHER)
        told += await awakes(bank, frozen, until=second)
        epoch = await bank.house.database.transact(lambda work: work.leases.acquire(shard=SHARD, holder="x", ttl_s=3))
        assert epoch is None, "the service that took over leads"
        assert (await rung(bank, AGENT), await rung(bank, CUSTOMER), await rung(bank, OTHER)) == (2, 1, 1)
        assert set(told) <= {0}


async def leads(url: str) -> Lease:
    """A process takes the lease and is not heard of again."""
    database = open_database(url)
    epoch = await database.transact(lambda work: work.leases.acquire(shard=SHARD, holder="frozen", ttl_s=TTL_S))
    await database.close()
    assert epoch is not None
    return Lease(SHARD, epoch)


async def awakes(bank: Bank, frozen: Lease, *, until: Request) -> list[int]:
    """The frozen leader ticks each second while the story goes on; how much it reserved after its time."""
    told: list[int] = []
    await bank.until(
        lambda found: any(one.id == until.id and one.state is not State.WAITING for one in found), what="x"
    )
    while (await bank.read(lambda work: work.requests.get(until.id))).state is not State.SERVED:
        try:
            told.append(await dispatching.tick(bank.house, frozen))
        except NotLeader:
            told.append(0)
        await bank.network.pause()
    return told
