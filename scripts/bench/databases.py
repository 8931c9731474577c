"""The databases a measurement runs on: a new SQLite file, and a PostgreSQL that really writes to the disk."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers import postgres
from vqueue.db.open import migrate

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextmanager
def durable_databases() -> Iterator[dict[str, str]]:
    """Name → address, each at the newest schema and empty."""
    with tempfile.TemporaryDirectory() as folder:
        postgres.SETTINGS.update(DURABLE)
        server = postgres.PostgresServer()
        name = server.create_database()
        urls = {"SQLite": f"sqlite:///{Path(folder) / 'bench.sqlite'}", "PostgreSQL": server.url_of(name)}
        try:
            for url in urls.values():
                asyncio.run(migrate(url))
            yield urls
        finally:
            server.drop_database(name)
            server.stop()


async def shared_out(times: int, workers: int, deed: Callable[[int], Awaitable[None]]) -> None:
    """Does it `times` times, numbered, by so many workers side by side."""
    numbers = iter(range(times))

    async def worker() -> None:
        for number in numbers:
            await deed(number)

    await asyncio.gather(*(worker() for _ in range(workers)))


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns aligned, numbers to the right."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    return "\n".join(aligned(row, widths) for row in (head, *rows))


def aligned(row: tuple[str, ...], widths: list[int]) -> str:
    first, *others = zip(row, widths, strict=True)
    return "  ".join([first[0].ljust(first[1]), *(text.rjust(width) for text, width in others)])
