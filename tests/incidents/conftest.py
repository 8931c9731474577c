"""The banks and the telephone network of the stories."""

from tests.stories.conftest import bank, database_url, empty_postgres, empty_sqlite, network, sqlite_database

__all__ = ["bank", "database_url", "empty_postgres", "empty_sqlite", "network", "sqlite_database"]
