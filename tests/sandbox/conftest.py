"""Worlds for the tests of the telephone network."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.bank import Bank, World, begin


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made, end = await begin(Bank())
    yield made
    await end()
