"""Whoever gets hold of the disk reads no number, no name and no word of a customer."""

from base64 import b64encode
from pathlib import Path

import pytest
from sqlalchemy import Connection, make_url, text

from tests.db.builders import a_conversation, a_customer_leg, a_notice, a_request, an_agent, an_attempt
from tests.db.past_the_stores import connected
from vqueue.clock import SystemChance
from vqueue.db.schema import metadata
from vqueue.db.vault import KeyVault
from vqueue.domain.phone import Phone
from vqueue.ports.database import Database, Work

NUMBER, AGENT = "+447700900123", "+447700900456"
SECRETS = (
    NUMBER,
    NUMBER[1:],
    NUMBER[3:],
    AGENT[3:],
    "Anna Karenina",
    "lost my card in Brighton",
    "sip:avi@bank.example",
)


def fill(work: Work) -> None:
    vault = KeyVault([b64encode(b"k" * 32).decode()], chance=SystemChance())
    anna, context = vault.seal_phone(Phone(NUMBER)), vault.seal("I lost my card in Brighton", hint="1 answer")
    work.agents.insert(an_agent(address=vault.seal_phone(Phone(AGENT)), name="Agent 1"))
    work.agents.insert(an_agent("a2", address=vault.seal("sip:avi@bank.example"), name="Agent 2"))
    work.requests.insert(a_request(phone=anna, name=vault.seal("Anna Karenina"), context=context))
    work.attempts.insert(an_attempt())
    work.legs.insert(a_customer_leg(to=anna, phone_index=anna.index))
    work.conversations.insert(a_conversation(caller=anna, session=context, speech=vault.seal(f"dial {NUMBER}")))
    work.outbox.add(a_notice(body=vault.seal(f"{NUMBER}: Anna Karenina")))


def everything(connection: Connection) -> str:
    tables = metadata.sorted_tables
    return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(text(f"SELECT * FROM {table}")))


async def test_the_tables_hold_no_personal_data_in_the_clear(fresh_url: str, database: Database) -> None:
    await database.transact(fill)
    stored = await connected(fresh_url, everything)
    assert "v1." in stored and "+44…123" in stored
    assert [secret for secret in SECRETS if secret in stored] == []


@pytest.mark.parametrize("fresh_url", ["sqlite"], indirect=True)
async def test_the_file_holds_no_personal_data_in_the_clear(fresh_url: str, database: Database) -> None:
    await database.transact(fill)
    file = Path(str(make_url(fresh_url).database))
    raw = b"".join(part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert b"+44\xe2\x80\xa6123" in raw
    assert [secret for secret in SECRETS if secret.encode() in raw] == []
