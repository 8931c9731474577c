"""Alerts over HTTP: what needs somebody now, and what helps."""

from functools import partial

from vqueue.domain.alert import Alert, Kind, Severity
from vqueue.services import alerting
from vqueue.services.house import House
from vqueue.services.keys import Scope
from vqueue.web.api import cursor
from vqueue.web.api.operation import Ask, Bank, Moment, Operation, Reply, Shape, ShortPage

TAG = "Alerts"


class ActionShown(Shape):
    """What helps: `open` a page, `switch` something there, `look` at a part of the service."""

    kind: str
    href: str


class AlertShown(Shape):
    """One thing wrong."""

    id: str
    """Stays the same while it lasts."""
    kind: Kind
    queue: str | None
    subject: str | None
    """What it is about where that is no queue: a webhook's id."""
    since: Moment | None
    severity: Severity
    """`act`: customers are harmed now or soon; `watch`: look at it today."""
    figure: float
    unit: str
    action: ActionShown


class AlertList(Shape):
    """Gravest first; computed anew at each call."""

    items: tuple[AlertShown, ...]
    next_cursor: str | None = None


def operations(house: House) -> tuple[Operation, ...]:
    return (
        Operation(
            method="GET", path="/v1/admin/alerts", name="list_alerts", tag=TAG, who=Bank(Scope.REPORTS_READ),
            summary="What needs somebody now, gravest first", handler=partial(_alerts, house), query=ShortPage,
            answer=AlertList,
        ),
    )  # fmt: skip


async def _alerts(house: House, ask: Ask) -> Reply:
    page, more = cursor.cut(await alerting.now(house), ask.query)
    return Reply(body=AlertList(items=tuple(map(shown, page)), next_cursor=more))


def shown(alert: Alert) -> AlertShown:
    return AlertShown(
        id=alert.id,
        kind=alert.kind,
        queue=alert.queue,
        subject=alert.subject,
        since=alert.since,
        severity=alert.severity,
        figure=alert.figure,
        unit=alert.unit,
        action=ActionShown(kind=alert.action.kind, href=alert.action.href),
    )
