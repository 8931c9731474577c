"""A support request: one customer's place in line, its states and the only table by which they change."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, CallSid, PromiseId, QueueId, RequestId, SessionId
from vqueue.domain.phone import Sealed
from vqueue.domain.table import Table, read


class Mode(StrEnum):
    """How the customer chose to be served."""

    HOLD = "hold"
    CALLBACK = "callback"
    SCHEDULED = "scheduled"
    CALL_IN = "call_in"
    MESSAGE = "message"


class Channel(StrEnum):
    """Where the request came from."""

    IVR = "ivr"
    APP = "app"
    WEB = "web"
    SMS = "sms"
    AGENT = "agent"


class State(StrEnum):
    """Where a request stands."""

    HOLDING = "holding"
    WAITING = "waiting"
    BOOKED = "booked"
    CONNECTING = "connecting"
    TALKING = "talking"
    SERVED = "served"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    UNREACHED = "unreached"
    EXPIRED = "expired"


OPEN = frozenset({State.HOLDING, State.WAITING, State.BOOKED, State.CONNECTING, State.TALKING})
CLOSED = frozenset(State) - OPEN


class Move(StrEnum):
    """Everything that can happen to a request."""

    SWITCH = "switch"
    HANG_UP = "hang_up"
    LOST = "lost"
    CANCEL = "cancel"
    CLOSE = "close"
    MOVE = "move"
    CALL_IN = "call_in"
    RESOLVE = "resolve"
    RESCHEDULE = "reschedule"
    EXPIRE = "expire"
    ROLL = "roll"
    GIVE_UP = "give_up"
    DUE = "due"
    ADVANCE = "advance"
    RESERVE = "reserve"
    CONNECT = "connect"
    MISS = "miss"
    AGENT_MISS = "agent_miss"
    AGENT_DROP = "agent_drop"
    ABORT = "abort"
    SNOOZE = "snooze"
    DROP = "drop"
    TRANSFER = "transfer"
    FOLLOW_UP = "follow_up"
    RETURN = "return"


TABLE: Table[State, Move] = read(
    "request",
    State,
    Move,
    """
    move       | holding           | waiting             | booked              | connecting             | talking             | served              | cancelled           | abandoned           | unreached           | expired
    switch     | waiting/booked    | !not_possible       | !not_possible       | !agent_coming          | !not_possible       | !closed_request     | !closed_request     | !closed_request     | !closed_request     | !closed_request
    hang_up    | abandoned/waiting | -                   | -                   | abandoned/waiting      | served              | -                   | -                   | -                   | -                   | -
    lost       | abandoned/waiting | -                   | -                   | abandoned/waiting      | served              | -                   | -                   | -                   | -                   | -
    cancel     | cancelled         | cancelled           | cancelled           | cancelled              | !not_possible       | !closed_request     | -                   | !closed_request     | !closed_request     | !closed_request
    close      | waiting/booked    | -                   | -                   | -                      | -                   | -                   | -                   | -                   | -                   | -
    move       | holding           | waiting             | booked              | !already_dialing       | !not_possible       | !closed_request     | !closed_request     | !closed_request     | !closed_request     | !closed_request
    call_in    | -                 | holding             | holding             | connecting/holding     | -                   | !closed_request     | !closed_request     | !closed_request     | !closed_request     | !closed_request
    resolve    | !not_possible     | served              | served              | !already_dialing       | !not_possible       | -                   | !closed_request     | !closed_request     | !closed_request     | !closed_request
    reschedule | !not_possible     | booked              | booked              | !already_dialing       | !not_possible       | !closed_request     | !closed_request     | !closed_request     | !closed_request     | !closed_request
    expire     | -                 | expired             | expired             | -                      | -                   | -                   | -                   | -                   | -                   | -
    roll       | -                 | booked              | -                   | -                      | -                   | -                   | -                   | -                   | -                   | -
    give_up    | -                 | unreached           | -                   | unreached              | -                   | -                   | -                   | -                   | -                   | -
    due        | -                 | -                   | waiting             | -                      | -                   | -                   | -                   | -                   | -                   | -
    advance    | !not_possible     | !not_possible       | waiting             | !already_dialing       | !not_possible       | !closed_request     | !closed_request     | !closed_request     | !closed_request     | !closed_request
    reserve    | connecting        | connecting          | -                   | -                      | -                   | -                   | -                   | -                   | -                   | -
    connect    | -                 | -                   | -                   | talking                | -                   | -                   | -                   | -                   | -                   | -
    miss       | -                 | -                   | -                   | waiting                | -                   | -                   | -                   | -                   | -                   | -
    agent_miss | -                 | -                   | -                   | holding/waiting/booked | -                   | -                   | -                   | -                   | -                   | -
    agent_drop | -                 | -                   | -                   | holding/waiting/booked | -                   | -                   | -                   | -                   | -                   | -
    abort      | -                 | -                   | -                   | holding/waiting/booked | -                   | -                   | -                   | -                   | -                   | -
    snooze     | -                 | -                   | -                   | waiting/booked         | -                   | -                   | -                   | -                   | -                   | -
    drop       | -                 | -                   | -                   | -                      | waiting             | -                   | -                   | -                   | -                   | -
    transfer   | !not_possible     | !not_possible       | !not_possible       | !not_possible          | holding             | !closed_request     | !closed_request     | !closed_request     | !closed_request     | !closed_request
    follow_up  | !not_possible     | !not_possible       | !not_possible       | !not_possible          | served              | served              | !closed_request     | !closed_request     | !closed_request     | !closed_request
    return     | -                 | -                   | -                   | -                      | -                   | !closed_request     | !closed_request     | waiting/holding     | waiting/holding     | !closed_request
    """,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One place in line. Times are aware UTC. `version` grows by one with every stored change."""

    id: RequestId
    queue: QueueId
    mode: Mode
    channel: Channel
    state: State
    virtual_start: datetime
    created_at: datetime
    language: str = "en"
    bucket: str = ""
    """Required skills and language, `skill+skill/language`: fixed at join, changed only by a journalled move."""
    credit_class: str = "standard"
    skills: tuple[str, ...] = ()
    ready: bool = True
    not_before: datetime | None = None
    parked: str | None = None
    """Why it is not ready: retry, snooze, call_in, closed, message, unsure."""
    phone: Sealed | None = None
    zone: str = ""
    """Time zone and country of the number, so that calling windows are known without opening it."""
    country: str = ""
    customer: str | None = None
    verified: bool = False
    name: Sealed | None = None
    topic: str | None = None
    context: Sealed | None = None
    slot_start: datetime | None = None
    slot_zone: str | None = None
    slot_text: str | None = None
    """The zone in which the booked time was shown, and the very words the customer saw."""
    call_sid: CallSid | None = None
    """The customer's own call while he is on the line (holding, or being connected from there)."""
    session: SessionId | None = None
    came_from: State | None = None
    """While connecting: the state the attempt took it from."""
    attempt: AttemptId | None = None
    tries: Mapping[Cause, int] = field(default_factory=dict)
    rings: int = 0
    """How often the customer's phone was rung for this request."""
    protected: bool = False
    """The number is confirmed: hanging up while holding keeps the place as a callback."""
    promise: PromiseId | None = None
    deadline: datetime | None = None
    """The later edge of the spoken window."""
    grace_until: datetime | None = None
    closed_at: datetime | None = None
    reason: str | None = None
    rules_version: int = 1
    recording: str | None = None
    follows: RequestId | None = None
    """The request this one was made to follow up."""
    wanted_agent: AgentId | None = None
    wanted_until: datetime | None = None
    """The agent he would rather have, and until when one waits for that one alone."""
    segment: str | None = None
    notify: tuple[str, ...] = ()
    """What he wants to be told by: push, sms, webhook."""
    version: int = 1

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def dialable(self) -> bool:
        """Open and answered by dialling the customer: what the database keeps unique per number and queue."""
        return self.state in (State.WAITING, State.BOOKED, State.CONNECTING) and self.mode in (
            Mode.CALLBACK,
            Mode.SCHEDULED,
        )

    @property
    def proven(self) -> bool:
        """The number is the customer's own: his token vouches for it, or he rang from it."""
        return self.verified or self.channel not in (Channel.APP, Channel.WEB)

    @property
    def books(self) -> bool:
        """A booked time that is still to come (a place kept for the next opening has no zone in which it was shown)."""
        return self.state is State.BOOKED and self.slot_zone is not None

    def early_s(self, at: datetime) -> float:
        """Seconds until the customer's telephone may ring: a booked slot begins then, and never sooner."""
        if self.mode is not Mode.SCHEDULED or self.slot_zone is None or self.slot_start is None:
            return 0.0
        return max(0.0, (self.slot_start - at).total_seconds())

    def move(self, move: Move, *, to: State | None = None, at: datetime, reason: str | None = None) -> "Request":
        """The request after `move`. Raises ImpossibleMove unless the table's cell leads to a state."""
        state = TABLE.target(self.state, move, to)
        return replace(
            self,
            state=state,
            closed_at=at if state in CLOSED else None,
            reason=reason or self.reason,
            came_from=self.state
            if move is Move.RESERVE
            else (None if state is not State.CONNECTING else self.came_from),
        )
