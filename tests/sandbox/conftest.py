"""Worlds for the tests of the telephone network."""

from collections.abc import AsyncIterator

import pytest

from tests.sandbox.bank import Bank, World, begin


@pytest.fixture
async def world(caplog: pytest.LogCaptureFixture) -> AsyncIterator[World]:
    """A network and a bank; nothing in it may have failed in silence."""
    made, end = await begin(Bank())
    yield made
    await end()
    assert [record.exc_text or record.getMessage() for record in caplog.records if record.name == "sandbox"] == []
