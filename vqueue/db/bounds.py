"""A ceiling over statements that people ask for: so long, so many rows, and no more."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, text

from vqueue.db.store import Store
from vqueue.domain.errors import Invalid

STATEMENT_S = 20
"""PostgreSQL ends a statement after so long."""
ROWS = 200_000
_STEPS, _CALLS = 100_000, 20_000
"""SQLite ends one after so many calls of so many steps of its machine: some twenty seconds."""


class BoundedStore(Store):
    """A store whose reads end by themselves. A statement that is ended is told as Unavailable."""

    def bounded(self, query: Select[Any], *, rows: int = ROWS) -> Sequence[Any]:
        """The rows. Raises Invalid when there are more than `rows`."""
        found = self.timed(query.limit(rows + 1))
        if len(found) > rows:
            raise Invalid("That is too much at once: ask for a shorter time.", errors=(("/from", "too_much"),))
        return found

    def timed(self, query: Select[Any]) -> Sequence[Any]:
        """The rows, however many the query itself allows."""
        return self._on_postgres(query) if self.on_postgres else self._on_sqlite(query)

    def _on_postgres(self, query: Select[Any]) -> Sequence[Any]:
        self.connection.execute(text(f"SET LOCAL statement_timeout = '{STATEMENT_S}s'"))
        found = self.connection.execute(query).all()
        self.connection.execute(text("SET LOCAL statement_timeout = DEFAULT"))
        return found

    def _on_sqlite(self, query: Select[Any]) -> Sequence[Any]:
        driver: Any = self.connection.connection.driver_connection
        calls = iter(range(_CALLS))
        driver.set_progress_handler(lambda: 0 if next(calls, None) is not None else 1, _STEPS)
        try:
            return self.connection.execute(query).all()
        finally:
            driver.set_progress_handler(None, 0)
