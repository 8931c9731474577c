"""Real databases, a real Redis and a real browser for whoever asks for them; nothing here is skipped in silence."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.chromium import find_chromium, is_required
from tests.servers.postgres import PostgresServer
from tests.servers.redis import RedisServer
from vqueue.db.open import migrate
from vqueue.db.schema import metadata

AGAINST_THE_CLOCK = {("tests", name) for name in ("demo", "incidents", "pages", "replicas", "stories", "typescript")}
"""Services, networks, browsers as processes: on a machine that stands still for a while their patience runs out."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for this process (each xdist worker has its own)."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for this process (each xdist worker has its own)."""
    server = RedisServer()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """`postgresql+asyncpg://…` of a fresh empty database, one for each module."""
    name = postgres_server.create_database()
    yield postgres_server.url_of(name)
    postgres_server.drop_database(name)


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """`redis://…` of an empty Redis."""
    redis_server.empty()
    return redis_server.url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """`sqlite:///…` of a file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'vqueue.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases. SQLite: a new file a test; PostgreSQL: one database a module."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file at the newest schema without rows, migrated once and copied for each test."""
    file = tmp_path_factory.mktemp("empty") / "vqueue.sqlite"
    migrate_now(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def empty_postgres(postgres_server: PostgresServer) -> str:
    """The name of a database at the newest schema without rows, migrated once and copied for each module."""
    name = postgres_server.create_database()
    migrate_now(postgres_server.url_of(name))
    return name


def migrate_now(url: str) -> None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(migrate(url))


@pytest.fixture
def sqlite_database(tmp_path: Path, empty_sqlite: Path) -> str:
    """`sqlite:///…` of a file at the newest schema without rows."""
    return f"sqlite:///{shutil.copy(empty_sqlite, tmp_path / 'vqueue.sqlite')}"


@pytest.fixture(scope="module")
def postgres_copy(postgres_server: PostgresServer, empty_postgres: str) -> Iterator[str]:
    """The name of a database at the newest schema, one for each module."""
    name = postgres_server.create_database(template=empty_postgres)
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer, postgres_copy: str) -> str:
    """`postgresql+asyncpg://…` of a database at the newest schema without rows."""
    postgres_server.empty(postgres_copy, metadata.tables)
    return postgres_server.url_of(postgres_copy)


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest) -> str:
    """The same test on both databases, at the newest schema and without rows."""
    url: str = request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database")
    return url


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; tests that ask for it are marked `browser` by themselves."""
    path = find_chromium()
    if path is None:
        pytest.fail("no Chromium found, and pages must be tested here: apt-get install -y chromium fonts-noto-core")
    return path


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what opens pages; leave it out, and say so at the end, where no browser is and none is required. What plays
    whole processes against the wall clock has a second try, which the summary names."""
    for item in items:
        if item.path.relative_to(config.rootpath).parts[:2] in AGAINST_THE_CLOCK:
            item.add_marker(pytest.mark.flaky(reruns=1))
    pages = [item for item in items if "chromium" in getattr(item, "fixturenames", ())]
    for item in pages:
        item.add_marker("browser")
    if pages and find_chromium() is None and not is_required():
        items[:] = [item for item in items if item not in pages]
        config.hook.pytest_deselected(items=pages)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if find_chromium() is None and not is_required():
        terminalreporter.write_line(
            "Page tests did not run: no Chromium here (apt-get install chromium fonts-noto-core)."
        )
