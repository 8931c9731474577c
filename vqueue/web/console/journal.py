"""The journal's page: everything the house noted, newest first, for whoever has to answer for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from vqueue.domain.journal import Fact, JournalRow
from vqueue.domain.speech_args import Day, Number
from vqueue.ports.reports import JournalFilter
from vqueue.services import auditing
from vqueue.services.auditing import Noted
from vqueue.services.house import House
from vqueue.services.signing_in import Visitor
from vqueue.web.access import READERS, Access
from vqueue.web.console import noted_words
from vqueue.web.console.figures import minute, second
from vqueue.web.console.noted_words import Called
from vqueue.web.console.sentences import Words
from vqueue.web.console.timeline import inputs
from vqueue.web.pages import Pages

PLACE = "/console/journal"
_REFERENCE = "R-"
_ID_SIGNS = "-_.:"
_LETTERS = 64
_YEARS = range(2000, 3000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A group of facts; `acts` are those of staff that belong to it."""

    facts: tuple[Fact, ...] = ()
    acts: tuple[str, ...] = ()
    without: tuple[Fact, ...] = ()


KINDS: Mapping[str, Kind] = {
    "main": Kind(without=(Fact.LEG_NEWS, Fact.NEWS_IGNORED, Fact.NOTICE_QUEUED, Fact.QUEUE_LEFT)),
    "requests": Kind(
        facts=(
            Fact.QUEUE_ENTERED, Fact.REQUEST_MOVED, Fact.REQUEST_REFUSED, Fact.CLASS_LIFTED, Fact.RETRY_DECIDED,
            Fact.ATTEMPT_OPENED, Fact.ATTEMPT_CLOSED,
        ),
        acts=(
            "changed_window", "moved_request", "cancelled_request", "resolved_request", "called_next", "made_request",
            "disposition",
        ),
    ),
    "promises": Kind(facts=(Fact.PROMISE_MADE, Fact.PROMISE_SETTLED), acts=("changed_window",)),
    "agents": Kind(
        facts=(Fact.AGENT_MOVED, Fact.AGENT_PROVEN, Fact.PIN_LOCKED),
        acts=(
            "asked_presence", "longer_wrap_up", "set_pin", "took_pin_away", "added_agent", "replaced_agent",
            "changed_agent", "removed_agent",
        ),
    ),
    "rules": Kind(
        facts=(Fact.RULES_PUBLISHED, Fact.SWITCH_TURNED, Fact.MODEL_CHANGED),
        acts=(
            "saved_rules", "discarded_rules", "scheduled_rules", "unscheduled_rules", "asked_to_publish",
            "rehearsed_rules", "renamed_queue", "switched_until",
        ),
    ),
    "data": Kind(facts=(Fact.PERSONAL_DATA_READ,), acts=("erased_person",)),
    "access": Kind(
        acts=(
            "signed_in", "signed_out", "ended_session", "ended_sessions", "changed_password", "reset_password",
            "added_staff", "put_staff", "gave_role", "disabled_staff", "enabled_staff", "made_key", "revoked_key",
        ),
    ),
    "staff": Kind(facts=(Fact.STAFF_ACTED,)),
    "alarms": Kind(
        facts=(Fact.BRIDGED_UNCONFIRMED, Fact.PIN_LOCKED, Fact.WEBHOOK_DISABLED, Fact.NOTICE_DEAD, Fact.LEASE_TAKEN)
    ),
    "calls": Kind(facts=(Fact.CALL_STARTED, Fact.CALL_ENDED, Fact.CALL_RECOVERED, Fact.OFFER_MADE, Fact.LEG_NEWS)),
    "all": Kind(),
}  # fmt: skip
"""What the filter offers; the first leaves out the steps that every call is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filter as it was asked for; what nobody offers is no filter. Times are written as their fields write them."""

    kind: str = "main"
    queue: str = ""
    person: str = ""
    request: str = ""
    since: str = ""
    until: str = ""

    def wanted(self, zone: str) -> JournalFilter:
        kind = KINDS[self.kind]
        return JournalFilter(
            facts=kind.facts,
            acts=kind.acts,
            without=kind.without,
            queue=self.queue or None,
            person=self.person or None,
            request=self.request.removeprefix(_REFERENCE) or None,
            since=_moment(self.since, zone),
            until=_moment(self.until, zone),
        )

    def query(self, **more: str) -> str:
        """The same as the part of an address."""
        fields = {name: getattr(self, name) for name in ("kind", "queue", "person", "request")}
        fields |= {"from": self.since, "to": self.until}
        return urlencode({name: value for name, value in (fields | more).items() if value})


