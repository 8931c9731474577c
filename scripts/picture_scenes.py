"""The scenes of the console and the desk: each brings a page to a moment worth showing, and has it taken."""

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, TimeoutError

from scripts.picture_stage import BOUND_MS, LANGUAGES, Scene, Stage

BREAK_COMES_S = 180
"""A talk and its wrap-up, at the demo's pace."""
TALKS = 4
"""How often a talk is waited for: it may end between two languages."""


def of_page(
    name: str,
    path: str,
    *,
    role: str = "supervisor",
    ready: str = "main",
    also: Callable[[Page], Awaitable[None]] | None = None,
    network: bool = False,
) -> Scene:
    """A page as somebody of that role sees it ("": nobody who is signed in), of the service or of the telephone
    network; `also` is done before the picture."""

    async def played(stage: Stage) -> None:
        if not stage.wants(name):
            return
        async with stage.page("en", role=role) as page:
            for language in LANGUAGES:
                if stage.wants(f"{name}-{language}"):
                    await page.set_viewport_size({"width": 1280, "height": 840})
                    await page.goto(address(stage.network if network else stage.service, path, language))
                    await page.locator(ready).first.wait_for()
                    if also is not None:
                        await also(page)
                    await stage.take(page, name, language)

    return played


def address(server: str, path: str, language: str) -> str:
    return f"{server}{path}{'&' if '?' in path else '?'}lang={language}"


async def settles(page: Page) -> None:
    """Charts and figures that come after the page."""
    await page.wait_for_timeout(1200)


async def request(stage: Stage) -> None:
    """One who was promised a callback and had it in time; in English the list is looked through for it."""
    async with stage.page("en", role="supervisor") as page:
        await page.goto(f"{stage.service}/console/requests?state=served&lang=en")
        links = page.locator("main a[href*='/console/requests/rq_']")
        await links.first.wait_for()
        paths = [str(await each.get_attribute("href")) for each in await links.all()]
        for path in dict.fromkeys(paths):
            await page.goto(f"{stage.service}{path}")
            words = await page.locator("main").inner_text()
            if "nothing was promised" not in words and "not kept" not in words:
                break
        for language in LANGUAGES:
            if stage.wants(f"request-{language}"):
                await page.goto(f"{stage.service}{path}?lang={language}")
                await stage.take(page, "request", language)


async def rehearsal(stage: Stage) -> None:
    """A draft that offers callbacks sooner, with what it would have meant lately; rehearsed once, read in each
    language."""
    async with stage.page("en", role="supervisor") as page:
        here = f"{stage.service}/console/queues/cards/rules"
        await page.goto(f"{here}?lang=en")
        await page.locator("[name='offer.threshold_s']").fill("30")
        await page.locator("[name='offer.threshold_s.unit']").select_option("s")
        await page.locator("[name='offer.threshold_s']").press("Enter")
        await page.locator("#rehearsal form button:enabled").click()
        plot = page.locator("#rehearsal .plot svg.main-svg").first
        await plot.wait_for(timeout=6 * BOUND_MS)
        for language in LANGUAGES:
            if stage.wants(f"rehearsal-{language}"):
                await page.goto(f"{here}?lang={language}")
                await plot.wait_for()
                await plot.scroll_into_view_if_needed()
                await stage.take(page, "rehearsal", language)


async def desk(stage: Stage) -> None:
    """Amara's desk while she talks, without a network, and on her break."""
    if not stage.wants("desk"):
        return
    async with stage.page("en", role="agent") as page:
        for language in LANGUAGES:
            if stage.wants(f"desk-call-{language}"):
                await at_desk(page, stage, language)
                await stage.take(page, "desk-call", language)
        for language in LANGUAGES:
            if stage.wants(f"desk-lost-{language}"):
                await at_desk(page, stage, language)
                await page.context.set_offline(True)
                await page.locator("#strip:not([hidden])").wait_for()
                await stage.take(page, "desk-lost", language)
                await page.context.set_offline(False)
        if stage.wants("desk-away"):
            await on_a_break(page, stage)


async def at_desk(page: Page, stage: Stage, language: str) -> None:
    """Opens the desk in a talk, the next one where this one has just ended."""
    for turn in range(TALKS):
        await page.set_viewport_size({"width": 1280, "height": 840})
        await page.goto(address(stage.service, "/desk", language))
        try:
            await page.locator(".call.is-talking").first.wait_for(timeout=BOUND_MS / 2)
            return
        except TimeoutError:
            if turn == TALKS - 1:
                raise


async def on_a_break(page: Page, stage: Stage) -> None:
    """After her call: the line is long, and somebody who is ready has the next one at once."""
    told = {"Authorization": f"Bearer {stage.told['api_key']}"}
    mine = f"{stage.service}/v1/agents/amara/presence"
    await page.request.put(mine, headers=told, data={"state": "away", "reason": "break"})
    for _ in range(BREAK_COMES_S):
        known = await (await page.request.get(mine.removesuffix("/presence"), headers=told)).json()
        if known["presence"] == "away":
            break
        await page.wait_for_timeout(1000)
    for language in LANGUAGES:
        if stage.wants(f"desk-away-{language}"):
            await page.set_viewport_size({"width": 1280, "height": 840})
            await page.goto(address(stage.service, "/desk", language))
            await settles(page)
            await stage.take(page, "desk-away", language)
    await page.request.put(mine, headers=told, data={"state": "ready", "reason": "back"})


CONSOLE: dict[str, Scene] = {
    "board": of_page("board", "/console", also=settles),
    "desk": desk,
    "rehearsal": rehearsal,
    "requests": of_page("requests", "/console/requests"),
    "request": request,
    "rules": of_page("rules", "/console/queues/cards/rules", also=settles),
    "queues": of_page("queues", "/console/rules"),
    "history": of_page("history", "/console/queues/cards/rules/history"),
    "switch": of_page("switch", "/console/queues/cards/dialing?turn=off"),
    "slots": of_page("slots", "/console/slots", also=settles),
    "agents": of_page("agents", "/console/agents", also=settles),
    "reports": of_page("reports", "/console/reports", also=settles),
    "promises": of_page("promises", "/console/reports/promises"),
    "journal": of_page("journal", "/console/journal"),
    "service": of_page("service", "/console/service"),
    "staff": of_page("staff", "/console/staff", role="admin"),
    "account": of_page("account", "/account"),
    "sign-in": of_page("sign-in", "/sign-in", role=""),
    "refused": of_page("refused", "/console/staff"),
    "nowhere": of_page("nowhere", "/console/nowhere"),
    "docs": of_page("docs", "/docs", also=settles),
}
