"""The API guides say what is true: every command in them does what it says, against a running service."""

import asyncio
import re
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from tests.guide.runner import run, steps
from tests.stories.bank import AGENT, RULES, Bank, opened
from tests.stories.conftest import network
from tests.stories.network import ACCOUNT, AUTH_TOKEN, PATIENCE_S, PatientNetwork
from vqueue.domain.request import Mode
from vqueue.domain.rules import WEEK, Offer
from vqueue.domain.slots import Slots

__all__ = ["network"]
DOCS = Path(__file__).resolve().parents[2] / "docs"
EVERYTHING = replace(
    RULES,
    offer=Offer(threshold_s=0, modes=tuple(Mode)),
    slots=Slots(week=dict.fromkeys(WEEK, (("00:00", "24:00", 5),))),
)


async def last_code(bank: Bank) -> str:
    """The six digits of the newest message that was sent."""
    address = f"{bank.network.url}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    signed_in = {"Authorization": aiohttp.encode_basic_auth(ACCOUNT, AUTH_TOKEN)}
    limit = time.monotonic() + PATIENCE_S
    async with aiohttp.ClientSession(headers=signed_in) as session:
        while time.monotonic() < limit:
            async with session.get(address) as answer:
                for message in (await answer.json())["messages"]:
                    code = re.search(r"(?<!\d)\d{6}(?!\d)", message["body"])
                    if code is not None:
                        return code[0]
            await asyncio.sleep(0.05)
    raise AssertionError("no code was sent")


async def test_the_customers_guide(network: PatientNetwork, sqlite_database: str, tmp_path: Path) -> None:
    async with (
        opened(network, sqlite_database, tmp_path, rules=EVERYTHING) as bank,
        aiohttp.ClientSession() as session,
    ):
        await bank.busy(await bank.agent("omer", AGENT, ready=False))
        token = bank.app_user()["Authorization"].removeprefix("Bearer ")
        known = {"API": bank.api, "TOKEN": token}
        kept = await run(DOCS / "api.md", session, known, finders={"sms": lambda: last_code(bank)})
    assert kept["NUMBER"] == bank.settings.twilio_from


async def test_the_app_builders_guide(network: PatientNetwork, sqlite_database: str, tmp_path: Path) -> None:
    async with (
        opened(network, sqlite_database, tmp_path, rules=EVERYTHING) as bank,
        aiohttp.ClientSession() as session,
    ):
        await bank.busy(await bank.agent("omer", AGENT, ready=False))
        kept = await run(DOCS / "app-builders.md", session, {"API": bank.api}, finders={"sms": lambda: last_code(bank)})
    assert kept["TOPIC_BANK"] == bank.house.line.bank and kept["BANK_CODE"].isdigit()


def test_a_block_that_says_no_expectation_is_noticed(tmp_path: Path) -> None:
    guide = tmp_path / "guide.md"
    guide.write_text('```sh\ncurl "$API/queues"\n```\n')
    with pytest.raises(ValueError, match="does not say what to expect"):
        steps(guide)
