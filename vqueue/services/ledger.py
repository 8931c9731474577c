"""The ledger of promises: pages of it, each with what it comes to when it is made once more from what was stored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.promise import Promise
from vqueue.domain.replay import Replay
from vqueue.engine import requoting
from vqueue.ports.database import Work
from vqueue.ports.reports import PromiseFilter


@dataclass(frozen=True, slots=True)
class Entry:
    """A promise and its replay."""

    promise: Promise
    replay: Replay


def page(work: Work, wanted: PromiseFilter, *, limit: int) -> list[Entry]:
    """Newest first."""
    promises = work.ledgers.promises(wanted, limit=limit)
    return entries(promises, work.ledgers.made([str(promise.request) for promise in promises]))


def entries(promises: Sequence[Promise], journal: Iterable[JournalRow]) -> list[Entry]:
    """Each of these promises with its replay; `journal` has the facts of the requests they belong to."""
    made = {str(row.data.get("promise")): row for row in journal if row.fact is Fact.PROMISE_MADE}
    return [Entry(promise, requoting.replayed(promise, made.get(promise.id))) for promise in promises]