def chosen(query: Mapping[str, str], zone: str) -> Chosen:
    kind, request = query.get("kind", "main"), _name(query.get("request", ""))
    return Chosen(
        kind=kind if kind in KINDS else "main",
        queue=_name(query.get("queue", "")),
        person=_name(query.get("person", "")),
        request=request.upper() if request.upper().startswith(_REFERENCE) else request,
        since=_written(_moment(query.get("from", ""), zone), zone),
        until=_written(_moment(query.get("to", ""), zone), zone),
    )


def _name(text: str) -> str:
    """Of what was typed, what an id may be made of."""
    return "".join(each for each in text if each.isascii() and (each.isalnum() or each in _ID_SIGNS))[:_LETTERS]


def _moment(text: str, zone: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    return at if at.year in _YEARS else None


def _written(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}" if at is not None else ""


def place_of(text: str) -> tuple[datetime, str] | None:
    """Where a page goes on: a moment and an id. None for anything else."""
    at, _, name = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, _name(name)) if moment.tzinfo is not None and moment.year in _YEARS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row as it stands on the page."""

    key: str
    time: str
    what: str
    why: str
    subject: str
    href: str
    who: str
    rules: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPage:
    """Lines by day, newest first, and what the filter offers."""

    days: tuple[tuple[str, tuple[Line, ...]], ...]
    counted: str
    older: str
    queues: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...]
    chosen: Chosen
    first: bool
    clock: str


def present(noted: Noted, asked: Chosen, words: Words, *, first: bool) -> JournalPage:
    queues = {queue: names.get(words.language) or names.get("en") or queue for queue, names in noted.queues.items()}
    called = Called(agents=noted.agents, queues=queues, actors={**noted.staff, **noted.keys})
    zone = ZoneInfo(words.zone)
    days = groupby(noted.rows, key=lambda row: row.at.astimezone(zone).date())
    today = words.now.astimezone(zone).date()
    older = f"{noted.older[0].isoformat()}~{noted.older[1]}" if noted.older is not None else ""
    people = [*noted.staff.items(), *noted.agents.items(), *noted.keys.items()]
    return JournalPage(
        days=tuple(
            (words.say("journal.day", day=Day(day, today)), tuple(_line(row, called, words) for row in rows))
            for day, rows in days
        ),
        counted=words.say("journal.counted", count=Number(len(noted.rows))),
        older=f"{PLACE}?{asked.query(before=older)}" if older else "",
        queues=tuple(sorted(queues.items(), key=lambda each: each[1])),
        people=tuple(sorted(people, key=lambda each: each[1])),
        chosen=asked,
        first=first,
        clock=minute(words.now, words.zone),
    )


def _line(row: JournalRow, called: Called, words: Words) -> Line:
    subject, href = noted_words.subject(row, called)
    version = row.rules_version
    return Line(
        key=row.id,
        time=second(row.at, words.zone),
        what=noted_words.what(row, called, words),
        why=noted_words.why(row, words),
        subject=subject,
        href=href,
        who=noted_words.who(row, called, words),
        rules=words.say("console.rules_version", count=Number(version)) if version else "",
        inputs=tuple(inputs(row.data)),
    )


@dataclass(frozen=True, kw_only=True)
class Journal:
    """The handler."""

    house: House
    pages: Pages

    async def show(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        look, zone = self.pages.look(request), self.house.line.zone
        words = Words(self.pages.say(look), look.language, zone, self.house.clock.now())
        asked, before = chosen(request.query, zone), place_of(request.query.get("before", ""))
        noted = await auditing.noted(self.house, asked.wanted(zone), before=before)
        known = Chosen(
            kind=asked.kind, queue=asked.queue, person=asked.person, request=asked.request, until=asked.until,
            since=_written(noted.wanted.since, zone),
        )  # fmt: skip
        page = present(noted, known, words, first=before is None)
        values = {"page": page, "clock": page.clock, "kinds": tuple(KINDS)}
        return self.pages.page(request, "console/journal.html", values, visitor=visitor)


def add_routes(app: web.Application, *, house: House, pages: Pages, access: Access) -> None:
    """Mounts the page."""
    app.router.add_get(PLACE, access.only(Journal(house=house, pages=pages).show, *READERS))
