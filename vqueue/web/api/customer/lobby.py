"""What a stranger may know before he says who he is: what can be asked about, the questions, the wait now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from vqueue.domain.context import ContextField, FieldKind
from vqueue.domain.rules import Queue
from vqueue.domain.speech_args import Digits
from vqueue.ports.identity import Customer
from vqueue.services import availability
from vqueue.services.house import House
from vqueue.web.api.customer import choices, queues
from vqueue.web.api.customer.choices import AvailabilityShown
from vqueue.web.api.customer.queues import TAG, Opening
from vqueue.web.api.operation import Anyone, Ask, Operation, Reply, Shape
from vqueue.wording import Language, shown

KEPT_S = 2.0
"""Wall seconds for which one answer serves everybody: strangers cannot make the house reckon for each of them."""


class ChoiceShown(Shape):
    """One of a question's answers."""

    id: str
    labels: Mapping[str, str]
    """By language; empty where it has no name but its id."""


class Question(Shape):
    """One field of `context`, in the order in which it is asked."""

    id: str
    kind: FieldKind
    label: Mapping[str, str]
    required: bool
    max_length: int
    """Characters of a text."""
    choices: tuple[ChoiceShown, ...]


class Subject(Shape):
    """A queue as a stranger sees it."""

    id: str
    names: Mapping[str, str]
    """By language."""
    topics: tuple[str, ...]
    topic_labels: Mapping[str, Mapping[str, str]]
    """What topics are called, by topic and language; one that is not here has no name but its id."""
    languages: tuple[str, ...]
    hours: Opening
    questions: tuple[Question, ...]
    availability: AvailabilityShown
    """For a number that is not known yet: a callback may still be refused for the number, or its hour."""


class Lobby(Shape):
    """All that a first page needs."""

    bank: str
    phone_number: str
    phone_text: str
    """The number as people read it."""
    push_key: str | None
    """`applicationServerKey` for web push; null where no push messages are sent to browsers."""
    now: datetime
    """The moment all times here are spoken from."""
    speed: float
    """Seconds of the bank's day in a second of the wall's: 1 but in a demonstration."""
    items: tuple[Subject, ...]
    next_cursor: str | None = None


@dataclass
class _Kept:
    """The last answer and when it was made."""

    at: float = float("-inf")
    lobby: Lobby | None = field(default=None)


def operations(house: House) -> tuple[Operation, ...]:
    kept = _Kept()

    async def topics(_: Ask) -> Reply:
        at = house.clock.wall()
        if kept.lobby is None or at - kept.at >= KEPT_S:
            kept.lobby, kept.at = await lobby(house), at
        return Reply(body=kept.lobby)

    return (
        Operation(
            method="GET", path="/v1/topics", name="list_topics", tag=TAG, who=Anyone(), handler=topics, answer=Lobby,
            summary="What can be asked about: queues, questions and waits, without a token",
            description="For the first page of the widget and of `/support`, before a guest has proven a number.",
        ),
    )  # fmt: skip


async def lobby(house: House) -> Lobby:
    now = house.clock.now()
    stranger = Customer(
        id="", phone=None, name=None, locale=None, segment=None, expires_at=house.clock.calendar(), guest=True
    )
    found = await house.database.read(lambda work: work.queues.all())
    items = [_subject(each, choices.shown(await availability.availability(house, stranger, each.id))) for each in found]
    number = house.line.number
    return Lobby(
        bank=house.line.bank,
        phone_number=number,
        phone_text=shown(Digits(number), Language.EN),
        push_key=house.push_key or None,
        now=now,
        speed=house.clock.speed,
        items=tuple(items),
    )


def _subject(queue: Queue, now: AvailabilityShown) -> Subject:
    known = queues.shown(queue)
    return Subject(
        id=known.id,
        names=known.names,
        topics=known.topics,
        topic_labels=known.topic_labels,
        languages=known.languages,
        hours=known.hours,
        questions=tuple(_question(one) for one in queue.rules.context),
        availability=now,
    )


def _question(one: ContextField) -> Question:
    return Question(
        id=one.id,
        kind=one.kind,
        label=one.label,
        required=one.required,
        max_length=one.max_length,
        choices=tuple(ChoiceShown(id=each, labels=one.choice_labels.get(each, {})) for each in one.choices),
    )
