"""The history of a queue's rules: who put which version in force, when and why, what it changed, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from vqueue.domain.rules import Rules
from vqueue.domain.rules_changes import changes
from vqueue.domain.speech_args import Number, Text
from vqueue.ports.database import Work
from vqueue.services import ruling_view
from vqueue.services.ruling_view import Ground
from vqueue.services.signing_in import Visitor
from vqueue.web.access import SUPERVISORS
from vqueue.web.api.bank.rules_shapes import document_of
from vqueue.web.console.rules.page import Presenter


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a way back was refused, beside its version."""

    version: int
    reason: str
    why: str


async def page(
    presenter: Presenter, request: web.Request, visitor: Visitor, *, wrong: Wrong | None = None, status: int = 200
) -> web.Response:
    """Newest first."""
    queue = request.match_info["queue"]

    def read(work: Work) -> tuple[Ground, list[Rules]]:
        ground = ruling_view.ground(work, queue)
        return ground, [work.queues.rules(queue, each.version) for each in ground.told.history]

    ground, documents = await presenter.house.database.read(read)
    values = presenter.values() | {
        "queue": queue,
        "name": ground.told.queue.name(presenter.speaks(request).language),
        "rows": _rows(presenter, request, ground, documents),
        "may": visitor.role in SUPERVISORS,
        "wrong": wrong,
        "text": Text,
        "compared": _compared(presenter, request, ground, documents),
    }
    return presenter.pages.page(request, "console/rules/history.html", values, visitor=visitor, status=status)


def _compared(presenter: Presenter, request: web.Request, ground: Ground, documents: Sequence[Rules]) -> dict[str, Any]:
    """Two versions side by side; at first the newest and the one before. `changes` is None where nobody asked."""
    kept = {str(how.version): rules for how, rules in zip(ground.told.history, documents, strict=True)}
    versions, asked = list(kept), (request.query.get("old", ""), request.query.get("new", ""))
    told = None
    if asked[0] in kept and asked[1] in kept:
        speaks = presenter.speaks(request)
        old, new = (document_of(kept[each]) for each in asked)
        told = [speaks.change(each) for each in changes(old, new)]
    else:
        asked = (versions[1], versions[0]) if len(versions) > 1 else ("", "")
    return {"versions": versions, "old": asked[0], "new": asked[1], "changes": told}


def _rows(
    presenter: Presenter, request: web.Request, ground: Ground, documents: Sequence[Rules]
) -> list[dict[str, Any]]:
    speaks = presenter.speaks(request)
    written = [document_of(each) for each in documents]
    found = []
    for place, how in enumerate(ground.told.history):
        earlier = written[place + 1] if place + 1 < len(written) else None
        told = changes(earlier, written[place]) if earlier is not None else ()
        found.append(
            {
                "version": how.version,
                "number": Number(how.version),
                "at": presenter.at(request, how.at),
                "by": ground.names.get(how.by or "", how.by or ""),
                "reason": how.reason or "",
                "former": Number(how.former) if how.former is not None else None,
                "changes": [speaks.change(each) for each in told],
                "first": earlier is None,
                "live": how.version == ground.told.queue.rules_version,
            }
        )
    return found
