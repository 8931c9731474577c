"""The verdict, the concerns and what to do about them, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from vqueue.domain.rules import Switches
from vqueue.domain.speech_args import Arg, Clock, Day, Number, Text
from vqueue.services.verdict import (
    Call,
    Concern,
    Inspect,
    Look,
    Next,
    Retry,
    Severity,
    Turn,
    Verdict,
    Worry,
)
from vqueue.services.views import BoardView, QueueView
from vqueue.web.console.figures import code
from vqueue.web.pages import Say

AGENTS, SERVICE = "/console/agents", "/console/service"
_TIMED = frozenset({Worry.AT_RISK, Worry.BREAKS_SOON, Worry.STAFF_LOSS})
"""Worries whose sentence names a time."""
MOST_NAMED = 3
"""Queues that are named one by one in one sentence."""
ICONS = {Severity.FINE: "fine", Severity.WATCH: "watch", Severity.ACT: "act"}


@dataclass(frozen=True, slots=True)
class Words:
    """Says things about one bank in one language."""

    say: Say
    language: str
    zone: str
    now: datetime

    def clock(self, at: datetime) -> Clock:
        return Clock(at, self.zone)

    def day(self, at: datetime) -> Day:
        zone = ZoneInfo(self.zone)
        return Day(at.astimezone(zone).date(), self.now.astimezone(zone).date())

    def queue(self, view: QueueView) -> str:
        return view.queue.name(self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The one button of a concern: a page to open (`method` get), or a form to send with `fields`."""

    text: str
    href: str
    method: str = "get"
    fields: tuple[tuple[str, str], ...] = ()
    dialog: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoItem:
    """One thing to do, as it stands on the page."""

    icon: str
    title: str
    why: str
    action: Action
    more: str
    """Address of the grounds: the queue's requests."""
    key: str


def verdict(told: Verdict, board: BoardView, words: Words) -> str:
    """One sentence about the worst, and what the other queues do."""
    say, worst = words.say, told.worst
    if worst is None:
        return _all_well(board, words)
    values = {"queue": Text(words.queue(worst.queue))} if worst.queue is not None else {}
    at = {"at": words.clock(worst.at)} if worst.worry in _TIMED and worst.at else {}
    overdue = worst.worry is Worry.BREAKS_SOON and worst.at is not None and worst.at <= board.at
    first = say("console.verdict_breaks_now" if overdue else f"console.verdict_{worst.worry}", **values, **at)
    rest = [say("console.others_alike", count=Number(told.alike - 1))] if told.alike > 1 else []
    fine = [say("console.others_fine", count=Number(told.fine))] if told.fine else []
    return " ".join([first, *rest, *fine])


def _all_well(board: BoardView, words: Words) -> str:
    if not board.queues:
        return words.say("console.verdict_no_queues")
    if not any(view.open for view in board.queues):
        return words.say("console.verdict_closed")
    return words.say("console.verdict_fine" if board.waiting else "console.verdict_empty")


def why(view: QueueView, worst: Concern | None, words: Words) -> str:
    """The few words under a queue's name."""
    if worst is not None:
        return words.say(f"console.why_{worst.worry}", count=Number(worst.count))
    if view.open:
        return words.say("console.why_fine")
    if view.opens_at is None:
        return words.say("console.why_closed_plain")
    return words.say("console.why_closed", day=words.day(view.opens_at), at=words.clock(view.opens_at))


def todo_items(found: Sequence[Concern], words: Words) -> tuple[TodoItem, ...]:
    """One for each; estimates that grow old together have one cause, one act and so one item."""
    stale = [each for each in found if each.worry is Worry.STALE]
    names = _named([words.queue(each.queue) for each in stale if each.queue is not None], words)
    shown = [each for each in found if each.worry is not Worry.STALE or each is stale[0]]
    return tuple(_todo_item(each, words, names if each.worry is Worry.STALE else "") for each in shown)


def _named(queues: Sequence[str], words: Words) -> str:
    """All by name where they are few, otherwise how many."""
    few = len(queues) <= MOST_NAMED
    return ", ".join(queues) if few else words.say("console.so_many_queues", count=Number(len(queues)))


def _todo_item(concern: Concern, words: Words, queues: str) -> TodoItem:
    """`queues`: what all of those are called that it is about, where it is not just one."""
    view = concern.queue
    about = queues or (words.queue(view) if view is not None else "")
    values: dict[str, Arg] = {"queue": Text(about)} if about else {}
    values |= {"at": words.clock(concern.at)} if concern.worry in _TIMED and concern.at else {}
    values |= {"name": Text(code(concern.remedy.request))} if isinstance(concern.remedy, Next) else {}
    return TodoItem(
        icon=ICONS[concern.severity],
        title=words.say(f"console.todo_{concern.worry}", count=Number(concern.count), **values),
        why=grounds(concern, words),
        action=action(concern, words),
        more=_more(concern),
        key=concern.key,
    )


