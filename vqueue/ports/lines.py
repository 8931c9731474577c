"""What the service keeps about an agent's own line and desk: the PIN he rings in with, and his open pages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from vqueue.domain.ids import AgentId


class PinRule(StrEnum):
    """Of whom a PIN is asked who rings in."""

    OFF = "off"
    WHERE_SET = "where_set"
    ALWAYS = "always"
    """Of everybody: who has none cannot ring in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPin:
    """The PIN of one agent as a slow hash. `wrong` counts the tries since the last right one."""

    id: AgentId
    hash: str = field(repr=False)
    set_at: datetime
    wrong: int = 0
    locked_until: datetime | None = None
    version: int = 1

    def locked(self, at: datetime) -> bool:
        return self.locked_until is not None and self.locked_until > at


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """One open page of an agent's desk. Nobody looks at it any more once `expires_at` has passed."""

    id: str
    agent: AgentId
    expires_at: datetime


class Pins(Protocol):
    def of(self, agent: AgentId) -> AgentPin | None: ...

    def put(self, pin: AgentPin) -> None:
        """In place of the one he had. Raises StaleWrite when somebody else put one meanwhile."""
        ...

    def replace(self, pin: AgentPin) -> AgentPin:
        """Raises StaleWrite."""
        ...

    def drop(self, agent: AgentId) -> bool:
        """Whether there was one."""
        ...

    def having(self) -> frozenset[AgentId]:
        """The agents who have one."""
        ...

    def locked(self, at: datetime) -> list[AgentPin]:
        """Those that are locked then, by agent."""
        ...


class DeskPages(Protocol):
    def keep(self, page: DeskPage) -> None:
        """Opens the page, or keeps it open until then."""
        ...

    def of(self, agent: AgentId) -> list[DeskPage]:
        """His pages, those that are over too."""
        ...

    def over(self, at: datetime) -> list[DeskPage]:
        """The pages of everybody that are over by then, the oldest first."""
        ...

    def close(self, page: DeskPage) -> bool:
        """Forgets the page as it was read; False when it was kept open meanwhile."""
        ...
