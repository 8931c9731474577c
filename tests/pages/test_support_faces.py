"""Every face of the customer's page in three languages, light and dark: from the topics to thanks, whatever comes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.api.test_customer_guests import Post
from tests.guide.test_api_guide import EVERYTHING
from tests.pages.afternoon import afternoon
from tests.pages.axe import violations
from tests.pages.browser import Visit
from tests.pages.support import MATTER, PHONE
from tests.web.afternoon import minutes
from vqueue.domain.context import FREE_TEXT
from vqueue.domain.request import Channel, Mode, State
from vqueue.domain.rules import WEEK, Hours
from vqueue.domain.slots import Slots
from vqueue.services.clerk import Clerk

# The browser lives as long as the session, so whoever talks with it shares its event loop.
pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS = [("en", "light"), ("ru", "dark"), ("he", "light")]
ASKING = replace(EVERYTHING, skills=("cards",), context=(MATTER, FREE_TEXT))
CLOSING = replace(
    ASKING, hours=Hours(zone="Europe/London", week=dict.fromkeys(WEEK, (("09:00", "14:20"),))), slots=Slots(week={})
)
"""It is seven past two."""
BECOMES: dict[str, dict[str, Any]] = {
    "booked": {"state": State.BOOKED, "mode": Mode.SCHEDULED, "slot_start": minutes(80), "slot_zone": "Europe/London"},
    "missed": {"state": State.WAITING, "parked": "retry", "ready": False, "not_before": minutes(9)},
    "snoozed": {"state": State.WAITING, "parked": "snooze", "ready": False, "not_before": minutes(9)},
    "left": {"state": State.WAITING, "mode": Mode.MESSAGE},
    "calling in": {"state": State.WAITING, "mode": Mode.CALL_IN},
    "calling": {"state": State.CONNECTING, "ready": False},
    "talking": {"state": State.TALKING, "ready": False},
    "holding": {"state": State.HOLDING, "mode": Mode.HOLD},
    "kept": {"state": State.UNREACHED, "ready": False, "grace_until": minutes(30), "closed_at": minutes(0)},
    "ended": {"state": State.CANCELLED, "ready": False, "closed_at": minutes(0)},
    "feedback": {"state": State.SERVED, "ready": False, "closed_at": minutes(0)},
}


async def asks(page: Page, post: Post, look: Any) -> None:
    """To a place in line, with a look at each step."""
    await expect(page.locator("#topic-cards-")).to_be_visible()
    await look("topics")
    await page.locator("#topic-cards-").click()
    await look("questions")
    await page.locator("label.chip").first.click()
    await page.locator("#next").click()
    await expect(page.locator("#proceed")).to_be_visible()
    await look("wait")
    await page.locator("#mode-callback").check(force=True)
    await page.locator("#proceed").click()
    await page.locator("#send-code").click()
    await expect(page.locator("#problem")).to_be_focused()
    await look("a number that is none")
    await page.locator("#phone").fill("+447700900050")
    await page.locator("#send-code").click()
    await page.locator("#code").wait_for()
    await look("code")
    await page.locator("#code").fill(post.code())
    await expect(page.locator(".codebox")).to_be_visible()
    await look("place")
    for act in ("times", "back", "cancel", "stay"):
        await page.locator(f"#{act}").click()
        await look(f"after {act}")


async def keeps_it_over_the_night(page: Page, look: Any) -> None:
    """Closing comes before the turn: the first choice is a call after the next opening."""
    await page.locator("#anew").click()
    await page.locator("#topic-cards-").click()
    await page.locator("#next").click()
    await expect(page.locator("#mode-opening")).to_be_checked()
    await expect(page.locator("#mode-scheduled")).to_have_count(0)
    await look("closing before the turn")
    await page.locator("#proceed").click()
    await expect(page.locator("#calendar")).to_be_visible()
    await page.locator("#times").click()
    await expect(page.locator("#stay")).to_be_visible()
    await look("no times to choose")
    await page.locator("#stay").click()
    await expect(page.locator("#calendar")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), LOOKS, ids=[each[0] for each in LOOKS])
async def test_no_face_has_a_fault(
    browser: Browser, empty_sqlite: Path, tmp_path: Path, language: str, scheme: str
) -> None:
    post, wrong = Post(), []
    async with afternoon(browser, empty_sqlite, tmp_path, notifier=post) as bank:
        await bank.house.act(lambda clerk: clerk.work.queues.publish("cards", ASKING, at=clerk.at, by="st_dana"))
        context = {**PHONE, "color_scheme": scheme, "reduced_motion": "reduce"}
        async with bank.visit(f"/support?lang={language}", **context) as seen:

            async def look(face: str) -> None:
                wrong.extend((face, each) for each in await faults(seen, colours=language != "he"))

            await asks(seen.page, post, look)
            (place,) = await bank.house.database.read(lambda work: work.requests.search(states=("waiting",), limit=1))
            assert place.channel is Channel.WEB
            for face, changes in BECOMES.items():

                def becomes(clerk: Clerk, changes: dict[str, Any] = changes) -> None:
                    now = clerk.work.requests.get(place.id)
                    fresh = replace(place, version=now.version, **changes)
                    clerk.work.requests.replace(fresh)

                await bank.house.act(becomes)
                await seen.page.reload()
                await expect(seen.page.locator("vqueue-support h2")).to_be_visible()
                await look(face)
            await seen.page.locator("#solved-true").check(force=True)
            await seen.page.locator("#send-feedback").click()
            await expect(seen.page.locator("#anew")).to_be_visible()
            await look("thanks")
            await bank.house.act(lambda clerk: clerk.work.queues.publish("cards", CLOSING, at=clerk.at, by="st_dana"))
            await keeps_it_over_the_night(seen.page, look)
            wrong.extend(seen.complaints)
    assert wrong == []


async def faults(seen: Visit, *, colours: bool) -> list[Any]:
    return [*await violations(seen.page, colours=colours), *await seen.wider_than_screen()]
