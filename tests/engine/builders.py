"""Values for these tests, with a default for every field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.board import QueueBoard, Wait
from vqueue.domain.ids import AgentId, QueueId, RequestId
from vqueue.domain.phone import Sealed
from vqueue.domain.request import Channel, Mode, Request, State
from vqueue.domain.rules import WEEK, CallingWindows, Hours, Rules
from vqueue.engine.plan import Head, Line, Place, Seat, Snapshot

NOON = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)
"""A Wednesday, 13:00 in London."""
ALWAYS = Hours(zone="UTC", week=dict.fromkeys(WEEK, (("00:00", "24:00"),)))
ANY_TIME = CallingWindows(week=dict.fromkeys(WEEK, (("00:00", "24:00"),)))


def rules(**changes: Any) -> Rules:
    return replace(Rules(hours=ALWAYS, calling_windows=ANY_TIME), **changes)


def request(**changes: Any) -> Request:
    values: dict[str, Any] = {
        "id": RequestId("r-1"),
        "queue": QueueId("cards"),
        "mode": Mode.CALLBACK,
        "channel": Channel.IVR,
        "state": State.CONNECTING,
        "virtual_start": NOON - timedelta(minutes=10),
        "created_at": NOON - timedelta(minutes=10),
    }
    return Request(**values | changes)


def place(name: str, *, waited_s: float = 300, **changes: Any) -> Place:
    values: dict[str, Any] = {
        "id": RequestId(name),
        "queue": "cards",
        "bucket": "/en",
        "credit_class": "standard",
        "virtual_start": NOON - timedelta(seconds=waited_s),
        "state": State.WAITING,
        "language": "en",
        "phone_index": f"phone-{name}",
    }
    return Place(**values | changes)


def heads(*places: Place) -> tuple[Head, ...]:
    classes: dict[tuple[str, str, str], list[Place]] = {}
    for each in places:
        classes.setdefault((each.queue, each.bucket, each.credit_class), []).append(each)
    return tuple(
        Head(queue=queue, bucket=bucket, credit_class=credit, places=tuple(members))
        for (queue, bucket, credit), members in classes.items()
    )


def seat(name: str, *, idle_s: float = 60, **changes: Any) -> Seat:
    values: dict[str, Any] = {
        "agent": AgentId(name),
        "skills": {},
        "languages": ("en",),
        "idle_since": NOON - timedelta(seconds=idle_s),
    }
    return Seat(**values | changes)


def line(**changes: Any) -> Line:
    values: dict[str, Any] = {"queue": "cards", "rules": rules()}
    return Line(**values | changes)


def snapshot(*places: Place, seats: tuple[Seat, ...] = (), **changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "lines": (line(),),
        "heads": heads(*places),
        "seats": seats,
        "calls_in_a_second": 10,
    }
    return Snapshot(**values | changes)


def agent(name: str, presence: Presence = Presence.READY, **changes: Any) -> Agent:
    values: dict[str, Any] = {
        "id": AgentId(name),
        "name": name,
        "address_kind": AddressKind.PHONE,
        "address": Sealed("cipher"),
        "skills": {},
        "languages": ("en",),
        "presence": presence,
        "since": NOON,
    }
    return Agent(**values | changes)


def wait(median_s: float, *, spread: float = 2.0, as_of: datetime = NOON, **changes: Any) -> Wait:
    """A wait whose P5 and P95 lie a factor `spread` below and above its median."""
    inner = spread**0.78
    values: dict[str, Any] = {
        "as_of": as_of,
        "method": "closed_form",
        "mean_s": median_s,
        "p5_s": median_s / spread,
        "p10_s": median_s / inner,
        "p50_s": median_s,
        "p90_s": median_s * inner,
        "p95_s": median_s * spread,
    }
    return Wait(**values | changes)


def board(median_s: float, *, spread: float = 2.0, **changes: Any) -> QueueBoard:
    values: dict[str, Any] = {
        "queue": "cards",
        "as_of": NOON,
        "open": True,
        "grid": ((0, wait(median_s, spread=spread)),),
    }
    return QueueBoard(**values | changes)
