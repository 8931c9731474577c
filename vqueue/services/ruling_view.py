"""What a person sees who writes rules: those in force, the draft, who did what, and what may be named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from vqueue.domain.errors import Outdated
from vqueue.domain.rules import Rules
from vqueue.engine import hours, rules_check
from vqueue.engine.routing import OPERATORS as TESTS
from vqueue.ports.database import Work
from vqueue.services import ruling
from vqueue.services.ruling import RulesInForce

OPERATORS = tuple(TESTS)
"""How a routing row may compare."""
countries, holiday_places = rules_check.countries, rules_check.holiday_places
public_holidays = hours.public_holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Everything a form of rules stands on."""

    told: RulesInForce
    draft_rules: Rules | None
    draft_base: Rules | None
    """The rules the draft was written from."""
    names: Mapping[str, str]
    """Who the ids are: staff and keys."""
    queues: Mapping[str, Mapping[str, str]]
    """Every queue's names by language."""
    skills: tuple[str, ...]
    """Skills that some agent has."""
    topics: tuple[str, ...]
    """Topics of every queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One queue in the list of all rules."""

    queue: str
    names: Mapping[str, str]
    version: int
    since: datetime | None
    by: str | None
    reason: str | None
    draft_by: str | None
    asked: bool
    publish_at: datetime | None


def ground(work: Work, queue: str) -> Ground:
    """Raises NotFound."""
    told = ruling.in_force(work, queue)
    queues = work.queues.all()
    agents = work.agents.all()
    return Ground(
        told=told,
        draft_rules=work.drafts.rules(told.draft) if told.draft is not None else None,
        draft_base=work.queues.rules(queue, told.draft.based_on) if told.draft is not None else None,
        names=names(work),
        queues={each.id: each.names for each in queues},
        skills=tuple(sorted({skill for agent in agents for skill in agent.skills})),
        topics=tuple(sorted({topic for each in queues for topic in each.rules.topics})),
    )


def names(work: Work) -> Mapping[str, str]:
    """Staff and keys by id."""
    staff = {each.id: each.name for each in work.people.all_staff()}
    return staff | {f"key:{key.id}": key.name for key in work.keys.all()}


def standings(work: Work) -> list[Standing]:
    """Every queue: which version is in force, and whether somebody writes the next one."""
    called = names(work)
    found = []
    for queue in work.queues.all():
        told = ruling.in_force(work, queue.id)
        latest, draft = told.latest, told.draft
        found.append(
            Standing(
                queue=queue.id,
                names=queue.names,
                version=queue.rules_version,
                since=latest.at,
                by=called.get(latest.by or "", latest.by),
                reason=latest.reason,
                draft_by=called.get(draft.saved_by, draft.saved_by) if draft is not None else None,
                asked=draft is not None and draft.asked_by is not None and draft.agreed_by is None,
                publish_at=draft.publish_at if draft is not None and draft.agreed_by is not None else None,
            )
        )
    return found


def unchanged(work: Work, queue: str, *, draft: int) -> None:
    """Raises Outdated when the draft is not the version the writer knew (0: none)."""
    present = work.drafts.find(queue)
    if (present.version if present is not None else 0) != draft:
        raise Outdated("The draft changed meanwhile.")
