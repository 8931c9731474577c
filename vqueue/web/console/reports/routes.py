"""The page of reports over HTTP, and each of its tables as CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from vqueue.domain.errors import NotFound
from vqueue.domain.report import Interval, Report, ReportName
from vqueue.domain.speech_args import Number, Text
from vqueue.services import reporting
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web import charts
from vqueue.web.access import READERS, Access
from vqueue.web.api.bank.tables import csv_of
from vqueue.web.console.figures import minute, percent
from vqueue.web.console.reports.asking import Asked, asked
from vqueue.web.console.reports.plots import Plots
from vqueue.web.console.reports.tables import Tables
from vqueue.web.pages import Pages, Say
from vqueue.wording import Language

_SHOWN = tuple(ReportName)


@dataclass(frozen=True, kw_only=True)
class ReportPages:
    """Handlers of `/console/reports`."""

    house: House
    pages: Pages

    async def page(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look = self.pages.look(request)
        say = self.pages.say(look)
        names, goals = await self._queues(look.language)
        wish = self._asked(request, names)
        found = {name: await self._report(wish, name) for name in _SHOWN}
        plots = Plots(say, look.language, wish.interval)
        tables = Tables(say, plots, names, self.pages.catalogue.keys())
        totals = _totals(found[ReportName.QUEUES])
        goal = goals[wish.queue] if wish.queue else max(goals.values(), default=0.9)
        values = {
            "clock": minute(self.house.clock.now(), self.house.line.zone),
            "asked": wish,
            "queues": sorted(names.items(), key=lambda item: item[1]),
            "queue_name": names.get(wish.queue, ""),
            "intervals": [each.value for each in Interval],
            "plots": plots.all(found[ReportName.INTERVALS], found[ReportName.PROMISES], totals, goal),
            "tables": [tables.table(found[name]) for name in _SHOWN],
            "kpis": _kpis(found, totals, say, look.language),
            "empty": not any(report.rows and name is not ReportName.QUEUES for name, report in found.items()),
            "query": urlencode(wish.fields),
            "library": charts.library(),
            "zone": Text(wish.zone),
        }
        return self.pages.page(request, "console/reports/page.html", values, visitor=visitor)

    async def csv(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in set(ReportName):
            raise NotFound
        names, _ = await self._queues(self.pages.look(request).language)
        wish = self._asked(request, names)
        report = await self._report(wish, ReportName(name))
        file = f"{name}-{wish.first}-{wish.last}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        return web.Response(text=csv_of(report), content_type="text/csv", charset="utf-8", headers=headers)

    def _asked(self, request: web.Request, names: Mapping[str, str]) -> Asked:
        return asked(request.query, now=self.house.clock.now(), zone=self.house.line.zone, queues=names)

    async def _report(self, wish: Asked, name: ReportName) -> Report:
        return await reporting.report(self.house.database, wish.question(name), now=self.house.clock.now())

    async def _queues(self, language: str) -> tuple[dict[str, str], dict[str, float]]:
        """Names, and the goal each has for its promises."""
        found = await self.house.database.read(lambda work: work.queues.all())
        goals = {queue.id: queue.rules.deadlines.coverage for queue in found}
        return {queue.id: queue.name(language) for queue in found}, goals


def _totals(queues: Report) -> dict[str, float]:
    """Counts of all queues together."""
    totals: dict[str, float] = {}
    for row in queues.rows:
        if row["channel"] == reporting.ALL:
            for column, value in row.items():
                if isinstance(value, int | float):
                    totals[column] = totals.get(column, 0) + value
    return totals


def _kpis(
    found: Mapping[ReportName, Report], totals: Mapping[str, float], say: Say, language: Language
) -> list[tuple[str, str]]:
    """(value, what it counts): the few figures that stand above everything."""
    kept, broken = (
        sum(_figure(row[column]) for row in found[ReportName.PROMISES].rows) for column in ("kept", "broken")
    )
    said = [row for row in found[ReportName.FEEDBACK].rows if row["channel"] == reporting.ALL]
    counts = [
        (say("console.number", count=Number(int(totals.get(column, 0)))), say(f"report_col.{column}"))
        for column in ("offered", "answered", "called_back")
    ]
    reached = totals.get("reached_first_time", 0) / totals["called_back"] if totals.get("called_back") else None
    return [
        *counts,
        (percent(reached, language), say("reports_page.kpi_first")),
        (percent(kept / (kept + broken) if kept + broken else None, language), say("reports_page.kpi_kept")),
        (_weighted(said, "csat_mean", "rated", "{:.1f}"), say("reports_page.kpi_csat")),
        (_weighted(said, "nps", "nps_asked", "{:.0f}"), say("reports_page.kpi_nps")),
        (_weighted(said, "solved_share", "solved_asked", "{:.0%}"), say("reports_page.kpi_solved")),
    ]


def _weighted(rows: Sequence[Mapping[str, object]], column: str, weight: str, form: str) -> str:
    known = [(_figure(row[column]), _figure(row[weight])) for row in rows if row[column] is not None]
    total = sum(each for _, each in known)
    return form.format(sum(value * each for value, each in known) / total) if total else "–"


def _figure(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the page and its tables."""
    reports = ReportPages(house=house, pages=pages)
    app.router.add_get("/console/reports", access.only(reports.page, *READERS))
    app.router.add_get("/console/reports/{name}.csv", access.only(reports.csv, *READERS))
