"""What came of each promise teaches the windows spoken next: a round of housekeeping, a row a queue."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from vqueue.domain.errors import StaleWrite
from vqueue.domain.promise import Promise
from vqueue.engine.wait.calibrating import Calibration, Quoted
from vqueue.ports.calibrations import Taught
from vqueue.ports.database import Work
from vqueue.services.house import House

AT_ONCE = 500
"""Promises of a queue that one round learns from."""
_NAMES = ("p5", "p10", "p50", "p90", "p95")
_OF_THE_ESTIMATE = frozenset({"rung", "late"})
"""Outcomes that tell of the estimate: others (closed, cancelled, unreached) came about otherwise."""
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def learn(house: House) -> None:
    """Each queue's promises that were settled since the last round. One row is changed in one transaction, guarded:
    whoever comes too late has learned nothing, and nothing is learned twice."""
    for queue in await house.database.read(lambda work: work.queues.all()):
        known, settled = await house.database.read(partial(_look, queue=queue.id))
        if settled:
            await house.database.transact(partial(_store, known=known, taught=_taught(queue.id, known, settled)))


def calibrations(work: Work) -> dict[str, Calibration]:
    """By queue."""
    return {taught.id: Calibration.from_plain(taught.document) for taught in work.calibrations.all()}


def _look(work: Work, queue: str) -> tuple[Taught | None, list[Promise]]:
    known = work.calibrations.find(queue)
    after = (known.upto, known.upto_id) if known is not None else (_BEGINNING, "")
    return known, work.calibrations.settled(queue=queue, after=after, limit=AT_ONCE)


def _taught(queue: str, known: Taught | None, settled: list[Promise]) -> Taught:
    last = settled[-1]
    assert last.settled_at is not None
    return Taught(
        id=queue,
        document=after(Calibration.from_plain(known.document if known is not None else {}), settled).plain(),
        upto=last.settled_at,
        upto_id=last.id,
        version=known.version if known is not None else 1,
    )


def after(calibration: Calibration, settled: Iterable[Promise]) -> Calibration:
    """What it is after these promises, in this order."""
    for promise in settled:
        quoted = quoted_of(promise)
        if quoted is not None and promise.outcome in _OF_THE_ESTIMATE and promise.kept is not None:
            rang, end = promise.first_ring_at, promise.window.end
            calibration = calibration.learned(
                quoted,
                rang_s=None if rang is None else (rang - promise.made_at).total_seconds(),
                passed_s=(end - promise.made_at).total_seconds(),
                kept=promise.kept,
                coverage=promise.coverage,
            )
    return calibration


def quoted_of(promise: Promise) -> Quoted | None:
    """What it rested on; None where that was no estimate (an opening, a booked time) or an uncalibrated one."""
    inputs, raw = promise.inputs, promise.quantiles_s
    if "level" not in inputs or not all(name in raw for name in _NAMES):
        return None
    return Quoted(
        method=promise.method,
        quantiles_s=tuple(float(raw[name]) for name in _NAMES),
        klass=str(inputs.get("class", "")),
        ahead=int(inputs.get("ahead", 0)),
    )


def _store(work: Work, known: Taught | None, taught: Taught) -> None:
    if known is None:
        work.calibrations.insert(taught)
        return
    found = work.calibrations.find(taught.id)
    if found is None or found.version != known.version:
        raise StaleWrite
    work.calibrations.replace(taught)
