"""New rules of a queue: drafted, checked, put in force by as many people as the rules demand, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vqueue.domain.errors import Invalid, NotFound, NotPossible, Outdated
from vqueue.domain.finding import Finding
from vqueue.domain.journal import Fact
from vqueue.domain.rules import Queue, Rules
from vqueue.engine import rules_check
from vqueue.engine.rules_check import Known
from vqueue.ports.bank import RulesDraft
from vqueue.ports.database import Work
from vqueue.ports.reports import PublishedRules
from vqueue.services.clerk import Clerk
from vqueue.services.switching import given

HISTORY = 50
"""Versions a history shows, newest first."""
LANGUAGES = frozenset({"en", "ru", "he"})
"""Languages every sentence of the line exists in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """The live rules with how they came about. `history` is newest first; `names` says who the ids are."""

    queue: Queue
    history: tuple[PublishedRules, ...]
    draft: RulesDraft | None
    names: Mapping[str, str]

    @property
    def latest(self) -> PublishedRules:
        return self.history[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules wait for a second person."""

    draft: RulesDraft


def in_force(work: Work, queue: str) -> RulesInForce:
    """Raises NotFound."""
    return RulesInForce(
        queue=work.queues.get(queue),
        history=tuple(work.reports.versions(queue, limit=HISTORY)),
        draft=work.drafts.find(queue),
        names={f"key:{key.id}": key.name for key in work.keys.all()},
    )


def draft_of(work: Work, queue: str) -> RulesDraft:
    """Raises NotFound."""
    draft = work.drafts.find(queue)
    if draft is None:
        raise NotFound("This queue has no draft.")
    return draft


def known_to(draft: RulesDraft, version: int | None) -> None:
    """Raises Outdated when the caller knew another version of the draft (None: whatever it is)."""
    if version is not None and version != draft.version:
        raise Outdated("The draft changed meanwhile; read it again.")


def remarks(work: Work, rules: Rules) -> tuple[Finding, ...]:
    """What is worth a second look."""
    return rules_check.warnings(rules, _known(work))


def checked(work: Work, rules: Rules) -> tuple[Finding, ...]:
    """What is worth a second look. Raises Invalid with everything that must be mended."""
    known = _known(work)
    found = rules_check.faults(rules, known)
    if found:
        where = ", ".join(fault.pointer or "/" for fault in found[:5])
        raise Invalid(f"These rules cannot be: {where}.", errors=tuple((each.pointer, each.code) for each in found))
    return rules_check.warnings(rules, known)


def _known(work: Work) -> Known:
    return Known(
        queues=frozenset(queue.id for queue in work.queues.all()),
        languages=LANGUAGES,
        skills=frozenset(skill for agent in work.agents.all() for skill in agent.skills),
    )


def save(
    clerk: Clerk, queue_id: str, *, rules: Rules, document: Mapping[str, Any], by: str, based_on: int | None = None
) -> tuple[RulesDraft, tuple[Finding, ...]]:
    """The draft of what would be the next version, and what is worth a second look. It takes the place of any other.

    Raises NotFound, Invalid, and Outdated when the writer knew another version (`based_on`) than the one in force.
    """
    queue = clerk.work.queues.get(queue_id)
    if based_on is not None and based_on != queue.rules_version:
        raise Outdated(f"The rules in force are version {queue.rules_version}, not {based_on}; read them again.")
    warnings = checked(clerk.work, rules)
    fresh = RulesDraft(
        id=queue.id, document=document, based_on=queue.rules_version, saved_at=clerk.at, saved_by=by
    )  # fmt: skip
    former = clerk.work.drafts.find(queue.id)
    if former is None:
        clerk.work.drafts.insert(fresh)
    else:
        fresh = clerk.work.drafts.replace(replace(fresh, version=former.version))
    clerk.note(Fact.STAFF_ACTED, act="saved_rules", queue=queue.id, rules_version=queue.rules_version, by=by)
    return fresh, warnings


def discard(clerk: Clerk, queue_id: str, *, by: str) -> None:
    """The draft is thrown away. Raises NotFound."""
    draft = draft_of(clerk.work, queue_id)
    clerk.work.drafts.remove(draft)
    clerk.note(Fact.STAFF_ACTED, act="discarded_rules", queue=queue_id, rules_version=draft.based_on, by=by)


def publish(
    clerk: Clerk, queue_id: str, *, number: int, rules: Rules, draft: RulesDraft, by: str, reason: str
) -> Queue | Asked:
    """The queue with its new rules, in force everywhere at the next look; or Asked, where somebody else must agree.

    `rules` are those of `draft`, as the caller read it. Raises NotFound when no draft would become version `number`;
    Outdated when the draft, or the version it is based on, changed meanwhile; Invalid as `save`, and without a reason.
    """
    why = given(reason)
    present, queue = draft_of(clerk.work, queue_id), clerk.work.queues.get(queue_id)
    if present.version != draft.version:
        raise Outdated("The draft changed meanwhile; read it again.")
    if present.based_on != queue.rules_version:
        raise Outdated(f"Version {queue.rules_version} came into force meanwhile; save the draft again.")
    if number != present.based_on + 1:
        raise NotFound(f"The draft would become version {present.based_on + 1}.")
    checked(clerk.work, rules)
    if queue.rules.publishing.second_person and present.saved_by == by:
        return _ask(clerk, queue, present, by)
    published = clerk.work.queues.publish(queue.id, rules, at=clerk.at, by=by)
    clerk.work.drafts.remove(present)
    _tell(clerk, published, act="published", by=by, reason=why, saved_by=present.saved_by)
    return published


def _ask(clerk: Clerk, queue: Queue, draft: RulesDraft, by: str) -> Asked:
    if draft.asked_by == by:
        return Asked(draft)
    asked = clerk.work.drafts.replace(replace(draft, asked_by=by))
    clerk.note(Fact.STAFF_ACTED, act="asked_to_publish", queue=queue.id, rules_version=queue.rules_version, by=by)
    return Asked(asked)


def roll_back(clerk: Clerk, queue_id: str, *, to: int, by: str, reason: str) -> Queue:
    """The queue with the rules of version `to` as its newest version.

    One step, also where publishing takes two: those rules were agreed on before. But it cannot be used to get rid of
    the second person. Raises NotFound, Invalid, NotPossible.
    """
    why = given(reason)
    queue, former = clerk.work.queues.get(queue_id), clerk.work.queues.rules(queue_id, to)
    if to == queue.rules_version:
        raise NotPossible("That version is in force.")
    if queue.rules.publishing.second_person and not former.publishing.second_person:
        raise NotPossible("That version lets one person publish alone; bring it in as a draft.")
    checked(clerk.work, former)
    published = clerk.work.queues.publish(queue.id, former, at=clerk.at, by=by)
    _tell(clerk, published, act="rolled_back", by=by, reason=why, former=to)
    return published


def _tell(clerk: Clerk, queue: Queue, **data: Any) -> None:
    clerk.note(Fact.RULES_PUBLISHED, queue=queue.id, rules_version=queue.rules_version, **data)
    clerk.topics += ["dispatch", "queues"]
