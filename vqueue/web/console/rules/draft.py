"""A draft under somebody's hands: what stands in the form, what it was made from, and what it amounts to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from vqueue.domain.errors import Invalid
from vqueue.domain.finding import Finding
from vqueue.domain.rules import Rules
from vqueue.ports.database import Work
from vqueue.services import ruling, ruling_view
from vqueue.services.house import House
from vqueue.services.ruling_view import Ground
from vqueue.web.api.bank.rules_shapes import RULES, document_of
from vqueue.web.api.reading import refused
from vqueue.web.console.rules.merging import carried
from vqueue.web.console.rules.typed import Typed
from vqueue.web.console.rules.written import Document, Values, written

_OURS = frozenset({"csrf", "act", "based_on", "draft"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`meanwhile` names what changed since the form was made: `rules`, `draft` or nothing."""

    ground: Ground
    values: Values
    based_on: int
    draft_version: int
    meanwhile: tuple[str, ...] = ()
    dirty: bool = False
    """It holds more than what is saved."""
    base: Document = field(default_factory=dict)

    @property
    def queue(self) -> str:
        return self.ground.told.queue.id

    @classmethod
    def fresh(cls, ground: Ground) -> "Draft":
        base, (live_version, version) = _saved(ground), _versions(ground)
        plain = cls(ground=ground, values=written(base), base=base, based_on=live_version, draft_version=version)
        saved, former = ground.told.draft, ground.draft_base
        if saved is None or former is None or saved.based_on == live_version:
            return plain
        live = written(document_of(ground.told.queue.rules))
        values = carried(written(base), old=written(document_of(former)), new=live)
        return replace(plain, values=values, meanwhile=("stale",), dirty=True)

    @classmethod
    def typed(
        cls, ground: Ground, sent: Mapping[str, str], *, based_on: int, draft: int, former: Rules | None
    ) -> "Draft":
        """What somebody typed. Where other rules came into force since (`former` are those he knew), fields he did
        not touch follow them."""
        values = {name: text for name, text in sent.items() if name not in _OURS}
        live_version, version = _versions(ground)
        meanwhile = []
        if based_on != live_version:
            meanwhile.append("rules")
            if former is not None:
                live = written(document_of(ground.told.queue.rules))
                values = carried(values, old=written(document_of(former)), new=live)
        if draft != version:
            meanwhile.append("draft")
        base = _saved(ground)
        dirty = values != written(base)
        return cls(
            ground=ground,
            values=values,
            based_on=live_version,
            draft_version=version,
            meanwhile=tuple(meanwhile),
            dirty=dirty,
            base=base,
        )

    def with_values(self, values: Values) -> "Draft":
        return replace(self, values=values, dirty=values != written(self.base))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What the form amounts to. `rules` is None while something must be mended."""

    document: Document
    rules: Rules | None
    faults: tuple[Finding, ...]
    remarks: tuple[Finding, ...]


def tried(work: Work, draft: Draft) -> Tried:
    """Reads and checks the form as saving would."""
    typed = Typed(draft.values, draft.base)
    faults, rules = list(typed.faults), None
    remarks: tuple[Finding, ...] = ()
    try:
        rules = _rules(typed.document)
        remarks = ruling.checked(work, rules)
    except Invalid as wrong:
        known = {each.pointer for each in faults}
        faults += [Finding(pointer, code) for pointer, code in wrong.errors if pointer not in known]
    return Tried(
        document=document_of(rules) if rules is not None else typed.document,
        rules=None if faults else rules,
        faults=tuple(faults),
        remarks=remarks,
    )


def _rules(document: Document) -> Rules:
    try:
        return RULES.validate_python(document)
    except ValidationError as wrong:
        raise refused(wrong) from None


async def read_ground(house: House, queue: str) -> Ground:
    """Raises NotFound."""
    return await house.database.read(lambda work: ruling_view.ground(work, queue))


def _saved(ground: Ground) -> Document:
    return document_of(ground.draft_rules or ground.told.queue.rules)


def _versions(ground: Ground) -> tuple[int, int]:
    """Of the rules in force, and of the draft."""
    draft = ground.told.draft
    return ground.told.queue.rules_version, draft.version if draft is not None else 0


def moment_of(sent: Mapping[str, str], zone: str) -> datetime | None:
    """When it is to come into force, on the clock of the queue; None for at once. Raises Invalid."""
    if sent.get("when", "now") != "later":
        return None
    try:
        local = datetime.fromisoformat(sent.get("at", ""))
    except ValueError:
        raise Invalid("A day and a time of day.", errors=(("/publish_at", "unreadable"),)) from None
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def soon(now: datetime, zone: str) -> str:
    """Tomorrow, a quarter to eight: what a field for a moment is filled with."""
    there = now.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return there.replace(hour=7, minute=45).strftime("%Y-%m-%dT%H:%M")
