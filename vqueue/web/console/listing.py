"""The list of requests as it stands on its page, with what of it cannot wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from vqueue.domain.promise import Promise
from vqueue.domain.request import OPEN, Request
from vqueue.domain.speech_args import Number, Text
from vqueue.services.views import Listed, RequestList
from vqueue.web.console.figures import code, length, minute
from vqueue.web.console.moments import dated, dated_edges, place_of
from vqueue.web.console.requests import STATE_ICONS, kept, masked, state_tone
from vqueue.web.console.sentences import Words

SOON = timedelta(minutes=15)
"""So near its end a promise deserves a look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """One line of the list."""

    id: str
    code: str
    queue: str
    mode: str
    state: str
    icon: str
    tone: str
    since: str
    waited: str
    promised: tuple[str, str] | None
    kept: str
    due: str
    """Empty, "soon" or "late": how near the end of an open promise is."""
    phone: str
    rings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """The list under a filter."""

    rows: tuple[RequestRow, ...]
    counted: str
    due: tuple[tuple[str, str], ...]
    """(soon or late, in words): what of the list cannot wait."""
    queues: tuple[tuple[str, str], ...]
    agents: tuple[tuple[str, str], ...]
    alike: str
    """Whose number all of them have, in words; empty where that was not asked for."""
    older: str
    """Where the list goes on; empty at its end."""
    clock: str


def present_list(view: RequestList, words: Words) -> ListPage:
    names = {queue.id: queue.name(words.language) for queue in view.queues}
    counted = "console.requests_counted" if view.complete else "console.requests_newest"
    rows = tuple(_row(listed, names, words) for listed in view.rows)
    near = {each: sum(row.due == each for row in rows) for each in ("late", "soon")}
    return ListPage(
        rows=rows,
        counted=words.say(counted, count=Number(len(view.rows))),
        due=tuple(
            (each, words.say(f"console.due_{each}", count=Number(count))) for each, count in near.items() if count
        ),
        queues=_by_name(names),
        agents=_by_name(view.agents),
        alike=_alike(view.alike, words) if view.alike is not None else "",
        older="" if view.complete else place_of(view.rows[-1].request.created_at, view.rows[-1].request.id),
        clock=minute(view.at, words.zone),
    )


def _alike(request: Request, words: Words) -> str:
    if request.phone is None or not request.phone.index:
        return words.say("find_number.forgotten", name=Text(code(request.id)))
    return words.say("find_number.alike", name=Text(code(request.id)), words=Text(masked(request.phone)))


def _by_name(names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(names.items(), key=lambda item: item[1]))


def _row(listed: Listed, names: dict[str, str], words: Words) -> RequestRow:
    request, promise = listed.request, listed.promise
    end = request.closed_at or words.now
    return RequestRow(
        id=request.id,
        code=code(request.id),
        queue=names.get(request.queue, request.queue),
        mode=words.say(f"mode.{request.mode}"),
        state=words.say(f"state.{request.state}"),
        icon=STATE_ICONS[request.state],
        tone=state_tone(request),
        since=dated(request.virtual_start, words),
        waited=length(end - request.virtual_start),
        promised=dated_edges(promise.window, words) if promise else None,
        kept=kept(promise, words),
        due=_due(request, promise, words.now),
        phone=masked(request.phone),
        rings=words.say("console.number", count=Number(request.rings)),
    )


def _due(request: Request, promise: Promise | None, now: datetime) -> str:
    """Of a promise that the customer's telephone has not settled yet."""
    if promise is None or promise.kept is not None or request.state not in OPEN:
        return ""
    left = promise.window.end - now
    return "late" if left < timedelta(0) else "soon" if left <= SOON else ""
