"""Personal data in full: asked for by name, with a scope of its own, and journalled by the service that opens it."""

from vqueue.domain.errors import Forbidden
from vqueue.services.keys import Scope
from vqueue.web.api.operation import Ask, Shape


class Reveal(Shape):
    """How it is shown."""

    reveal: bool = False
    """Numbers, names and context in full: needs `requests:read_pii` too, and is journalled."""


def wanted(ask: Ask) -> bool:
    """Whether personal data is asked for. Raises Forbidden where the key may not see it."""
    query: Reveal = ask.query
    if query.reveal and Scope.REQUESTS_READ_PII not in ask.holder.scopes:
        raise Forbidden(f"This key lacks the scope {Scope.REQUESTS_READ_PII}.")
    return query.reveal


def by(ask: Ask) -> str:
    """The system that asks, as the journal names it."""
    return f"key:{ask.holder.id}"
