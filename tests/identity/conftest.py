"""A desk that reads tokens, and the issuer whose keys it asks for."""

from collections.abc import AsyncIterator

import pytest

from tests.identity.issuer import Desk, open_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened
