"""One operation of the API: its route, who may call it, what it takes and gives; the values that pass through it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from vqueue.ports.identity import Customer
from vqueue.services.keys import KeyHolder, Scope

Principal = Customer | KeyHolder | None
"""Who asks; None where nobody has to say who he is."""
_RFC_3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$", re.ASCII)
YEARS = range(2000, 2100)
"""What may be written, so that no calendar or time zone runs out."""
M = TypeVar("M", bound=BaseModel)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]
"""Names of queues, topics, classes: never free text."""


def _written(value: object) -> datetime:
    """Raises ValueError for what is not written as RFC 3339 says: a count of seconds, a date alone.

    It is read here: what a validator hands on is no longer JSON's, and a strict reader wants a datetime then.
    """
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _RFC_3339.match(value):
        raise ValueError("a time is written as in RFC 3339, with an offset")
    at = datetime.fromisoformat(value.upper())
    if at.year not in YEARS:
        raise PydanticCustomError("out_of_range", "a moment of this century")
    return at


Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
"""RFC 3339 with an offset, from 2000 up to 2099."""


class Shape(BaseModel):
    """Base of every body: a field nobody knows is refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, use_attribute_docstrings=True)


class Page(Shape):
    """Query of a list."""

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: str | None = None


class ShortPage(Page):
    """Query of a list that hardly ever has a second page."""

    limit: Annotated[int, Field(ge=1, le=100)] = 100


@dataclass(frozen=True, slots=True)
class Anyone:
    """No credentials are asked for."""


@dataclass(frozen=True, slots=True)
class AppCustomer:
    """A customer's token. `guests`: whether a guest's will do."""

    guests: bool = True


@dataclass(frozen=True, slots=True)
class Bank:
    """An API key with this scope."""

    scope: Scope


Who = Anyone | AppCustomer | Bank


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One call of an operation, checked: what came in, typed."""

    http: web.Request
    principal: Principal
    body: Any = None
    query: Any = None
    version: int | None = None
    """The version named by If-Match; None for `*`."""
    idempotency: str | None = None
    """A hash of principal, route and key, where the operation has one."""
    body_hash: str = ""

    @property
    def path(self) -> Mapping[str, str]:
        return self.http.match_info

    @property
    def customer(self) -> Customer:
        assert isinstance(self.principal, Customer)
        return self.principal

    @property
    def holder(self) -> KeyHolder:
        assert isinstance(self.principal, KeyHolder)
        return self.principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes out. `body` is a model, a plain document already in JSON's types, or None."""

    body: BaseModel | Mapping[str, Any] | None = None
    status: int | None = None
    """None: the operation's own."""
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Ask], Awaitable[Reply | web.StreamResponse]]


@dataclass(frozen=True, kw_only=True)
class Operation:
    """A route with its contract. `name` is the operationId; `problems` are the codes beside those that follow from
    the rest (credentials, body, limits)."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    who: Who
    handler: Handler
    status: int = 200
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_type: str = "application/json"
    """`application/merge-patch+json` for PATCH; plain JSON is taken as well."""
    answer: type[BaseModel] | None = None
    answer_type: str = "application/json"
    problems: tuple[str, ...] = ()
    idempotent: bool = False
    """Takes an Idempotency-Key, and must have one."""
    conditional: bool = False
    """Must name the version it changes in If-Match."""
    headers: tuple[str, ...] = ()
    """Headers of the good answer, of HEADERS in `document`."""
    alternatives: Mapping[int, str] = field(default_factory=dict)
    """Other good statuses, with what they mean."""
    description: str = ""
