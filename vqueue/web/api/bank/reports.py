"""Reports over HTTP, as JSON or as CSV."""

from datetime import timedelta
from functools import partial
from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from vqueue.domain.errors import NotFound
from vqueue.domain.report import Interval, Question, Report, ReportName
from vqueue.domain.request import Channel
from vqueue.services import reporting
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api.bank.tables import csv_of
from vqueue.web.api.operation import Ask, Bank, Id, Moment, Operation, Reply, Shape

TAG = "Reports"
DEFAULT_SPAN = timedelta(days=1)


class ReportQuery(Shape):
    """What is reported. Without `from` the day before `to`; without `to` until now."""

    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment | None, Field(alias="to")] = None
    queue: Id | None = None
    channel: Channel | None = None
    agent: Id | None = None
    """Requests this agent was asked to serve; his own talks and times."""
    interval: Interval = Interval.HOUR
    """Of `intervals`, `promises` and `ledger`: at most 7 days by `15m`, 31 by `1h`, 92 by `1d` and in other reports."""
    within_s: Annotated[int, Field(ge=0, le=3600)] = 20
    """Service level: answered within so many seconds."""
    short_s: Annotated[int, Field(ge=0, le=3600)] = 5
    """Whoever hung up sooner does not count as abandoned."""
    format: Annotated[str | None, Field(pattern="^(json|csv)$")] = None
    """`json` or `csv`; otherwise as the Accept header says."""


class ReportShown(Shape):
    """A table. Every row has every column; what each means stands in docs/reports.md."""

    name: ReportName
    start: Annotated[Moment, Field(serialization_alias="from")]
    end: Annotated[Moment, Field(serialization_alias="to")]
    columns: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]


def operations(house: House) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET", path="/v1/admin/reports/{name}", name="read_report", tag=TAG, who=Bank(Scope.REPORTS_READ),
            summary="A report: " + ", ".join(ReportName), query=ReportQuery,
            handler=partial(_report, house), answer=ReportShown,
            description="JSON, or CSV (UTF-8, one line of column names) with `format=csv` or `Accept: text/csv`. "
            "503 when counting takes too long: ask for a shorter time.",
        ),
    )  # fmt: skip


async def _report(house: House, ask: Ask) -> Reply | web.StreamResponse:
    question = _question(ask, house)
    report = await reporting.report(house.database, question, now=house.clock.now())
    if _wants_csv(ask):
        name = f"{question.name}-{question.start:%Y%m%dT%H%M}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(text=csv_of(report), content_type="text/csv", charset="utf-8", headers=headers)
    return Reply(body=shown(report))


def _question(ask: Ask, house: House) -> Question:
    if ask.path["name"] not in set(ReportName):
        raise NotFound(f"There are the reports {', '.join(ReportName)}.")
    query: ReportQuery = ask.query
    end = query.end or house.clock.now()
    return Question(
        name=ReportName(ask.path["name"]),
        start=query.start or end - DEFAULT_SPAN,
        end=end,
        queue=query.queue,
        channel=query.channel,
        agent=query.agent,
        interval=query.interval,
        within_s=query.within_s,
        short_s=query.short_s,
    )


def _wants_csv(ask: Ask) -> bool:
    query: ReportQuery = ask.query
    return query.format == "csv" or (query.format is None and "text/csv" in ask.http.headers.get("Accept", ""))


def shown(report: Report) -> dict[str, Any]:
    """The table as JSON."""
    question = report.question
    told = ReportShown(
        name=question.name,
        start=question.start,
        end=question.end,
        columns=report.columns,
        rows=tuple(dict(row) for row in report.rows),
    )
    document: dict[str, Any] = told.model_dump(mode="json", by_alias=True)
    return document
