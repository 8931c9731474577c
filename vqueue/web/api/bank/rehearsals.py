"""Rehearsals over HTTP: rules tried on past days, how far that is, and what was found."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from vqueue.domain.errors import Invalid, NotFound
from vqueue.domain.rehearsal import Findings, RehearsalState, Verdict
from vqueue.services import rehearsing
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.services.rehearsing import Known
from vqueue.web.api.bank.revealing import by
from vqueue.web.api.bank.rules_shapes import Speaking, catalogue, document_of, rules_of
from vqueue.web.api.operation import Ask, Bank, Moment, Operation, Reply, Shape
from vqueue.wording.rehearsal_shown import sentence, summary, title

TAG = "Rules"
FINDINGS = TypeAdapter(Findings)


class Days(Shape):
    """On what rules are rehearsed."""

    day: tuple[str, ...] = ()
    """Local dates of the queue, as 2026-03-03; the latest whole day on which somebody called where there is none."""
    repetitions: Annotated[int, Field(ge=1, le=20)] = 3
    """How often what the record does not say is drawn anew."""
    without_callbacks: bool = False
    """Try those rules with offering callbacks off: against what is in force it shows what offering them saves."""


class FigureShown(Shape):
    """One figure under both rules. `change` is with the rules tried minus with those in force."""

    name: str
    title: str
    unit: str
    """`s`, `share` or `count`."""
    in_force: float | None
    draft: float | None
    change: float | None
    low: float | None
    """The change lies between `low` and `high` with the confidence of `level`."""
    high: float | None
    verdict: Verdict
    text: str
    """All of it in one sentence."""


class RemarkShown(Shape):
    """What the replay could not know, or left out."""

    code: str
    text: str


class FindingsShown(Shape):
    """What was found."""

    calls: int
    repetitions: int
    level: float
    resampled: str
    """What the intervals are made from: `half_hours` or `days`."""
    units: int
    seconds: float
    sentence: str
    """Which figures get better and which worse."""
    figures: tuple[FigureShown, ...]
    remarks: tuple[RemarkShown, ...]


class RehearsalShown(Shape):
    """A rehearsal of rules on past days."""

    id: str
    queue: str
    rules_version: int
    """The version that was tried: what the draft would become, or a former one."""
    compared_with: int
    """The version in force when it was asked for."""
    draft_version: int | None
    """The draft as it was then (its ETag); null for a former version."""
    days: tuple[str, ...]
    repetitions: int
    state: RehearsalState
    progress: float
    asked_at: Moment
    asked_by: str
    ended_at: Moment | None
    problem: str | None
    stale: bool
    """The draft, or what is in force, changed since."""
    result: FindingsShown | None


def operations(house: House) -> tuple[Operation, ...]:
    who = Bank(Scope.RULES_WRITE)
    return (
        Operation(
            method="POST", path="/v1/admin/queues/{queue}/rules/{v}/rehearse", name="rehearse_rules", tag=TAG, who=who,
            status=202, summary="Try rules on days of the past", handler=partial(_begin, house), query=Days,
            answer=RehearsalShown, headers=("Location",), problems=("rehearsal_running", "no_past_day"),
            description="`v` is the version the draft would become, or a former one. The days are served again by the "
            "code that runs live, once by these rules and once by those in force. One rehearsal runs at a time.",
        ),
        Operation(
            method="GET", path="/v1/admin/rehearsals/{id}", name="read_rehearsal", tag=TAG, who=who,
            summary="How far a rehearsal is, and what it found", handler=partial(_read, house), query=Speaking,
            answer=RehearsalShown,
        ),
    )  # fmt: skip


async def _begin(house: House, ask: Ask) -> Reply:
    queue, number = ask.path["queue"], _number(ask.path["v"])
    about = await house.database.read(lambda work: rehearsing.tried(work, queue, number))
    rules = about.former if about.former is not None else rules_of(about.drafted)
    rules = rehearsing.without_callbacks(rules) if ask.query.without_callbacks else rules
    begun = await rehearsing.begin(
        house, about, rules=rules, document=document_of(rules), days=_days(ask.query.day),
        repetitions=ask.query.repetitions, by=by(ask),
    )  # fmt: skip
    shown = _shown(Known(begun, stale=False), "en")
    return Reply(body=shown, headers={"Location": f"/v1/admin/rehearsals/{begun.id}"})


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 8):
        raise NotFound("There is no such version of the rules.")
    return int(text)


def _days(written: Sequence[str]) -> list[date]:
    try:
        return [date.fromisoformat(day) for day in written]
    except ValueError:
        raise Invalid("A day is written as 2026-03-03.", errors=(("/day", "date_parsing"),)) from None


async def _read(house: House, ask: Ask) -> Reply:
    known = await rehearsing.read(house, ask.path["id"])
    return Reply(body=_shown(known, ask.query.language))


def _shown(known: Known, language: str) -> RehearsalShown:
    kept = known.rehearsal
    return RehearsalShown(
        id=kept.id, queue=kept.queue, rules_version=kept.rules_version, compared_with=kept.compared_with,
        draft_version=kept.draft_version, days=kept.days, repetitions=kept.repetitions, state=kept.state,
        progress=kept.progress, asked_at=kept.asked_at, asked_by=kept.asked_by, ended_at=kept.ended_at,
        problem=kept.problem, stale=known.stale,
        result=FindingsShown(**told(kept.result, language)) if kept.result else None,
    )  # fmt: skip


def told(result: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Findings, as they were kept, with their words: what this face and the command line show."""
    found, words = FINDINGS.validate_python(result), catalogue()
    return {
        "calls": found.calls,
        "repetitions": found.repetitions,
        "level": found.level,
        "resampled": found.resampled,
        "units": found.units,
        "seconds": found.seconds,
        "sentence": summary(found.figures, words, language),
        "figures": tuple(
            FigureShown(
                name=each.name, title=title(each, words, language), unit=each.unit, in_force=each.in_force,
                draft=each.draft, change=each.change, low=each.low, high=each.high, verdict=each.verdict,
                text=sentence(each, words, language),
            )
            for each in found.figures
        ),
        "remarks": tuple(
            RemarkShown(code=code, text=words.show(f"rehearsal_remark.{code}", {}, language)) for code in found.remarks
        ),
    }  # fmt: skip
