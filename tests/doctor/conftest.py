"""A bank that runs on a real network, as the stories have it."""

from tests.stories.conftest import bank, network, sqlite_bank

__all__ = ["bank", "network", "sqlite_bank"]