def _more(concern: Concern) -> str:
    """Where the grounds stand."""
    if isinstance(concern.remedy, Next):
        return f"/console/requests/{concern.remedy.request}"
    if concern.worry in (Worry.STAFF_LOSS, Worry.PIN_LOCKED):
        return AGENTS
    if concern.queue is None or concern.worry is Worry.STALE:
        return SERVICE
    return f"/console/requests?queue={concern.queue.queue.id}&state=open"


def grounds(concern: Concern, words: Words) -> str:
    """Why, and what could help."""
    say = words.say
    match concern.worry:
        case Worry.AT_RISK | Worry.NO_AGENTS | Worry.NOBODY_READY:
            return _help_words(concern, words)
        case Worry.BREAKS_SOON:
            key = "todo_why_breaks_soon" if concern.expected else "todo_why_breaks_endless"
            return say(f"console.{key}", **({"at": words.clock(concern.expected)} if concern.expected else {}))
        case Worry.DIALING_OFF | Worry.REGISTERING_OFF:
            return _off_words(concern, words)
        case Worry.STALE:
            return _since("stale", "never", concern, words)
        case Worry.WEBHOOK_FAILING:
            return _since("webhook_off", "webhook_failing", concern, words)
        case Worry.OUTBOX_STUCK | Worry.JOURNAL_UNSEALED:
            return _since(concern.worry, concern.worry, concern, words)
        case Worry.MACHINE_WAVE | Worry.STAFF_LOSS | Worry.LEADER_MISSING | Worry.PIN_LOCKED:
            return say(f"console.todo_why_{concern.worry}")
        case Worry.KEPT_LOW:
            return ""
        case _:
            assert_never(concern.worry)


def _since(known: str, unknown: str, concern: Concern, words: Words) -> str:
    """What is told with a moment where there is one, and what without."""
    count = Number(concern.count)
    if concern.at is None:
        return words.say(f"console.todo_why_{unknown}", count=count)
    return words.say(f"console.todo_why_{known}", count=count, at=words.clock(concern.at))


def _off_words(concern: Concern, words: Words) -> str:
    """Why something is off, and until when."""
    switches = concern.queue.queue.switches if concern.queue is not None else Switches()
    told = words.say(
        f"console.todo_why_{concern.worry}", count=Number(concern.count), words=Text(switches.reason or "–")
    )
    if switches.until is None:
        return told
    return f"{told} {words.say('console.todo_until', at=words.clock(datetime.fromisoformat(switches.until)))}"


def _help_words(concern: Concern, words: Words) -> str:
    """Who or what could take the load off."""
    match concern.remedy:
        case Call(_, name):
            since = concern.queue.away[0].since if concern.queue is not None else words.now
            return words.say("console.todo_why_call", name=Text(name), at=words.clock(since))
        case Turn():
            return words.say("console.todo_why_stop")
        case Look() | Inspect() | Next() | Retry():
            return words.say("console.todo_why_look")
        case _:
            assert_never(concern.remedy)


def action(concern: Concern, words: Words) -> Action:
    """The button, and what it sends."""
    say = words.say
    queue = concern.queue.queue.id if concern.queue is not None else ""
    match concern.remedy:
        case Call(agent, name):
            return Action(
                text=say("console.act_call", name=Text(name)),
                href=f"/console/agents/{agent}/presence",
                method="post",
                fields=(("state", "ready"), ("reason", "called_back")),
            )
        case Turn(switch, on, minutes):
            turn = "on" if on else "off"
            usual = f"&for={minutes}&why={concern.worry}" if minutes else ""
            href = f"/console/queues/{queue}/{switch}?turn={turn}{usual}"
            return Action(text=say(f"console.act_{turn}_{switch}"), href=href, dialog=True)
        case Next(request):
            return Action(text=say("request_act.next"), href=f"/console/requests/{request}/next", dialog=True)
        case Retry(webhook):
            return Action(text=say("console.act_retry"), href=f"/console/webhooks/{webhook}/retry", dialog=True)
        case Inspect(place):
            return Action(text=say(f"console.act_{place}"), href=f"/console/{place}")
        case Look():
            return Action(text=say("console.act_look"), href=f"/console/requests?queue={queue}&state=open")
        case _:
            assert_never(concern.remedy)
