"""The scenes of the customer's page: from the topics to the place in line, and what comes after it."""

import asyncio
import json
import re
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, Request, Route

from scripts.picture_stage import LANGUAGES, Stage

GUESTS = {"en": "+447700900002", "ru": "+447700900003", "he": "+447700900004"}
"""Numbers nobody of the crowd uses; each gives its place back at the end."""
Document = dict[str, Any]
WAITS = re.compile(r"/v1/(topics|queues/[^/]+/availability)")
OFFLINE = "p.strip"


def ahead(minutes: float, seen: Document) -> str:
    """So many minutes after the moment at which the request was last promised something, RFC 3339."""
    at = datetime.fromisoformat((seen["promised"] or {}).get("at") or seen["virtual_start_at"])
    return (at + timedelta(minutes=minutes)).astimezone(UTC).isoformat()


def between(start: float, end: float, seen: Document) -> Document:
    return {"from": ahead(start, seen), "to": ahead(end, seen), "coverage": 0.9}


FACES: Mapping[str, Callable[[Document], Document]] = {
    "late": lambda seen: {
        "virtual_start_at": ahead(-45, seen),
        "window": between(2, 12, seen),
        "promised": {"window": between(-25, -7, seen), "at": ahead(-45, seen)},
        "position": 1,
    },
    "booked": lambda seen: {
        "state": "booked", "mode": "scheduled", "window": between(90, 120, seen), "position": None,
        "slot": {"start": ahead(90, seen), "time_zone": "Europe/London"},
    },
    "calling": lambda _: {"state": "connecting"},
    "talking": lambda _: {"state": "talking"},
    "missed": lambda seen: {
        "reasons": ["retry"], "not_before": ahead(9, seen),
        "attempts": [{"at": ahead(0, seen), "outcome": "no_answer"}],
    },
    "kept": lambda seen: {
        "state": "unreached", "grace_until": ahead(30, seen),
        "attempts": [{"at": ahead(0, seen), "outcome": "no_answer"}],
    },
    "feedback": lambda _: {"state": "served"},
    "cancelled": lambda _: {"state": "cancelled"},
}  # fmt: skip
"""What the service would say of the same request at another moment: a telephone rings too short for a picture."""

SEEN_BY = {
    "late": ".late", "booked": "#calendar", "calling": ".calling", "talking": ".never.plain", "missed": "#call-now",
    "kept": "#anew", "feedback": "#send-feedback", "cancelled": "#undo",
}  # fmt: skip
"""What each moment shows and the one before it does not; a tab shows what it kept until it is told."""


def closed(seen: Document) -> Document:
    """Until the next morning."""
    tomorrow = datetime.fromisoformat(seen["as_of"]) + timedelta(days=1)
    opens, until = (tomorrow.replace(hour=8, minute=past, second=0, microsecond=0).isoformat() for past in (0, 15))
    slot = {"start": opens, "end": until, "remaining": 3}
    left = [one for one in seen["options"] if one["mode"] in ("scheduled", "message")]
    options = [one | {"next_slot": slot} if one["mode"] == "scheduled" else one for one in left]
    return {"state": "closed", "wait": None, "options": options, "reasons": [], "opens_at": opens}


def full(seen: Document) -> Document:
    return {"state": "full", "options": [one for one in seen["options"] if one["mode"] == "hold"], "reasons": ["full"]}


HOUSES: Mapping[str, Callable[[Document], Document]] = {
    "closed": closed,
    "full": full,
    "nothing": lambda seen: {"state": "paused", "wait": None, "options": [], "reasons": ["paused_registering"]},
}
"""What the service would say about the wait on another day."""


async def support(stage: Stage) -> None:
    """From the topics to the place in line, every moment after it, and the place is given back."""
    await asyncio.gather(*(a_visit(stage, language) for language in LANGUAGES if stage.wants("support")))


async def a_visit(stage: Stage, language: str) -> None:
    async with stage.page(language) as page:
        await on_another_day(page, stage, language)
        await chooses(page, stage, language)
        async with page.expect_request("**/events") as follows:
            await proves(page, stage, GUESTS[language])
            await page.locator(".codebox .code").wait_for()
        await stage.take(page, "support-place", language)
        if stage.wants(f"support-offline-{language}"):
            await page.context.set_offline(True)
            await page.locator(OFFLINE).first.wait_for()
            await stage.take(page, "support-offline", language)
            await page.context.set_offline(False)
        followed = await follows.value
        await moments(page, stage, language, followed)
        await gives_back(page, followed)


