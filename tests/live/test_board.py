"""Boards are read as they were published."""

import json

import pytest
from redis import Redis

from tests.live.boards import queue_board
from vqueue.domain.board import QueueBoard
from vqueue.live.plain import from_json, to_json
from vqueue.live.redis import BOARDS, RedisBoard
from vqueue.ports.live import Board


async def test_a_board_is_read_as_it_was_published(board: Board) -> None:
    await board.publish(queue_board())
    assert await board.read("cards") == queue_board()


async def test_the_latest_board_counts(board: Board) -> None:
    await board.publish(queue_board(ready=3))
    await board.publish(queue_board(ready=4))
    assert await board.read_all() == [queue_board(ready=4)]


async def test_all_boards_are_read_by_name(board: Board) -> None:
    for queue in ("loans", "cards"):
        await board.publish(queue_board(queue))
    assert [one.queue for one in await board.read_all()] == ["cards", "loans"]


async def test_a_queue_without_a_board_has_none(board: Board) -> None:
    assert await board.read("cards") is None
    assert await board.read_all() == []


def test_a_board_is_standard_json() -> None:
    text = to_json(queue_board())
    assert json.loads(text, parse_constant=pytest.fail)["grid"][1][1]["mean_s"] == "inf"
    assert from_json(QueueBoard, text) == queue_board()


def test_a_board_of_another_version_is_read_as_far_as_it_is_known() -> None:
    plain = json.loads(to_json(queue_board()))
    newer = json.dumps(plain | {"weather": "rain"})
    assert from_json(QueueBoard, newer) == queue_board()
    older = {name: plain[name] for name in ("queue", "as_of", "open")}
    assert from_json(QueueBoard, json.dumps(older)).rules_version == 1


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "7", '{"queue": 7, "as_of": "x", "open": 1}', '{"queue": "cards"}']
)
async def test_a_board_that_cannot_be_read_is_none(redis_url: str, text: str) -> None:
    board = RedisBoard(redis_url)
    await board.publish(queue_board("loans"))
    await board.publish(queue_board())
    with Redis.from_url(redis_url) as redis:
        redis.set(f"{BOARDS}cards", text)
    assert await board.read("cards") is None
    assert await board.read_all() == [queue_board("loans")]
    await board.aclose()


async def test_a_board_nobody_publishes_any_more_goes_by_itself(redis_url: str) -> None:
    board = RedisBoard(redis_url)
    await board.publish(queue_board())
    with Redis.from_url(redis_url) as redis:
        assert 0 < redis.ttl(f"{BOARDS}cards") <= 600
        redis.delete(f"{BOARDS}cards")
    assert await board.read_all() == []
    await board.aclose()
