"""Staff who sign in at pages: who they are, where their issuer knows them, which browsers are open."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vqueue.domain.ids import AgentId
from vqueue.domain.phone import Sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person who signs in at a page. `password` is an Argon2 hash; empty for one whom only an issuer knows."""

    id: str
    login: str
    name: str
    role: str
    password: str
    agent: AgentId | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession:
    """A signed-in browser; `id` is a hash of the cookie's value."""

    id: str
    staff: str
    csrf: str
    created_at: datetime
    expires_at: datetime
    seen_at: datetime | None = None
    """When it last asked for something, to within some minutes; None until the first of them have passed."""
    browser: str = ""
    """What the browser calls itself, shortened."""
    issuer: str | None = None
    """Who vouched for the person; None for a password."""
    id_token: Sealed | None = None
    """With which the issuer knows again whose sign-in is over; None where it takes no word of that."""

    @property
    def last_seen(self) -> datetime:
        return self.seen_at or self.created_at


class People(Protocol):
    def staff(self, login: str) -> Staff | None: ...

    def member(self, staff: str) -> Staff:
        """By id. Raises NotFound."""
        ...

    def all_staff(self) -> list[Staff]: ...

    def add(self, staff: Staff) -> None:
        """Raises StaleWrite when the login is taken."""
        ...

    def change(self, before: Staff, after: Staff) -> None:
        """Stores `after` where the row still says what `before` does. Raises StaleWrite."""
        ...

    def known_as(self, issuer: str, subject: str) -> Staff | None:
        """Whom the issuer means."""
        ...

    def bind(self, issuer: str, subject: str, staff: str, *, at: datetime) -> None:
        """From now on the issuer's subject is this person. Raises StaleWrite when it is somebody already."""
        ...


class Sessions(Protocol):
    def open(self, session: StaffSession) -> None: ...

    def find(self, session: str) -> tuple[StaffSession, Staff] | None: ...

    def those(self, sessions: Collection[str]) -> dict[str, tuple[StaffSession, Staff]]:
        """Each that there is, with its owner."""
        ...

    def of_staff(self, staff: str) -> list[StaffSession]:
        """Newest first; those that are over too."""
        ...

    def all(self) -> list[StaffSession]: ...

    def touch(self, session: str, *, at: datetime) -> None: ...

    def close(self, session: str) -> None: ...

    def close_all(self, staff: str, *, but: str | None = None) -> int:
        """How many ended."""
        ...