async def chooses(page: Page, stage: Stage, language: str) -> None:
    """Topic, questions, and a callback."""
    await page.goto(f"{stage.service}/support?lang={language}")
    await page.locator("#topic-cards-cards").wait_for()
    await stage.take(page, "support-topics", language)
    await page.locator("#topic-cards-cards").click()
    await page.locator("label.chip").first.click()
    await stage.take(page, "support-questions", language)
    await page.locator("#next").click()
    await page.locator("#mode-callback").check(force=True)
    await stage.take(page, "support-wait", language)
    await page.locator("#proceed").click()


async def on_another_day(page: Page, stage: Stage, language: str) -> None:
    """The wait while the bank is closed, full, or offers nothing."""
    for name, becomes in HOUSES.items():
        if not stage.wants(f"support-{name}-{language}"):
            continue
        await page.route(WAITS, answering(becomes))
        await page.goto(f"{stage.service}/support?lang={language}")
        await page.locator("#topic-cards-cards").click()
        await page.locator("#next").click()
        await page.locator(".opts, #others").first.wait_for()
        await page.wait_for_timeout(600)
        await stage.take(page, f"support-{name}", language)
        await page.unroute(WAITS)
        await page.evaluate("sessionStorage.clear()")


def answering(becomes: Callable[[Document], Document]) -> Callable[[Route], Awaitable[None]]:
    """The service's own answer, each wait in it changed."""

    def changed(told: Any) -> Any:
        if isinstance(told, list):
            return [changed(one) for one in told]
        if not isinstance(told, dict):
            return told
        inner = {name: changed(value) for name, value in told.items()}
        return inner | becomes(inner) if {"options", "as_of", "reasons"} <= inner.keys() else inner

    async def answers(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, json=changed(await answer.json()))

    return answers


async def gives_back(page: Page, follows: Request) -> None:
    """His place, unless the bank was quicker and is calling him already."""
    token = str(await follows.header_value("authorization"))
    await page.request.delete(follows.url.removesuffix("/events"), headers={"Authorization": token})


def telling(request: Document) -> Callable[[Route], Awaitable[None]]:
    """Answers for the stream of a request that it is so now."""
    told = f"id: {request['version']}\nevent: request\ndata: {json.dumps(request)}\n\n"

    async def tells(route: Route) -> None:
        await route.fulfill(body=told, content_type="text/event-stream")

    return tells


async def moments(page: Page, stage: Stage, language: str, follows: Request) -> None:
    """The page as it looks at each of the other moments, one after the other."""
    token = str(await follows.header_value("authorization"))
    answer = await page.request.get(follows.url.removesuffix("/events"), headers={"Authorization": token})
    seen = await answer.json()
    for name, becomes in FACES.items():
        if stage.wants(f"support-{name}-{language}"):
            await page.route("**/events", telling(seen | becomes(seen)))
            await page.reload()
            await page.locator(SEEN_BY[name]).wait_for()
            await page.wait_for_timeout(1500)
            await stage.take(page, f"support-{name}", language)
            await page.unroute("**/events")


async def proves(page: Page, stage: Stage, number: str) -> None:
    """The guest's number, by the code that comes to its telephone."""
    before = len(await messages(page, stage, number))
    await page.locator("#phone").fill(number)
    await page.locator("#send-code").click()
    await page.locator("#code").wait_for()
    for _ in range(200):
        if len(found := await messages(page, stage, number)) > before:
            break
        await page.wait_for_timeout(100)
    code = re.search(r"(?<!\d)\d{6}(?!\d)", found[-1])
    await page.locator("#code").fill(code[0] if code else "")


async def messages(page: Page, stage: Stage, number: str) -> list[str]:
    address = f"{stage.told['urls']['sandbox']}/sandbox/ledger?number={urllib.parse.quote(number)}"
    entries = (await (await page.request.get(address)).json())["entries"]
    return [one["detail"]["body"] for one in entries if one["event"] == "message"]
