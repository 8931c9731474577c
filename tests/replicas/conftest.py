"""The telephone network of the stories, slower."""

from collections.abc import Iterator

import pytest

from tests.stories.conftest import TUESDAY
from tests.stories.network import NetworkProcess

SPEED = 10.0
"""So that a call in doubt is doubted for several wall seconds: longer than a loaded machine is silent."""


@pytest.fixture(scope="session")
def network_process() -> Iterator[NetworkProcess]:
    network = NetworkProcess.launch(start=TUESDAY, speed=SPEED)
    yield network
    network.stop()
