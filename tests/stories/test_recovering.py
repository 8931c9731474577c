"""Stories of a service that was down: who called meanwhile, and who was waiting, loses nothing."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp

from tests.stories.bank import AGENT, CUSTOMER, OTHER, THIRD, opened
from tests.stories.callers import another_is_served, on_the_team, over, rings_in, takes_a_callback
from tests.stories.network import Network, PatientNetwork
from vqueue.domain.journal import Fact
from vqueue.domain.request import Mode, State
from vqueue.services import recovering


async def test_calls_nobody_answered_become_messages_with_their_place(
    network: PatientNetwork, fresh_url: str, tmp_path: Path
) -> None:
    async with opened(network, fresh_url, tmp_path) as bank:
        await bank.agent("omer", AGENT)
        await another_is_served(bank)
    started = bank.house.clock.now()
    async with aiohttp.ClientSession() as session:
        down = replace(bank, network=Network(network, session))
        withheld, agent = await rings_in(down, THIRD, withheld=True), await rings_in(down, AGENT)
        for call in (await rings_in(down), await rings_in(down), withheld, agent):
            await over(down, call)
    async with opened(network, fresh_url, tmp_path, again=True) as bank:
        found = await bank.until(lambda found: len(found) == 2, what="the missed call is a request")
        assert (found[0].state, found[0].mode, found[0].parked) == (State.WAITING, Mode.MESSAGE, "message")
        assert found[0].phone is not None and found[0].phone.index == bank.house.vault.index(CUSTOMER)
        assert abs(found[0].virtual_start - started) < timedelta(seconds=60)
        await recovering.recover(bank.house)
        assert len(await bank.requests()) == 2
        rows = await bank.read(lambda work: work.journal.of_request(found[0].id))
        assert [row.fact for row in rows].count(Fact.CALL_RECOVERED) == 1


async def test_a_restart_keeps_every_place_and_goes_on_dialling(
    network: PatientNetwork, fresh_url: str, tmp_path: Path
) -> None:
    async with opened(network, fresh_url, tmp_path) as bank:
        omer = await on_the_team(bank)
        first = await takes_a_callback(bank)
        second = await takes_a_callback(bank, OTHER)
        before = {one.id: (one.virtual_start, one.state, one.promise) for one in await bank.requests()}
    async with opened(network, fresh_url, tmp_path, again=True) as bank:
        assert before == {one.id: (one.virtual_start, one.state, one.promise) for one in await bank.requests()}
        await bank.ready(omer)
        await bank.until(lambda found: all(one.state is State.SERVED for one in found), what="both are served")
        rings = [entry["to"] for entry in await bank.network.ledger() if entry["event"] == "ring"]
        assert [number for number in rings if number in (CUSTOMER, OTHER)] == [CUSTOMER, OTHER]
        assert first.virtual_start < second.virtual_start
