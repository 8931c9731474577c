"""A rehearsal beside the form: asked for, followed while it runs, told in a sentence, a plot and a table."""

import json
from datetime import date
from typing import Any

from vqueue.domain.errors import NoPastDay, NotFound, Outdated, RehearsalRunning
from vqueue.domain.rehearsal import RehearsalState, Verdict
from vqueue.domain.speech_args import Number, Text
from vqueue.services import rehearsing
from vqueue.services.house import House
from vqueue.web.api.bank.rehearsals import told
from vqueue.web.api.bank.rules_shapes import document_of
from vqueue.web.console.rules.shown import Speaks
from vqueue.wording.axis import short_day
from vqueue.wording.rehearsal_shown import side_by_side

DRAWN = 6
"""Figures in the plot; the list has all."""
LEADING = ("wait_p90_s", "abandoned_share", "promise_coverage", "agent_idle_share")
"""What a change of rules is judged by first."""
TONES = {Verdict.BETTER: "c-good", Verdict.WORSE: "c-watch"}


async def begin(house: House, queue: str, *, draft: int, by: str) -> None:
    """The saved draft on the latest whole day. Raises Outdated, NoPastDay, RehearsalRunning."""
    found = await house.database.read(lambda work: work.drafts.find(queue))
    if found is None or found.version != draft:
        raise Outdated
    number = found.based_on + 1
    about = await house.database.read(lambda work: rehearsing.tried(work, queue, number))
    rules = await house.database.read(lambda work: work.drafts.rules(found))
    await rehearsing.begin(house, about, rules=rules, document=document_of(rules), days=(), repetitions=3, by=by)


def why(refusal: Exception) -> str:
    """The key of the words for a rehearsal that does not begin."""
    match refusal:
        case NoPastDay():
            return "refusal.no_past_day"
        case RehearsalRunning():
            return "refusal.rehearsal_running"
        case _:
            return "rules_page.refused_stale_version"


async def seen(house: House, queue: str, speaks: Speaks) -> dict[str, Any] | None:
    """The latest rehearsal of the queue, in words; None where there was none."""
    latest = await house.database.read(lambda work: work.rehearsals.latest(queue))
    if latest is None:
        return None
    try:
        known = await rehearsing.read(house, latest.id)
    except NotFound:
        return None
    kept, found = known.rehearsal, None
    if kept.result:
        found = told(kept.result, speaks.language)
    return {
        "running": kept.state is RehearsalState.RUNNING,
        "failed": kept.state in (RehearsalState.FAILED, RehearsalState.LOST),
        "share": round(kept.progress * 100),
        "version": Number(kept.rules_version),
        "days": Text(", ".join(short_day(date.fromisoformat(each), speaks.language) for each in kept.days)),
        "stale": known.stale,
        "found": found,
        "calls": Number(found["calls"]) if found else None,
        "chart": _chart(found["figures"]) if found else "",
        "tiles": _tiles(found["figures"], speaks) if found else [],
        **_judged(found["figures"] if found else ()),
    }


def _judged(figures: Any) -> dict[str, str]:
    """The look of the finding: what is worse is told first."""
    verdicts = {each.verdict for each in figures}
    if Verdict.WORSE in verdicts:
        return {"tone": "watch", "icon": "watch"}
    return {"tone": "good", "icon": "fine"} if Verdict.BETTER in verdicts else {"tone": "", "icon": "dot"}


def _tiles(figures: Any, speaks: Speaks) -> list[dict[str, str]]:
    """The leading figures under both rules, side by side."""
    found = []
    for each in (one for name in LEADING for one in figures if one.name == name):
        if each.in_force is None or each.draft is None:
            continue
        old, new, unit = side_by_side(each.in_force, each.draft, each.unit, speaks.catalogue, speaks.language)
        said = {"title": each.title, "old": old, "new": new, "unit": unit, "tone": TONES.get(each.verdict, "")}
        found.append(said | {"word": speaks.say(f"rehearsal_tile.{each.verdict}")})
    return found


def _chart(figures: Any) -> str:
    """The change of each figure in percent of what it is now, with its interval; empty where nothing can be drawn."""
    fit = [each for each in figures if each.in_force and None not in (each.change, each.low, each.high)][:DRAWN]
    if not fit:
        return ""

    def percent(name: str) -> list[float]:
        return [round(100 * getattr(each, name) / each.in_force, 1) for each in fit]

    series = {
        "name": "",
        "style": "accent",
        "values": percent("change"),
        "low": percent("low"),
        "high": percent("high"),
    }
    verdicts = [each.verdict for each in fit]
    drawn = {"kind": "change", "unit": "%", "x": [each.title for each in fit], "series": [series], "verdicts": verdicts}
    return json.dumps(drawn, ensure_ascii=False)
