"""Boards for tests: every field has a value, and every field of the text form is met."""

from datetime import UTC, datetime, timedelta
from math import inf

from vqueue.domain.board import ClassCounts, QueueBoard, Wait

AS_OF = datetime(2026, 3, 2, 9, 30, 5, 123_456, tzinfo=UTC)


def wait(*, mean_s: float = 180.5, p95_s: float = 400.0, reasons: tuple[str, ...] = ()) -> Wait:
    return Wait(
        as_of=AS_OF, method="rollforward", mean_s=mean_s, p5_s=60.0, p10_s=80.0, p50_s=170.0, p90_s=330.0, p95_s=p95_s,
        reasons=reasons,
    )  # fmt: skip


def queue_board(queue: str = "cards", *, ready: int = 3) -> QueueBoard:
    return QueueBoard(
        queue=queue,
        as_of=AS_OF,
        open=True,
        closes_at=AS_OF + timedelta(hours=8),
        waiting={"hold": 2, "callback": 5},
        ready=ready,
        agents={"ready": 1, "talking": 4},
        grid=((1, wait()), (2, wait(mean_s=inf, p95_s=inf, reasons=("no_agents", "closing")))),
        classes=(
            ClassCounts("en|cards", "regular", 0.0, ((29_500_000, 2), (29_500_001, 1))),
            ClassCounts("ru", "vip", 90.0, ()),
        ),
        oldest=AS_OF - timedelta(minutes=7),
        longest_s=420.0,
        open_callbacks=5,
        rules_version=12,
        inputs={"agents": 5.0, "handling_s": 181.25},
    )
