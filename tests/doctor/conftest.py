"""A bank that runs on a real network, as the stories have it."""

from tests.stories.conftest import bank, empty_sqlite, network, sqlite_bank, sqlite_database

__all__ = ["bank", "empty_sqlite", "network", "sqlite_bank", "sqlite_database"]
