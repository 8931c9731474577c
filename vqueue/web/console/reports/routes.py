"""The page of reports over HTTP, and each of its tables as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from vqueue.domain.errors import NotFound
from vqueue.domain.report import Report, ReportName
from vqueue.domain.speech_args import Number, Text
from vqueue.services import reporting
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web import charts
from vqueue.web.access import READERS, Access
from vqueue.web.api.bank.tables import csv_of
from vqueue.web.console.figures import minute, percent, plain
from vqueue.web.console.reports.asking import Asked, asked
from vqueue.web.console.reports.choices import Choices, choices
from vqueue.web.console.reports.ledger import LedgerPage
from vqueue.web.console.reports.paper import paper
from vqueue.web.console.reports.plots import Plots
from vqueue.web.console.reports.tables import Tables, lasting
from vqueue.web.pages import Pages, Say
from vqueue.wording import Language
from vqueue.wording.axis import days

_SHOWN: tuple[ReportName, ...] = tuple(name for name in ReportName if name is not ReportName.LEDGER)
"""The ledger has a page of its own."""
Kpi = tuple[str, str, str]
"""Value, what it counts, a note."""


@dataclass(frozen=True, kw_only=True)
class ReportPages:
    """Handlers of `/console/reports`."""

    house: House
    pages: Pages

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        say = self.pages.say(look)
        known = await choices(self.house, say, look.language)
        wish = self._asked(request, known)
        found: dict[ReportName, Report] = {name: await self._report(wish, name) for name in _SHOWN}
        plots = Plots(say, look.language, wish.interval)
        tables = Tables(say, plots, known.queue_names, self.pages.catalogue.keys())
        totals = _totals(found[ReportName.QUEUES])
        values = {
            "clock": minute(self.house.clock.now(), self.house.line.zone),
            "asked": wish,
            "paper": paper(self.house.line.bank, self.house.clock.now(), wish.zone, look.language, visitor),
            "days": days(wish.first, wish.last, look.language),
            "finding": _finding(found[ReportName.PROMISES], totals, known.goal(wish.queue), say, look.language),
            "choices": known,
            "narrowed": wish.names(known),
            "plots": plots.all(found[ReportName.INTERVALS], found[ReportName.PROMISES], totals, known.goal(wish.queue)),
            "tables": [tables.table(found[name]) for name in _SHOWN],
            "kpis": _kpis(found, totals, say, look.language),
            "empty": not any(report.rows and name is not ReportName.QUEUES for name, report in found.items()),
            "query": urlencode(wish.fields),
            "library": charts.library(),
            "zone": Text(wish.zone),
        }
        return self.pages.page(request, "console/reports/page.html", values, visitor=visitor)

    async def csv(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        name, look = request.match_info["name"], self.pages.look(request)
        if name not in set(ReportName):
            raise NotFound
        wish = self._asked(request, await choices(self.house, self.pages.say(look), look.language))
        report = await self._report(wish, ReportName(name))
        file = f"{name}-{wish.first}-{wish.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return web.Response(text=csv_of(report), content_type="text/csv", charset="utf-8", headers=headers)

    def _asked(self, request: web.Request, known: Choices) -> Asked:
        return asked(request.query, now=self.house.clock.now(), zone=self.house.line.zone, choices=known)

    async def _report(self, wish: Asked, name: ReportName) -> Report:
        return await reporting.report(self.house.database, wish.question(name), now=self.house.clock.now())


def _totals(queues: Report) -> dict[str, float]:
    """Counts of all queues together."""
    totals: dict[str, float] = {}
    for row in queues.rows:
        if row["channel"] == reporting.ALL:
            for column, value in row.items():
                if isinstance(value, int | float):
                    totals[column] = totals.get(column, 0) + value
    return totals


def _finding(
    promises: Report, totals: Mapping[str, float], goal: float, say: Say, language: Language
) -> tuple[str, str] | None:
    """(tone, sentence): whether these days were fine. None where nothing was promised."""
    share = _kept(promises.rows)
    if share is None:
        return None
    told = say("reports_page.found_kept", words=Text(_finely(share, language)), total=Text(percent(goal, language)))
    came, gone = (Number(int(totals.get(column, 0))) for column in ("offered", "abandoned"))
    return ("good" if share >= goal else "watch"), f"{told} {say('reports_page.found_gone', count=gone, total=came)}"


def _finely(share: float | None, language: Language) -> str:
    """One decimal where there is one, as the plot of promises has it."""
    return percent(share, language, digits=0 if share is None or round(100 * share, 1).is_integer() else 1)


def _kept(rows: Sequence[Mapping[str, object]]) -> float | None:
    """The share of the settled promises."""
    kept, broken = (sum(_figure(row[column]) for row in rows) for column in ("kept", "broken"))
    return kept / (kept + broken) if kept + broken else None


def _kpis(found: Mapping[ReportName, Report], totals: Mapping[str, float], say: Say, language: Language) -> list[Kpi]:
    """The few figures that stand above everything."""
    every = [row for row in found[ReportName.QUEUES].rows if row["channel"] == reporting.ALL]
    said = [row for row in found[ReportName.FEEDBACK].rows if row["channel"] == reporting.ALL]
    promised = found[ReportName.PROMISES].rows
    counts: list[Kpi] = [
        (say("console.number", count=Number(int(totals.get(column, 0)))), say(f"report_col.{column}"), "")
        for column in ("offered", "callbacks_accepted", "called_back")
    ]
    reached = totals.get("reached_first_time", 0) / totals["called_back"] if totals.get("called_back") else None
    return [
        *counts,
        (percent(reached, language), say("reports_page.kpi_first"), ""),
        (_lasting(every, "second_hold_p50_s", "called_back"), say("report_col.second_hold_p50_s"), ""),
        (_lasting(every, "asa_s", "answered"), say("report_col.asa_s"), ""),
        (_lasting(every, "asa_all_s", "answered"), say("report_col.asa_all_s"), ""),
        (_finely(_kept(promised), language), say("reports_page.kpi_kept"), ""),
        (_count(promised, "early", say), say("report_col.early"), ""),
        (_count(promised, "late", say), say("report_col.late"), ""),
        saved(found[ReportName.SAVINGS].rows, say),
        (_weighted(said, "csat_mean", "rated", language, digits=1), say("reports_page.kpi_csat"), ""),
        (_weighted(said, "nps", "nps_asked", language, digits=0), say("reports_page.kpi_nps"), ""),
        (percent(_mean(said, "solved_share", "solved_asked"), language), say("reports_page.kpi_solved"), ""),
    ]


def _count(rows: Sequence[Mapping[str, object]], column: str, say: Say) -> str:
    return say("console.number", count=Number(int(sum(_figure(row[column]) for row in rows))))


def _lasting(rows: Sequence[Mapping[str, object]], column: str, weight: str) -> str:
    """Of queues together: their means, weighted."""
    mean = _mean(rows, column, weight)
    return "–" if mean is None else lasting(mean)


def saved(rows: Sequence[Mapping[str, object]], say: Say) -> Kpi:
    """Minutes on the line that callbacks saved, with their interval where each queue has one. The ends of several
    queues are added: it holds however their days hang together, and is wider than it need be."""
    label, known = say("reports_page.kpi_saved"), [row for row in rows if row["hold_saved_min"] is not None]
    if not known:
        return "–", label, ""
    minutes = say("console.number", count=Number(round(sum(_figure(row["hold_saved_min"]) for row in known))))
    if any(row["hold_saved_low_s"] is None or row["hold_saved_high_s"] is None for row in known):
        return minutes, label, ""
    ends = [
        Number(round(sum(_figure(row[f"hold_saved_{edge}_s"]) * _figure(row["offered"]) / 60 for row in known)))
        for edge in ("low", "high")
    ]
    return minutes, label, say("reports_page.kpi_between", count=ends[0], total=ends[1])


def _mean(rows: Sequence[Mapping[str, object]], column: str, weight: str) -> float | None:
    known = [(_figure(row[column]), _figure(row[weight])) for row in rows if row[column] is not None]
    total = sum(each for _, each in known)
    return sum(value * each for value, each in known) / total if total else None


def _weighted(
    rows: Sequence[Mapping[str, object]], column: str, weight: str, language: Language, *, digits: int
) -> str:
    mean = _mean(rows, column, weight)
    return "–" if mean is None else plain(mean, language, digits=digits)


def _figure(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the pages and their tables."""
    reports, ledger = ReportPages(house=house, pages=pages), LedgerPage(house=house, pages=pages)
    app.router.add_get("/console/reports", access.only(reports.page, *READERS))
    app.router.add_get("/console/reports/promises", access.only(ledger.page, *READERS))
    app.router.add_get("/console/reports/{name}.csv", access.only(reports.csv, *READERS))
