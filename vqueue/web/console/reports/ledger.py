"""The page of the promise ledger: what was promised by queue, channel and hour, and each promise made once more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from vqueue.domain.replay import Replayed
from vqueue.domain.report import Report, ReportName
from vqueue.domain.speech_args import Number, Text
from vqueue.ports.reports import Fate, PromiseFilter
from vqueue.services import ledger, reporting
from vqueue.services.house import House
from vqueue.services.ledger import Entry
from vqueue.services.signing_in import Visitor
from vqueue.web.console.figures import NONE, minute, percent
from vqueue.web.console.moments import place_in, place_of
from vqueue.web.console.promised import Tag, lines_of, whole_minutes
from vqueue.web.console.reports.asking import Asked, asked
from vqueue.web.console.reports.choices import choices
from vqueue.web.console.reports.paper import paper
from vqueue.web.console.reports.plots import Plots
from vqueue.web.console.reports.tables import Tables
from vqueue.web.console.sentences import Words
from vqueue.web.pages import Pages, Say
from vqueue.wording import Language
from vqueue.wording.axis import days

LISTED = 25
"""Promises on a page."""


@dataclass(frozen=True, kw_only=True)
class LedgerPage:
    """Handler of `/console/reports/promises`."""

    house: House
    pages: Pages

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look, now, zone = self.pages.look(request), self.house.clock.now(), self.house.line.zone
        say, fate = self.pages.say(look), request.query.get("fate", "")
        fate = fate if fate in set(Fate) else ""
        known = await choices(self.house, say, look.language, fate=fate)
        wish = asked(request.query, now=now, zone=zone, choices=known)
        report = await reporting.report(self.house.database, wish.question(ReportName.LEDGER), now=now)
        found = await self._promises(wish, fate, request.query.get("before", ""))
        words, names = Words(say, look.language, zone, now), known.queue_names
        tables = Tables(say, Plots(say, look.language, wish.interval), names, self.pages.catalogue.keys())
        shown = found[:LISTED]
        values = {
            "clock": minute(now, zone),
            "asked": wish,
            "paper": paper(self.house.line.bank, now, zone, look.language, visitor),
            "days": days(wish.first, wish.last, look.language),
            "choices": known,
            "narrowed": wish.names(known),
            "zone": Text(zone),
            "query": urlencode(wish.fields | ({"fate": fate} if fate else {})),
            "lines": [
                lines_of(each.promise, each.replay, words, queue=names.get(each.promise.queue, "")) for each in shown
            ],
            "counted": say("ledger_page.counted", count=Number(len(shown))),
            "older": place_of(shown[-1].promise.made_at, shown[-1].promise.id) if len(found) > LISTED else "",
            "finding": _finding(shown, say),
            "kpis": _kpis(report, shown, say, look.language),
            "tables": [tables.table(report)],
        }
        return self.pages.page(request, "console/reports/ledger.html", values, visitor=visitor)

    async def _promises(self, wish: Asked, fate: str, before: str) -> list[Entry]:
        question = wish.question(ReportName.LEDGER)
        wanted = PromiseFilter(
            queue=question.queue,
            channel=question.channel,
            agent=question.agent,
            fate=Fate(fate) if fate else None,
            start=question.start,
            end=question.end,
            after=place_in(before),
        )
        return await self.house.database.read(lambda work: ledger.page(work, wanted, limit=LISTED + 1))


def _finding(shown: Sequence[Entry], say: Say) -> Tag:
    """Whether what was stored gives what was spoken, in one sentence."""
    counts = {verdict: sum(each.replay.verdict is verdict for each in shown) for verdict in Replayed}
    total, different = Number(len(shown)), counts[Replayed.DIFFERENT]
    if different:
        text = say("ledger_page.found_different", count=Number(different), total=total)
        return Tag(text=text, icon="act", tone="act")
    if counts[Replayed.INCOMPLETE]:
        text = say("ledger_page.found_incomplete", count=Number(counts[Replayed.IDENTICAL]), total=total)
        return Tag(text=text, icon="watch", tone="")
    key = "ledger_page.found_identical" if shown else "ledger_page.found_none"
    return Tag(text=say(key, count=total), icon="fine", tone="good")


def _kpis(report: Report, shown: Sequence[Entry], say: Say, language: Language) -> list[tuple[str, str, str]]:
    sums = {name: sum(_count(row, name) for row in report.rows) for name in ("made", "kept", "broken", "early", "late")}
    judged = sums["kept"] + sums["broken"]
    widths = sorted(each.promise.window.end - each.promise.window.start for each in shown)
    identical = sum(each.replay.verdict is Replayed.IDENTICAL for each in shown)

    def number(name: str) -> str:
        return say("console.number", count=Number(sums[name]))

    return [
        (number("made"), say("report_col.made"), ""),
        (percent(sums["kept"] / judged if judged else None, language, digits=1), say("report_col.coverage"), ""),
        (number("early"), say("report_col.early"), ""),
        (number("late"), say("report_col.late"), ""),
        (whole_minutes(widths[(len(widths) - 1) // 2], say) if widths else NONE, say("ledger_page.width_shown"), ""),
        (
            say("slots_page.of", count=Number(identical), total=Number(len(shown))),
            say("ledger_page.of_shown"),
            "",
        ),
    ]


def _count(row: Mapping[str, object], name: str) -> int:
    value = row[name]
    return value if isinstance(value, int) else 0
