"""The verdict, the concerns and what to do about them, in words."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from vqueue.domain.speech_args import Clock, Day, Number, Text
from vqueue.services.verdict import Call, Concern, Look, Severity, Turn, Verdict, Worry
from vqueue.services.views import BoardView, QueueView
from vqueue.web.pages import Say

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
    say = words.say
    if told.worst is None:
        return _all_well(board, words)
    queue = Text(words.queue(told.worst.queue))
    at = {"at": words.clock(told.worst.at)} if told.worst.worry is Worry.AT_RISK and told.worst.at else {}
    first = say(f"console.verdict_{told.worst.worry}", queue=queue, **at)
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


def todo_item(concern: Concern, words: Words) -> TodoItem:
    say, view = words.say, concern.queue
    at = {"at": words.clock(concern.at)} if concern.worry is Worry.AT_RISK and concern.at else {}
    title = say(f"console.todo_{concern.worry}", queue=Text(words.queue(view)), count=Number(concern.count), **at)
    return TodoItem(
        icon=ICONS[concern.severity],
        title=title,
        why=_grounds(concern, words),
        action=action(concern, words),
        more=f"/console/requests?queue={view.queue.id}&state=open",
        key=f"{view.queue.id}-{concern.worry}",
    )


def _grounds(concern: Concern, words: Words) -> str:
    say, view = words.say, concern.queue
    reason = Text(view.queue.switches.reason or "–")
    match concern.worry:
        case Worry.AT_RISK | Worry.NO_AGENTS | Worry.NOBODY_READY:
            return _help_words(concern, words)
        case Worry.DIALING_OFF:
            return say("console.todo_why_dialing_off", count=Number(concern.count), words=reason)
        case Worry.REGISTERING_OFF:
            return say("console.todo_why_registering_off", words=reason)
        case Worry.STALE:
            if concern.at is None:
                return say("console.todo_why_never")
            return say("console.todo_why_stale", at=words.clock(concern.at))
        case Worry.KEPT_LOW:
            return ""
        case _:
            assert_never(concern.worry)


def _help_words(concern: Concern, words: Words) -> str:
    """Who or what could take the load off."""
    match concern.remedy:
        case Call(_, name):
            since = concern.queue.away[0].since
            return words.say("console.todo_why_call", name=Text(name), at=words.clock(since))
        case Turn():
            return words.say("console.todo_why_stop")
        case Look():
            return words.say("console.todo_why_look")
        case _:
            assert_never(concern.remedy)


def action(concern: Concern, words: Words) -> Action:
    """The button, and what it sends."""
    queue = concern.queue.queue.id
    match concern.remedy:
        case Call(agent, name):
            return Action(
                text=words.say("console.act_call", name=Text(name)),
                href=f"/console/agents/{agent}/presence",
                method="post",
                fields=(("state", "ready"), ("reason", "called_back")),
            )
        case Turn(switch, on):
            turn = "on" if on else "off"
            return Action(
                text=words.say(f"console.act_{turn}_{switch}"),
                href=f"/console/queues/{queue}/{switch}?turn={turn}",
                dialog=True,
            )
        case Look():
            return Action(text=words.say("console.act_look"), href=f"/console/requests?queue={queue}&state=open")
        case _:
            assert_never(concern.remedy)
