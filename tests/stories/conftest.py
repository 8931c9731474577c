"""One telephone network for all stories of this process; a fresh bank for each."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.stories.bank import Bank, opened
from tests.stories.network import NetworkProcess

SPEED = 20.0
TUESDAY = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""Inside everybody's hours."""


@pytest.fixture(scope="session")
def network_process() -> Iterator[NetworkProcess]:
    network = NetworkProcess.launch(start=TUESDAY, speed=SPEED)
    yield network
    network.stop()


@pytest.fixture
async def bank(network_process: NetworkProcess, database_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    async with opened(network_process, database_url, tmp_path) as one:
        yield one
