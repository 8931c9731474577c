"""Rules of a queue: what is in force, a draft with its difference in words, publishing and rolling back."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from vqueue.domain.errors import NotFound
from vqueue.domain.finding import Finding
from vqueue.domain.rules import Rules
from vqueue.ports.bank import RulesDraft
from vqueue.ports.database import Work
from vqueue.ports.reports import PublishedRules
from vqueue.services import ruling
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.services.ruling import Asked, RulesInForce, Scheduled
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.bank.rules_shapes import (
    Deciding,
    DraftShown,
    Publication,
    Published,
    Reason,
    Remark,
    RulesDocument,
    RulesShown,
    RulesVersion,
    Saving,
    Speaking,
    catalogue,
    differences,
    document_of,
    rules_of,
)
from vqueue.web.api.mounting import etag
from vqueue.web.api.operation import Ask, Bank, Operation, Reply

TAG = "Rules"
PATH = "/v1/admin/queues/{queue}/rules"


def operations(house: House) -> tuple[Operation, ...]:
    """Fixed paths first: `draft` is no version."""
    return (*_drafting(house), *_reading(house), *_deciding(house))


def _drafting(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.RULES_WRITE)
    return (
        Operation(
            method="GET", path=f"{PATH}/draft", name="read_rules_draft", tag=TAG, who=who,
            summary="The draft, and its difference from the rules in force in words",
            handler=partial(_draft, house), query=Speaking, answer=DraftShown, headers=("ETag",),
        ),
        Operation(
            method="PUT", path=f"{PATH}/draft", name="save_rules_draft", tag=TAG, who=who,
            summary="Write the draft: the whole document", handler=partial(_save, house), query=Saving,
            body=RulesDocument, answer=DraftShown, headers=("ETag",), problems=("stale_version",),
            description="Every fault is named by pointer and code. It takes the place of any other draft.",
        ),
        Operation(
            method="DELETE", path=f"{PATH}/draft", name="discard_rules_draft", tag=TAG, who=who, status=204,
            summary="Throw the draft away", handler=partial(_discard, house),
        ),
    )  # fmt: skip


def _reading(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.RULES_WRITE)
    return (
        Operation(
            method="GET", path=PATH, name="read_rules", tag=TAG, who=who,
            summary="The rules in force, and their history", handler=partial(_live, house), answer=RulesShown,
            headers=("ETag",),
        ),
        Operation(
            method="GET", path=f"{PATH}/{{v}}", name="read_rules_version", tag=TAG, who=who,
            summary="A version of the rules", handler=partial(_past, house), answer=RulesVersion,
        ),
    )  # fmt: skip


def _deciding(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.RULES_PUBLISH)
    return (
        Operation(
            method="POST", path=f"{PATH}/{{v}}/publish", name="publish_rules", tag=TAG, who=who,
            summary="Put the draft in force", handler=partial(_publish, house), body=Deciding, answer=Publication,
            conditional=True,
            alternatives={202: "Asked: the rules in force want a second person to agree; or scheduled."},
            description="`v` is the version the draft would become, If-Match its ETag. Effective everywhere at the "
            "next decision. Where the rules in force say `publishing.second_person`, the saver of the draft only asks.",
        ),
        Operation(
            method="POST", path=f"{PATH}/{{v}}/rollback", name="roll_back_rules", tag=TAG, who=who,
            summary="Put a former version in force again", handler=partial(_roll_back, house), body=Reason,
            answer=Publication, problems=("not_possible",),
            description="Its document becomes the newest version, in one step.",
        ),
    )  # fmt: skip


async def _live(house: House, ask: Ask) -> Reply:
    told = await house.database.read(lambda work: ruling.in_force(work, ask.path["queue"]))
    version, draft = told.queue.rules_version, told.draft
    published = {**_published(told.latest, told.names), "queue": told.queue.id, "in_force": True}
    shown = RulesShown(
        **published,
        rules=told.queue.rules,
        history=tuple(Published(**_published(each, told.names)) for each in told.history),
        draft_version=draft.based_on + 1 if draft is not None else None,
    )
    return Reply(body=shown, headers=etag(version))


async def _past(house: House, ask: Ask) -> Reply:
    number = _number(ask)

    def read(work: Work) -> tuple[RulesInForce, Rules]:
        return ruling.in_force(work, ask.path["queue"]), work.queues.rules(ask.path["queue"], number)

    told, rules = await house.database.read(read)
    how = next((each for each in told.history if each.version == number), None)
    published = _published(how or PublishedRules(version=number, at=None, by=None), told.names)
    live = told.queue.rules_version
    return Reply(body=RulesVersion(**published, queue=told.queue.id, in_force=number == live, rules=rules))


async def _draft(house: House, ask: Ask) -> Reply:
    def read(work: Work) -> tuple[RulesInForce, RulesDraft, tuple[Finding, ...]]:
        draft = ruling.draft_of(work, ask.path["queue"])
        return ruling.in_force(work, draft.id), draft, ruling.remarks(work, rules_of(draft))

    told, draft, remarks = await house.database.read(read)
    return _shown(told, draft, remarks, ask.query.language)


async def _save(house: House, ask: Ask) -> Reply:
    rules: Rules = ask.body.root
    known: int | None = ask.query.based_on
    draft, remarks = await house.act(
        lambda clerk: ruling.save(
            clerk, ask.path["queue"], rules=rules, document=document_of(rules), by=by(ask), based_on=known
        )
    )
    told = await house.database.read(lambda work: ruling.in_force(work, draft.id))
    return _shown(told, draft, remarks, ask.query.language)


async def _discard(house: House, ask: Ask) -> Reply:
    await house.act(lambda clerk: ruling.discard(clerk, ask.path["queue"], by=by(ask)))
    return Reply()


async def _publish(house: House, ask: Ask) -> Reply:
    queue, number = ask.path["queue"], _number(ask)
    draft = await house.database.read(lambda work: ruling.draft_of(work, queue))
    ruling.known_to(draft, ask.version)
    rules = rules_of(draft)
    done = await house.act(
        lambda clerk: ruling.publish(
            clerk, queue, number=number, rules=rules, draft=draft, by=by(ask), reason=ask.body.reason,
            publish_at=ask.body.publish_at,
        )
    )  # fmt: skip
    if isinstance(done, Asked | Scheduled):
        state = "asked" if isinstance(done, Asked) else "scheduled"
        waits = Publication(queue=queue, state=state, version=done.draft.based_on)
        return Reply(body=waits, status=202, headers=etag(done.draft.version))
    return Reply(body=Publication(queue=queue, state="in_force", version=done.rules_version))


async def _roll_back(house: House, ask: Ask) -> Reply:
    queue, number = ask.path["queue"], _number(ask)
    done = await house.act(lambda clerk: ruling.roll_back(clerk, queue, to=number, by=by(ask), reason=ask.body.reason))
    return Reply(body=Publication(queue=queue, state="in_force", version=done.rules_version))


def _number(ask: Ask) -> int:
    text = ask.path["v"]
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 8):
        raise NotFound("There is no such version of the rules.")
    return int(text)


def _published(how: PublishedRules, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "version": how.version,
        "published_at": how.at,
        "published_by": how.by,
        "published_by_name": names.get(how.by or ""),
        "reason": how.reason,
        "rolled_back_to": how.former,
    }


def _shown(told: RulesInForce, draft: RulesDraft, remarks: tuple[Finding, ...], language: str) -> Reply:
    rules, words = rules_of(draft), catalogue()
    shown = DraftShown(
        queue=draft.id,
        draft_version=draft.based_on + 1,
        based_on=draft.based_on,
        stale=draft.based_on != told.queue.rules_version,
        saved_at=draft.saved_at,
        saved_by=draft.saved_by,
        saved_by_name=told.names.get(draft.saved_by),
        asked_by=draft.asked_by,
        publish_at=draft.publish_at,
        agreed_by=draft.agreed_by,
        rules=rules,
        changes=differences(told.queue.rules, rules, language),
        remarks=tuple(
            Remark(pointer=each.pointer, code=each.code, text=words.show(f"rule_remark.{each.code}", {}, language))
            for each in remarks
        ),
    )
    return Reply(body=shown, headers=etag(draft.version))
