"""A bank put into an empty database, and put there again."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.db.builders import NOON, after
from vqueue.clock import SystemChance
from vqueue.db.open import open_database
from vqueue.db.vault import KeyVault
from vqueue.demo import cast
from vqueue.domain.agent import AddressKind
from vqueue.domain.phone import Phone
from vqueue.domain.rules import Rules
from vqueue.identity.passwords import Argon2Passwords
from vqueue.ports.database import Database
from vqueue.services.setting_up import NewStaff, put_staff, set_up

CHANCE = SystemChance()
VAULT = KeyVault(["MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="], chance=CHANCE)


@pytest.fixture
async def database(sqlite_database: str) -> AsyncIterator[Database]:
    opened = open_database(sqlite_database)
    yield opened
    await opened.close()


async def test_queues_agents_and_their_telephones_are_there(database: Database) -> None:
    await set_up(database, VAULT, cast.bank(), at=NOON, chance=CHANCE)
    assert {queue.id for queue in await database.read(lambda work: work.queues.all())} == {
        "cards",
        "payments",
        "general",
    }
    index = VAULT.seal_phone(Phone(cast.VISITOR_AGENT.address)).index
    visitor = await database.read(lambda work: work.agents.by_address(index))
    assert visitor is not None and visitor.address_kind is AddressKind.PHONE
    assert VAULT.open(visitor.address) == cast.VISITOR_AGENT.address
    assert cast.VISITOR_AGENT.address not in repr(visitor)


async def test_setting_up_twice_keeps_what_was_changed_since(database: Database) -> None:
    await set_up(database, VAULT, cast.bank(), at=NOON, chance=CHANCE)
    changed = Rules(skills=("cards",), topics=("lost_card",))
    await database.transact(lambda work: work.queues.publish("cards", changed, at=after(60), by="sam"))
    await set_up(database, VAULT, cast.bank(), at=after(120), chance=CHANCE)
    cards = await database.read(lambda work: work.queues.get("cards"))
    assert (cards.rules.topics, cards.rules_version) == (("lost_card",), 2)
    assert len(await database.read(lambda work: work.agents.all())) == len(cast.bank().agents)


async def test_staff_put_again_get_the_new_password_and_keep_their_id(database: Database) -> None:
    passwords, sam = Argon2Passwords(), NewStaff(login="Sam", name="Sam Reed", role="supervisor", password="first-pass")
    first = await put_staff(database, passwords, sam, at=NOON, chance=CHANCE)
    second = await put_staff(database, passwords, replace(sam, password="other-pass"), at=NOON, chance=CHANCE)
    assert (first.login, first.id) == ("sam", second.id)
    assert passwords.verify(second.password, "other-pass")
    assert not passwords.verify(second.password, "first-pass")
