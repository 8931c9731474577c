"""An agent: skills, address, and the table of presence."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from vqueue.domain.ids import AgentId, AttemptId, CallSid
from vqueue.domain.phone import Sealed
from vqueue.domain.table import Go, Table, read


class Presence(StrEnum):
    """What the agent is doing."""

    OFFLINE = "offline"
    READY = "ready"
    RESERVED = "reserved"
    TALKING = "talking"
    WRAPPING = "wrapping"
    AWAY = "away"


class AgentMove(StrEnum):
    """Everything that can happen to an agent's presence."""

    SIGN_ON = "sign_on"
    RESERVE = "reserve"
    RELEASE = "release"
    MISS = "miss"
    ACCEPT = "accept"
    JOIN = "join"
    END = "end"
    WRAP_UP_DONE = "wrap_up_done"
    ASK_READY = "ask_ready"
    ASK_AWAY = "ask_away"
    ASK_OFFLINE = "ask_offline"
    SIGN_OFF = "sign_off"
    LOST_PAGE = "lost_page"


TABLE: Table[Presence, AgentMove] = read(
    "agent",
    Presence,
    AgentMove,
    """
    move         | offline       | ready         | reserved      | talking       | wrapping      | away
    sign_on      | ready/away    | -             | -             | -             | -             | -
    reserve      | !not_possible | reserved      | !not_possible | !not_possible | !not_possible | !not_possible
    release      | -             | -             | ready/away/offline | -        | -             | -
    miss         | -             | -             | away/offline  | -             | -             | -
    accept       | -             | -             | reserved      | -             | -             | -
    join         | -             | -             | talking       | -             | -             | -
    end          | -             | -             | ready/away/offline/wrapping | wrapping | -    | -
    wrap_up_done | -             | -             | -             | -             | ready/away/offline | -
    ask_ready    | ready         | -             | reserved      | talking       | ready         | ready
    ask_away     | away          | away          | reserved      | talking       | wrapping/away | away
    ask_offline  | -             | offline       | reserved      | talking       | wrapping/offline | offline
    sign_off     | -             | offline       | reserved      | talking       | offline       | offline
    lost_page    | -             | away          | -             | -             | away          | away
    """,
)


class AddressKind(StrEnum):
    """What kind of phone the agent has."""

    PHONE = "phone"
    SIP = "sip"
    CLIENT = "client"


_FREED = frozenset({AgentMove.RELEASE, AgentMove.END, AgentMove.WRAP_UP_DONE})
_RESTING = frozenset({Presence.READY, Presence.AWAY, Presence.OFFLINE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent. `skills` maps a skill to a level 1-10; `next_presence` is what was asked for while busy."""

    id: AgentId
    name: str
    address_kind: AddressKind
    address: Sealed
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    presence: Presence
    since: datetime
    login: str | None = None
    next_presence: Presence | None = None
    next_reason: str | None = None
    """Why he asked to be that then."""
    reason: str | None = None
    attempt: AttemptId | None = None
    standing_call: CallSid | None = None
    idle_since: datetime | None = None
    wrap_until: datetime | None = None
    misses: int = 0
    removed_at: datetime | None = None
    """He takes no calls any more; what he did stays told under his id."""
    version: int = 1

    def move(self, move: AgentMove, *, at: datetime, to: Presence | None = None, reason: str | None = None) -> "Agent":
        """The agent after `move`; ImpossibleMove unless the table's cell leads somewhere."""
        presence = TABLE.target(self.presence, move, to)
        changed = presence is not self.presence
        wished = self.next_reason if move in _FREED and presence is self.next_presence else None
        return replace(
            self,
            presence=presence,
            since=at if changed else self.since,
            idle_since=at
            if changed and presence is Presence.READY
            else (self.idle_since if presence is Presence.READY else None),
            reason=(wished or reason) if changed else self.reason,
            next_reason=None if changed and presence in _RESTING else self.next_reason,
        )

    def can(self, move: AgentMove) -> bool:
        return isinstance(TABLE.cell(self.presence, move), Go)

    @property
    def after(self) -> Presence:
        """Where this agent goes when the present work ends: what was asked for meanwhile, else ready."""
        return self.next_presence or Presence.READY
