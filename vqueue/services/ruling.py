"""New rules of a queue: drafted, checked, put in force by as many people as the rules demand, and taken back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
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
from vqueue.services.house import House
from vqueue.services.switching import given

AHEAD = timedelta(days=366)
CLOCK = "publish_at"
"""By whom a draft is taken off the clock that cannot come into force at its time any more."""
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


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The rules come into force at their time."""

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
    clerk: Clerk,
    queue_id: str,
    *,
    number: int,
    rules: Rules,
    draft: RulesDraft,
    by: str,
    reason: str,
    publish_at: datetime | None = None,
) -> Queue | Asked | Scheduled:
    """The queue with its new rules, in force everywhere at the next look; Asked, where somebody else must agree; or
    Scheduled, where they are to come into force later, at `publish_at`.

    `rules` are those of `draft`, as the caller read it. Raises NotFound when no draft would become version `number`;
    Outdated when the draft, or the version it is based on, changed meanwhile; Invalid as `save`, without a reason, and
    with a time that has passed or is more than AHEAD away.
    """
    why = given(reason)
    _in_time(publish_at, clerk.at)
    present, queue = draft_of(clerk.work, queue_id), clerk.work.queues.get(queue_id)
    if present.version != draft.version:
        raise Outdated("The draft changed meanwhile; read it again.")
    if present.based_on != queue.rules_version:
        raise Outdated(f"Version {queue.rules_version} came into force meanwhile; save the draft again.")
    if number != present.based_on + 1:
        raise NotFound(f"The draft would become version {present.based_on + 1}.")
    checked(clerk.work, rules)
    if queue.rules.publishing.second_person and present.saved_by == by:
        wish = replace(present, asked_by=by, reason=why, publish_at=publish_at, agreed_by=None)
        return _ask(clerk, queue, present, wish)
    if publish_at is not None:
        return _schedule(clerk, queue, replace(present, reason=why, publish_at=publish_at, agreed_by=by))
    return _put_in_force(clerk, queue, rules, draft=present, by=by, reason=why)


def _in_time(publish_at: datetime | None, now: datetime) -> None:
    if publish_at is not None and not now < publish_at <= now + AHEAD:
        code = "past" if publish_at <= now else "too_far"
        raise Invalid("Rules come into force later, within a year.", errors=(("/publish_at", code),))


def _put_in_force(clerk: Clerk, queue: Queue, rules: Rules, *, draft: RulesDraft, by: str, reason: str) -> Queue:
    published = clerk.work.queues.publish(queue.id, rules, at=clerk.at, by=by)
    clerk.work.drafts.remove(draft)
    _tell(clerk, published, act="published", by=by, reason=reason, saved_by=draft.saved_by)
    return published


def _schedule(clerk: Clerk, queue: Queue, draft: RulesDraft) -> Scheduled:
    scheduled = clerk.work.drafts.replace(draft)
    at = draft.publish_at.isoformat() if draft.publish_at is not None else None
    clerk.note(Fact.STAFF_ACTED, act="scheduled_rules", queue=queue.id, rules_version=queue.rules_version,
               by=draft.agreed_by, at=at, reason=draft.reason)  # fmt: skip
    return Scheduled(scheduled)


def unschedule(clerk: Clerk, queue_id: str, *, by: str) -> RulesDraft:
    """The draft stays and comes into force only when somebody says so. Raises NotFound."""
    draft = draft_of(clerk.work, queue_id)
    if draft.publish_at is None:
        return draft
    return _off_the_clock(clerk, draft, by=by, reason="asked")


def _off_the_clock(clerk: Clerk, draft: RulesDraft, *, by: str, reason: str) -> RulesDraft:
    clerk.note(Fact.STAFF_ACTED, act="unscheduled_rules", queue=draft.id, rules_version=draft.based_on,
               by=by, reason=reason)  # fmt: skip
    return clerk.work.drafts.replace(replace(draft, publish_at=None, agreed_by=None))


async def come_due(house: House) -> None:
    """Drafts whose time has come are put in force; one that cannot be any more is taken off the clock."""
    now = house.clock.now()
    for draft in await house.database.read(lambda work: work.drafts.due(now)):
        await house.act(partial(_fall_due, queue_id=draft.id))


def _fall_due(clerk: Clerk, queue_id: str) -> None:
    draft, queue = clerk.work.drafts.find(queue_id), clerk.work.queues.get(queue_id)
    if draft is None or draft.agreed_by is None or draft.publish_at is None or draft.publish_at > clerk.at:
        return
    if draft.based_on != queue.rules_version:
        _off_the_clock(clerk, draft, by=CLOCK, reason="stale_version")
        return
    try:
        rules = clerk.work.drafts.rules(draft)
        checked(clerk.work, rules)
    except Invalid:
        _off_the_clock(clerk, draft, by=CLOCK, reason="invalid_request")
        return
    _put_in_force(clerk, queue, rules, draft=draft, by=draft.agreed_by, reason=draft.reason or "")


def _ask(clerk: Clerk, queue: Queue, draft: RulesDraft, wish: RulesDraft) -> Asked:
    if wish == draft:
        return Asked(draft)
    asked = clerk.work.drafts.replace(wish)
    clerk.note(
        Fact.STAFF_ACTED, act="asked_to_publish", queue=queue.id, rules_version=queue.rules_version, by=wish.asked_by
    )
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
