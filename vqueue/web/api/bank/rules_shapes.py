"""Rules as documents: what is sent and shown, and the difference between two of them in words."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, StringConstraints, TypeAdapter, ValidationError

from vqueue.domain.rules import Rules
from vqueue.domain.rules_changes import changes
from vqueue.ports.bank import RulesDraft
from vqueue.web.api.operation import Moment, Shape
from vqueue.web.api.reading import refused
from vqueue.wording import Catalogue
from vqueue.wording.rules_shown import in_words

RULES = TypeAdapter(Rules)


class RulesDocument(RootModel[Rules]):
    """The whole document; what is left out takes its default."""


class Reason(Shape):
    """Why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Deciding(Reason):
    """Why, and when."""

    publish_at: Moment | None = None
    """When the draft comes into force by itself, within a year; at once without it."""


class Speaking(Shape):
    """In which language differences and remarks are told."""

    language: Literal["en", "ru", "he"] = "en"


class Saving(Speaking):
    """What the writer of a draft knew."""

    based_on: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """The version it was written from: refused when another one is in force."""


class Published(Shape):
    """How a version came into force."""

    version: int
    published_at: Moment | None
    published_by: str | None
    published_by_name: str | None
    reason: str | None
    rolled_back_to: int | None
    """The version whose document it brought back."""


class RulesVersion(Published):
    """One version of the rules."""

    queue: str
    in_force: bool
    rules: Rules


class RulesShown(RulesVersion):
    """The rules in force."""

    history: tuple[Published, ...]
    """Newest first, at most fifty."""
    draft_version: int | None
    """The version a draft would become; null without one."""


class ChangeTold(Shape):
    """One field that differs from the rules in force."""

    pointer: str
    title: str
    old: Any
    new: Any
    unit: str
    text: str
    """All of it in one line."""


class Remark(Shape):
    """What is allowed and seldom meant."""

    pointer: str
    code: str
    text: str


class DraftShown(Shape):
    """A draft. Its ETag is what publishing names."""

    queue: str
    draft_version: int
    """The version it would become."""
    based_on: int
    stale: bool
    """Another version came into force since: save it again."""
    saved_at: Moment
    saved_by: str
    saved_by_name: str | None
    asked_by: str | None
    """Who asked to publish; a second person has to agree."""
    publish_at: Moment | None
    """When it is to come into force; by itself once `agreed_by` is named."""
    agreed_by: str | None
    rules: Rules
    changes: tuple[ChangeTold, ...]
    remarks: tuple[Remark, ...]


class Publication(Shape):
    """What came of publishing or rolling back."""

    queue: str
    state: Literal["in_force", "asked", "scheduled"]
    version: int
    """The version in force now."""


def rules_of(draft: RulesDraft) -> Rules:
    """The rules a draft holds. Raises Invalid for one that an older program wrote and this one does not understand."""
    try:
        return RULES.validate_python(draft.document)
    except ValidationError as wrong:
        raise refused(wrong) from None


def document_of(rules: Rules) -> Mapping[str, Any]:
    """As plain JSON."""
    document: Mapping[str, Any] = RULES.dump_python(rules, mode="json")
    return document


def differences(old: Rules, new: Rules, language: str) -> tuple[ChangeTold, ...]:
    """What differs, field by field, in words."""
    words = catalogue()
    found = []
    for each in changes(document_of(old), document_of(new)):
        told = in_words(each, words, language)
        found.append(
            ChangeTold(
                pointer=each.pointer, title=told.title, old=each.old, new=each.new, unit=told.unit, text=told.text
            )
        )
    return tuple(found)


@cache
def catalogue() -> Catalogue:
    return Catalogue.load()
