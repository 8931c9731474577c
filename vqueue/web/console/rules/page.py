"""Puts a page of rules together: the head, the form, what changes, what is still missing before it can be published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from vqueue.domain.speech_args import Number, Text
from vqueue.services.house import House
from vqueue.services.ruling_view import Ground, Standing
from vqueue.services.signing_in import Visitor
from vqueue.web import charts
from vqueue.web.access import SUPERVISORS
from vqueue.web.api.bank.rules_shapes import document_of
from vqueue.web.console.account import moment
from vqueue.web.console.figures import minute
from vqueue.web.console.rules import holidays, trial
from vqueue.web.console.rules.draft import Draft, Tried, soon, tried
from vqueue.web.console.rules.shown import Formed, Speaks, countries, formed, holiday_countries, weekdays
from vqueue.web.console.rules.steps import agrees, steps
from vqueue.web.pages import Pages
from vqueue.wording.languages import voice

PART = "X-Part"
"""Sent by our script, which wants the part of the page that it puts in."""
UNREADABLE = 422
"""Of a form that was not saved: whoever sent it is led to what must be mended."""


@dataclass(frozen=True, kw_only=True)
class Presenter:
    """Renders for one house."""

    house: House
    pages: Pages

    def speaks(self, request: web.Request) -> Speaks:
        look = self.pages.look(request)
        return Speaks(self.pages.say(look), self.pages.catalogue, look.language)

    def at(self, request: web.Request, when: datetime | None, zone: str = "") -> str:
        """Day and minute in words; empty for none."""
        if when is None:
            return ""
        return moment(self.speaks(request).say, when, self.house.clock.now(), zone or self.house.line.zone)

    def values(self) -> dict[str, Any]:
        return {"clock": minute(self.house.clock.now(), self.house.line.zone)}

    def index(self, request: web.Request, visitor: Visitor, found: Sequence[Standing]) -> web.Response:
        language = self.pages.look(request).language
        rows = [
            {
                "queue": each.queue,
                "name": each.names.get(language) or each.names.get("en") or each.queue,
                "version": Number(each.version),
                "since": self.at(request, each.since),
                "by": each.by,
                "reason": each.reason,
                "draft_by": each.draft_by,
                "asked": each.asked,
                "publish_at": self.at(request, each.publish_at),
            }
            for each in found
        ]
        rows.sort(key=lambda row: str(row["name"]))
        return self.pages.page(request, "console/rules/index.html", self.values() | {"rows": rows}, visitor=visitor)

    async def page(
        self,
        request: web.Request,
        visitor: Visitor,
        draft: Draft,
        *,
        status: int = 200,
        done: str = "",
        focus: str = "",
        refused: str = "",
        sent: Mapping[str, str] | None = None,
    ) -> web.Response:
        """The whole page, or for our script the part with the form and what stands beside it."""
        came = await self.house.database.read(lambda work: tried(work, draft))
        speaks, ground = self.speaks(request), draft.ground
        form = formed(
            draft.values,
            live=document_of(ground.told.queue.rules),
            document=came.document,
            faults=came.faults,
            remarks=came.remarks,
            speaks=speaks,
        )
        values = self._page_values(request, visitor, draft, form, came)
        values |= {"holidays_ahead": holidays.ahead(came.document, self.house.clock.now(), speaks.language)}
        values |= {"rehearsal": await trial.seen(self.house, draft.queue, speaks), "library": charts.library()}
        to = focus or (form.wrong[0].name if status == UNREADABLE and form.wrong else "")
        values |= {"done": done, "focus": to, "refused": refused, "sent": sent or {}}
        if request.headers.get(PART):
            look = self.pages.look(request)
            text = self.pages.fragment("console/rules/_part.html", look, values | {"visitor": visitor})
            return web.Response(text=text, content_type="text/html", status=status)
        return self.pages.page(request, "console/rules/edit.html", values, visitor=visitor, status=status)

    async def rehearsal(self, request: web.Request, visitor: Visitor, draft: Draft) -> web.Response:
        """How far the latest rehearsal is, as a part of the page."""
        look = self.pages.look(request)
        values = {
            "queue": draft.queue,
            "draft": draft,
            "saved": self._saved(request, draft.ground),
            "may": visitor.role in SUPERVISORS,
            "visitor": visitor,
            "rehearsal": await trial.seen(self.house, draft.queue, self.speaks(request)),
        }
        text = self.pages.fragment("console/rules/_rehearsal.html", look, values)
        return web.Response(text=text, content_type="text/html")

    def _page_values(
        self, request: web.Request, visitor: Visitor, draft: Draft, form: Formed, came: Tried
    ) -> dict[str, Any]:
        ground, speaks = draft.ground, self.speaks(request)
        zone = ground.told.queue.rules.hours.zone
        may = visitor.role in SUPERVISORS
        return self.values() | {
            "queue": draft.queue,
            "name": ground.told.queue.name(speaks.language),
            "ground": ground,
            "draft": draft,
            "form": form,
            "speaks": speaks,
            "may": may,
            "live": self._live(request, ground),
            "saved": self._saved(request, ground),
            "steps": steps(speaks.say, draft, form, visitor),
            "ready": may and ground.told.draft is not None and not draft.dirty and not form.faults,
            "agrees": agrees(visitor, ground),
            "zone": Text(zone),
            "soon": soon(self.house.clock.now(), zone),
            "weekdays": weekdays(speaks.language),
            "countries": countries(speaks.language),
            "holiday_countries": holiday_countries(speaks.language),
            "attribute_names": [(name, _known(speaks, "rule_attribute", name)) for name in form.attributes],
            "operator_names": [(name, _known(speaks, "rule_operator", name)) for name in form.operators],
            "queue_names": [
                (queue, names.get(speaks.language) or names.get("en") or queue)
                for queue, names in ground.queues.items()
                if queue != draft.queue
            ],
            "credit_names": [
                (text, text)
                for name, text in form.values.items()
                if name.startswith("credits.") and name.endswith(".name") and text
            ],
            "voices": {code: voice(code) for code in ("en", "ru", "he")},
            "number": Number,
            "text": Text,
        }

    def _live(self, request: web.Request, ground: Ground) -> dict[str, Any]:
        latest = ground.told.latest
        return {
            "version": Number(latest.version),
            "since": self.at(request, latest.at),
            "by": ground.names.get(latest.by or "", latest.by or ""),
            "reason": latest.reason or "",
        }

    def _saved(self, request: web.Request, ground: Ground) -> dict[str, Any] | None:
        saved = ground.told.draft
        if saved is None:
            return None
        return {
            "at": Text(self.at(request, saved.saved_at)),
            "by": Text(ground.names.get(saved.saved_by, saved.saved_by)),
            "becomes": Number(saved.based_on + 1),
            "version": saved.version,
            "reason": saved.reason or "",
            "publish_at": Text(self.at(request, saved.publish_at)) if saved.agreed_by else None,
            "agreed_by": Text(ground.names.get(saved.agreed_by or "", saved.agreed_by or "")),
        }


def _known(speaks: Speaks, area: str, name: str) -> str:
    return speaks.say(f"{area}.{name}") if speaks.knows(f"{area}.{name}") else name
