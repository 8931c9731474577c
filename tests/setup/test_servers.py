"""The servers that other tests rely on are real, fresh and gone afterwards."""

import os
import select
import subprocess
import sys

import asyncpg
import pytest
from redis import Redis as BlockingRedis
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoRedis
from sqlalchemy import create_engine, text

from tests.servers.postgres import PostgresServer

STARTER = """
import os
from tests.servers.redis import RedisServer
server = RedisServer()
print(server._process._process.pid, server.url, flush=True)
os._exit(9)
"""


async def test_a_module_gets_an_empty_postgresql_database(postgres_url: str) -> None:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await connection.execute("CREATE TABLE left_behind (id int)")
    await connection.close()
    assert tables == 0


def test_two_databases_of_one_server_share_nothing(postgres_server: PostgresServer) -> None:
    names = {postgres_server.create_database(), postgres_server.create_database()}
    for name in names:
        postgres_server.drop_database(name)
    assert len(names) == 2


async def test_redis_is_empty_at_the_start_of_a_test(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        assert await client.dbsize() == 0
        await client.set("left", "behind")


async def test_redis_is_empty_again_for_the_next_test(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        assert await client.dbsize() == 0


def test_a_sqlite_url_names_a_file_that_can_be_made(sqlite_url: str) -> None:
    engine = create_engine(sqlite_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def test_each_test_can_run_on_both_databases(database_url: str) -> None:
    assert database_url.startswith(("sqlite:///", "postgresql+asyncpg://"))


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waiting for another's process needs Linux")
def test_a_server_ends_when_its_starter_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VQUEUE_TEST_REDIS_URL", raising=False)
    killed = subprocess.run([sys.executable, "-c", STARTER], capture_output=True, text=True)
    assert killed.returncode == 9, killed.stderr
    pid, url = killed.stdout.split()
    wait_for_end_of(int(pid))
    with pytest.raises(NoRedis):
        BlockingRedis.from_url(url).ping()


def wait_for_end_of(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended, _, _ = select.select([handle], [], [], 30)
    os.close(handle)
    assert ended
