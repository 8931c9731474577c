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
from vqueue.web.console.rules import trial
from vqueue.web.console.rules.draft import Draft, Tried, soon, tried
from vqueue.web.console.rules.shown import Formed, Speaks, countries, formed, holiday_countries
from vqueue.web.pages import Pages
from vqueue.wording.languages import voice

PART = "X-Part"
"""Sent by our script, which wants the part of the page that it puts in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing on the way to publication."""

    icon: str
    tone: str
    text: str


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
        values |= {"rehearsal": await trial.seen(self.house, draft.queue, speaks), "library": charts.library()}
        values |= {"done": done, "focus": focus, "refused": refused, "sent": sent or {}}
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
            "steps": self._steps(request, visitor, draft, form),
            "ready": may and ground.told.draft is not None and not draft.dirty and not form.faults,
            "agrees": self._agrees(visitor, ground),
            "zone": Text(zone),
            "soon": soon(self.house.clock.now(), zone),
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

    def _agrees(self, visitor: Visitor, ground: Ground) -> str:
        """What the button does: publish, ask for a second person, or agree as that person."""
        saved = ground.told.draft
        if saved is None or not ground.told.queue.rules.publishing.second_person:
            return "publish"
        if saved.saved_by == visitor.id:
            return "ask"
        return "agree"

    def _steps(self, request: web.Request, visitor: Visitor, draft: Draft, form: Formed) -> list[Step]:
        say, ground = self.speaks(request).say, draft.ground
        saved, steps = ground.told.draft, []
        if form.faults:
            steps.append(Step(icon="act", tone="c-act", text=say("rules_page.step_mend", count=Number(form.faults))))
        if draft.dirty:
            steps.append(Step(icon="watch", tone="c-watch", text=say("rules_page.step_unsaved")))
        elif saved is not None:
            steps.append(Step(icon="fine", tone="c-good", text=say("rules_page.step_saved")))
        if saved is not None and ground.told.queue.rules.publishing.second_person:
            steps.append(self._second(request, visitor, ground))
        return steps

    def _second(self, request: web.Request, visitor: Visitor, ground: Ground) -> Step:
        say, saved = self.speaks(request).say, ground.told.draft
        assert saved is not None
        if saved.agreed_by:
            name = Text(ground.names.get(saved.agreed_by, saved.agreed_by))
            return Step(icon="fine", tone="c-good", text=say("rules_page.step_agreed", name=name))
        if saved.asked_by and saved.saved_by != visitor.id:
            name = Text(ground.names.get(saved.asked_by, saved.asked_by))
            return Step(icon="clock", tone="c-watch", text=say("rules_page.step_asks_you", name=name))
        word = "step_asked" if saved.asked_by else "step_second"
        return Step(icon="clock", tone="", text=say(f"rules_page.{word}"))


def _known(speaks: Speaks, area: str, name: str) -> str:
    return speaks.say(f"{area}.{name}") if speaks.knows(f"{area}.{name}") else name
