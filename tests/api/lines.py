"""Boards for tests of the API: a line that moves at a known pace, and places in it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.api.conftest import Face
from vqueue.domain.agent import Presence
from vqueue.domain.board import ClassCounts, QueueBoard, Wait
from vqueue.domain.ids import RequestId
from vqueue.domain.request import Mode, Request
from vqueue.domain.rules import Rules

ASK: Mapping[str, Any] = {"queue": "cards", "mode": "callback"}
MINUTES = 60.0


def a_wait(face: Face, minutes: float, **changes: Any) -> Wait:
    """About so many minutes, known to within a few."""
    middle = minutes * MINUTES
    return replace(
        Wait(
            as_of=face.clock.now(), method="closed", mean_s=middle, p5_s=0.75 * middle, p10_s=0.8 * middle,
            p50_s=middle, p90_s=1.2 * middle, p95_s=1.25 * middle,
        ),
        **changes,
    )  # fmt: skip


async def a_line(face: Face, *, ready: int = 8, each: float = 2.0, agents: int = 3, **changes: Any) -> QueueBoard:
    """`ready` places came an hour ago; a place's turn comes `each` minutes for everybody before it, plus ten."""
    minute = int(face.clock.now().timestamp() // 60) - 60
    board = QueueBoard(
        queue="cards",
        as_of=face.clock.now(),
        open=True,
        ready=ready,
        waiting={Mode.CALLBACK: ready},
        agents={Presence.TALKING: agents},
        grid=tuple((rank, a_wait(face, 10 + each * rank)) for rank in (0, 1, 2, 5, 10, 20, 50)),
        classes=(ClassCounts("/en", "standard", 0.0, ((minute, ready),)),),
    )
    board = replace(board, **changes)
    await face.house.board.publish(board)
    return board


async def ruled(face: Face, rules: Rules) -> None:
    """New rules for the queue."""
    await face.house.database.transact(lambda work: work.queues.publish("cards", rules, at=face.clock.now(), by="test"))


async def asked(face: Face, who: dict[str, str], key: str = "k1", **wish: Any) -> Any:
    """The answer to a wish for support."""
    body = {**ASK, **wish}
    return await face.http.post("/v1/support-requests", json=body, headers={**who, "Idempotency-Key": key})


async def kept(face: Face, who: dict[str, str], key: str = "k1", **wish: Any) -> dict[str, Any]:
    """The request that was made."""
    answer = await asked(face, who, key, **wish)
    assert answer.status == 201, await answer.text()
    return dict(await answer.json())


async def stored(face: Face, request: str) -> Request:
    return await face.house.database.read(lambda work: work.requests.get(RequestId(request)))


async def now_is(face: Face, request: str, **changes: Any) -> Request:
    """The request as if something had happened to it."""
    return await face.house.database.transact(
        lambda work: work.requests.replace(replace(work.requests.get(RequestId(request)), **changes))
    )
