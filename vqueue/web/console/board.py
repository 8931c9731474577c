"""The board as it stands on the page: every figure already written, every bar already measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import isinf

from vqueue.domain.agent import Agent, Presence
from vqueue.domain.speech_args import Number, Text
from vqueue.services.switching import Switch, is_on
from vqueue.services.verdict import Severity, Worry, concerns, in_order, todo, verdict
from vqueue.services.views import BoardView, QueueView, Waiting
from vqueue.web.console import ahead, sentences
from vqueue.web.console.ahead import Soon
from vqueue.web.console.bars import Axis, Bar, PromiseBar, axis, promise_bar, split
from vqueue.web.console.events import Event, Names, told
from vqueue.web.console.figures import edges, hits, length, minute, percent
from vqueue.web.console.sentences import ICONS, TodoItem, Words
from vqueue.web.console.sparks import PastRow, Sparks, sparks, table
from vqueue.web.pages import Look, Say

A_DAY = timedelta(days=1)
"""How long an agent has been what he is, is told for less than a day."""
CLASSES = {Severity.FINE: "is-ok", Severity.WATCH: "is-watch", Severity.ACT: "is-act"}
TONES = {Severity.FINE: "", Severity.WATCH: "c-watch", Severity.ACT: "c-act"}
_LACK = frozenset({Worry.AT_RISK, Worry.NO_AGENTS, Worry.NOBODY_READY})
BUSY = (Presence.RESERVED, Presence.TALKING, Presence.WRAPPING)
SPLIT = (Presence.TALKING, Presence.WRAPPING, Presence.RESERVED, Presence.READY, Presence.AWAY)
"""The order of the agents' split bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One of the five figures: a value and what it counts."""

    value: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCell:
    """The window now, or why there is none."""

    start: str = ""
    end: str = ""
    note: str = ""
    bar: PromiseBar | None = None
    late: bool = False

    @property
    def known(self) -> bool:
        return bool(self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One row of the table. `tone` colours what needs somebody."""

    id: str
    name: str
    css: str
    icon: str
    tone: str
    why: str
    waiting: str
    waiting_words: str
    sparks: Sparks | None
    window: WindowCell
    longest: str
    ready: str
    ready_tone: str
    busy: str
    agents_words: str
    agents_bars: tuple[Bar, ...]
    kept: str
    kept_low: bool
    in_20: str
    abandoned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """One agent. `ask` is what the button asks for, `then` what he will be after the present work."""

    id: str
    name: str
    presence: Presence
    icon: str
    tone: str
    state: str
    since: str
    lasted: str
    then: str
    ask: Presence
    button: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchRow:
    """The two switches of one queue: on or off, in the order of `Switch`."""

    queue: str
    name: str
    cells: tuple[tuple[Switch, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """Everything the template needs."""

    icon: str
    tone: str
    verdict: str
    figures: tuple[Figure, ...]
    axis: Axis
    rows: tuple[QueueRow, ...]
    past: tuple[PastRow, ...]
    soon: Soon | None
    todo: tuple[TodoItem, ...]
    events: tuple[Event, ...]
    agents: tuple[AgentRow, ...]
    switches: tuple[SwitchRow, ...]
    clock: str


def present(board: BoardView, look: Look, say: Say, zone: str, *, order: Sequence[str] = ()) -> BoardPage:
    """The page of a board. `order` keeps queues where they stood a moment ago; new ones come last."""
    words = Words(say, look.language, zone, board.at)
    wanted = in_order(board.queues, board.at)
    place = {queue: i for i, queue in enumerate(order)}
    views = sorted(wanted, key=lambda view: place.get(view.queue.id, len(place))) if order else wanted
    windows = [view.window for view in views if view.window is not None]
    scale = axis(windows, board.at, zone, mirrored=look.right_to_left)
    answer = verdict(board)
    names = Names(
        agents={agent.id: agent.name for agent in board.agents},
        queues={view.queue.id: words.queue(view) for view in board.queues},
    )
    return BoardPage(
        icon=ICONS[answer.severity],
        tone=TONES[answer.severity],
        verdict=sentences.verdict(answer, board, words),
        figures=figures(board, look, say),
        axis=scale,
        rows=tuple(_row(view, scale, look, words) for view in views),
        past=table(board.trend, words) if board.trend is not None else (),
        soon=ahead.present(
            [(words.queue(view), view.ahead) for view in views if view.ahead is not None],
            words,
            mirrored=look.right_to_left,
        ),
        todo=sentences.todo_items(todo(board), words),
        events=told(board.events, names, words),
        agents=tuple(_agent(agent, words) for agent in sorted(board.agents, key=lambda agent: (agent.name, agent.id))),
        switches=tuple(_switches(view, words) for view in sorted(board.queues, key=words.queue)),
        clock=minute(board.at, zone),
    )


def order_of(board: BoardView) -> tuple[str, ...]:
    """The queues' ids, worst first."""
    return tuple(view.queue.id for view in in_order(board.queues, board.at))


def figures(board: BoardView, look: Look, say: Say) -> tuple[Figure, ...]:
    """Five at most: waiting, ready, kept, answered in time, abandoned."""
    goal = max((view.coverage for view in board.queues), default=0.9)
    day, language = board.day, look.language
    waiting = sum(waiting_now(view).total for view in board.queues)
    low = day.kept_share is not None and day.settled >= 10 and day.kept_share < goal
    return (
        Figure(value=say("console.number", count=Number(waiting)), label=say("console.kpi_waiting")),
        Figure(
            value=say("console.number", count=Number(board.ready)),
            label=say("console.kpi_ready", total=Number(board.signed_in)),
        ),
        Figure(
            value=percent(day.kept_share, language),
            label=say("console.kpi_kept", total=Number(round(goal * 100))),
            tone="c-watch" if low else "",
        ),
        Figure(value=percent(day.in_20_share, language), label=say("console.kpi_in_20")),
        Figure(value=percent(day.abandoned_share, language, digits=1), label=say("console.kpi_abandoned")),
    )


def _row(view: QueueView, scale: Axis, look: Look, words: Words) -> QueueRow:
    found = concerns(view, scale.now)
    worst = found[0] if found else None
    grave = worst.severity if worst else Severity.FINE
    say, waiting, day = words.say, waiting_now(view), view.day
    lacking = not view.ready and any(each.worry in _LACK for each in found)
    return QueueRow(
        id=view.queue.id,
        name=words.queue(view),
        css=CLASSES[grave],
        icon=ICONS[grave] if view.open or worst else "closed",
        tone=TONES[grave],
        why=sentences.why(view, worst, words),
        waiting=say("console.number", count=Number(waiting.total)),
        waiting_words=_split_words(waiting, words),
        sparks=_sparks(view, words, mirrored=look.right_to_left),
        window=_window(view, scale, words),
        longest=length(scale.now - view.longest_since) if view.longest_since else "–",
        ready=say("console.n_ready", count=Number(view.ready)),
        ready_tone="c-act" if lacking else ("c-good" if view.ready else ""),
        busy=say("console.n_talking", count=Number(view.agents.get(Presence.TALKING, 0))),
        agents_words=", ".join(f"{view.agents.get(each, 0)} {say(f'presence.{each}')}" for each in reversed(SPLIT)),
        agents_bars=split([(each, view.agents.get(each, 0)) for each in SPLIT], mirrored=look.right_to_left),
        kept=percent(day.kept_share, look.language),
        kept_low=day.kept_share is not None and day.settled >= 10 and day.kept_share < view.coverage,
        in_20=percent(day.in_20_share, look.language),
        abandoned=percent(day.abandoned_share, look.language, digits=1),
    )


def waiting_now(view: QueueView) -> Waiting:
    """Who waits: of booked calls those of the next hour, where the coming hours are known."""
    waiting = view.waiting
    soon = waiting.booked if view.ahead is None else min(view.ahead.booked_soon, waiting.booked)
    return replace(waiting, booked=soon)


def _split_words(waiting: Waiting, words: Words) -> str:
    counts = {"hold": waiting.hold, "virtual": waiting.virtual, "booked": waiting.booked}
    return words.say("console.waiting_split", **{mode: Number(count) for mode, count in counts.items()})


def _sparks(view: QueueView, words: Words, *, mirrored: bool) -> Sparks | None:
    """None where nothing has happened."""
    if view.trend is None or not (any(view.trend.waiting) or any(share is not None for share in view.trend.in_20)):
        return None
    return sparks(view.trend, words, goal=view.coverage, mirrored=mirrored)


def _window(view: QueueView, scale: Axis, words: Words) -> WindowCell:
    say, wait = words.say, view.wait
    if not view.open:
        return WindowCell(note=say("console.window_closed"))
    if view.window is None or wait is None:
        return WindowCell(note=say(f"console.window_{_untold(view, scale)}"))
    start, end = edges(view.window, words.zone)
    hit, total = hits(view.coverage)
    age = scale.now - wait.as_of
    note = say("console.window_note", hits=Number(hit), total=Number(total), seconds=Number(int(age.total_seconds())))
    middle = wait.as_of + timedelta(seconds=wait.p50_s)
    late = view.risk is not None
    return WindowCell(start=start, end=end, note=note, bar=promise_bar(view.window, scale, middle=middle), late=late)


def _untold(view: QueueView, scale: Axis) -> str:
    """Why no window is told of an open queue."""
    if view.wait is None or any(each.worry is Worry.STALE for each in concerns(view, scale.now)):
        return "stale"
    return "no_agents" if isinf(view.wait.p95_s) else "too_wide"


def asked_of(agent: Agent) -> Presence:
    """What a supervisor may ask of him: to come back where he is away or about to be, else to go."""
    after = agent.next_presence if agent.presence in BUSY else agent.presence
    return Presence.READY if after in (Presence.AWAY, Presence.OFFLINE) else Presence.AWAY


def _agent(agent: Agent, words: Words) -> AgentRow:
    say = words.say
    busy, ask = agent.presence in BUSY, asked_of(agent)
    after = say(f"presence.{agent.next_presence}") if busy and agent.next_presence else ""
    return AgentRow(
        id=agent.id,
        name=agent.name,
        presence=agent.presence,
        icon=agent.presence,
        tone="c-good" if agent.presence is Presence.READY else "",
        state=say(f"presence.{agent.presence}"),
        since=minute(agent.since, words.zone),
        lasted=length(words.now - agent.since) if words.now - agent.since < A_DAY else "",
        then=say("console.then", words=Text(after)) if after else "",
        ask=ask,
        button=say(f"console.make_{ask}"),
    )


def _switches(view: QueueView, words: Words) -> SwitchRow:
    cells = tuple((switch, is_on(view.queue.switches, switch)) for switch in Switch)
    return SwitchRow(queue=view.queue.id, name=words.queue(view), cells=cells)
