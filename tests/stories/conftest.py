"""One telephone network for all stories of this process; a fresh bank on a fresh database for each."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stories.bank import Bank, opened
from tests.stories.day import Day
from tests.stories.network import NetworkProcess, PatientNetwork

SPEED, IDLE_SPEED = 20.0, 240.0
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


@pytest.fixture
async def bank(network: PatientNetwork, fresh_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    async with opened(network, fresh_url, tmp_path) as one:
        yield one


@pytest.fixture
async def sqlite_bank(network: PatientNetwork, sqlite_database: str, tmp_path: Path) -> AsyncIterator[Bank]:
    """For stories in which the databases make no difference."""
    async with opened(network, sqlite_database, tmp_path) as one:
        yield one
