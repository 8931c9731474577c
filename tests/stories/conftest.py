"""One telephone network for all stories of this process; a fresh bank on a fresh database for each."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.servers.postgres import PostgresServer
from tests.stories.bank import Bank, opened
from tests.stories.day import Day
from tests.stories.network import NetworkProcess, PatientNetwork
from vqueue.db.open import migrate

SPEED, IDLE_SPEED = 20.0, 60.0
"""Business seconds in a wall second: where the network is a process, and where time waits for whoever is at work."""
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""Inside everybody's hours."""


@pytest.fixture(scope="session")
def network_process() -> Iterator[NetworkProcess]:
    network = NetworkProcess.launch(start=TUESDAY, speed=SPEED)
    yield network
    network.stop()


@pytest.fixture(scope="session")
def network() -> Iterator[PatientNetwork]:
    """The network beside the service, on one patient day."""
    one = PatientNetwork(Day(start=TUESDAY, speed=IDLE_SPEED))
    one.start()
    yield one
    one.stop()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that each story copies."""
    file = tmp_path_factory.mktemp("empty") / "vqueue.sqlite"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: PostgresServer) -> str:
    """The name of a migrated database that each story copies."""
    name = postgres_server.create_database()
    asyncio.run(migrate(postgres_server.url_of(name)))
    return name


@pytest.fixture
def sqlite_database(tmp_path: Path, empty_sqlite: Path) -> str:
    """A copy of the empty bank as a file."""
    copy = tmp_path / "vqueue.sqlite"
    shutil.copy(empty_sqlite, copy)
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A copy of the empty bank, on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(template=request.getfixturevalue("empty_postgres"))
    yield server.url_of(name)
    server.drop_database(name)


@pytest.fixture
async def bank(network: PatientNetwork, database_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    async with opened(network, database_url, tmp_path) as one:
        yield one


@pytest.fixture
async def sqlite_bank(network: PatientNetwork, sqlite_database: str, tmp_path: Path) -> AsyncIterator[Bank]:
    """For stories in which the databases make no difference."""
    async with opened(network, sqlite_database, tmp_path) as one:
        yield one
