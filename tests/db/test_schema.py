"""The migrations lead to exactly the tables the program expects, and back."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, inspect, text

from tests.db.past_the_stores import connected, told
from tests.servers.postgres import PostgresServer
from vqueue.db.open import check, current, downgrade, migrate
from vqueue.db.schema import metadata

POSTGRES_CATALOGUE = """
SELECT 'index', tablename || ' ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'column', concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name)
    FROM information_schema.columns WHERE table_schema = 'public'
"""
SQLITE_CATALOGUE = "SELECT type, tbl_name || ' ' || sql FROM sqlite_master WHERE sql IS NOT NULL"


def catalogue(connection: Connection) -> set[tuple[str, str]]:
    """Everything in the database as the database itself writes it, Alembic's own table left out."""
    words = SQLITE_CATALOGUE if connection.dialect.name == "sqlite" else POSTGRES_CATALOGUE
    rows = [(kind, parts(said)) for kind, said in connection.execute(text(words))]
    return {row for row in rows if "alembic_version" not in row[1]}


def parts(said: str) -> str:
    """The parts of a definition in one order: which constraint stands first in a table is no difference, nor that
    SQLite writes a column that came later into the line of the one before it."""
    apart = re.sub(r", (?=\w+ (?:TEXT|INTEGER|BIGINT|FLOAT|JSON|BLOB)\b)", ",\n", said.replace('"', ""))
    return "\n".join(sorted(line.strip().rstrip(",") for line in apart.splitlines()))


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database_url: str) -> Iterator[str]:
    """A database of its own for each test: migrations are about an empty one."""
    if database_url.startswith("sqlite"):
        yield database_url
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    yield server.url_of(name)
    server.drop_database(name)


async def test_the_head_is_what_the_program_expects(empty_url: str) -> None:
    await migrate(empty_url)
    assert await check(empty_url) == []
    migrated = await connected(empty_url, catalogue)
    await connected(empty_url, metadata.drop_all)
    await connected(empty_url, metadata.create_all)
    assert migrated == await connected(empty_url, catalogue)
    assert len(migrated) > 40


async def test_a_database_knows_its_revision(empty_url: str) -> None:
    assert await current(empty_url) is None
    await migrate(empty_url)
    assert await current(empty_url) == "0005"
    await migrate(empty_url)
    assert await current(empty_url) == "0005"


async def test_a_downgrade_leaves_nothing(empty_url: str) -> None:
    await migrate(empty_url)
    await downgrade(empty_url, "base")
    assert await current(empty_url) is None
    left = await connected(empty_url, lambda connection: inspect(connection).get_table_names())
    assert left == ["alembic_version"]
    await migrate(empty_url)
    assert await check(empty_url) == []


async def test_a_difference_is_told(empty_url: str) -> None:
    await migrate(empty_url)
    await told(empty_url, "ALTER TABLE counters ADD COLUMN extra INTEGER")
    assert [("extra" in difference) for difference in await check(empty_url)] == [True]


async def test_everybody_who_starts_may_migrate_at_once(empty_url: str) -> None:
    await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
    assert await check(empty_url) == []
