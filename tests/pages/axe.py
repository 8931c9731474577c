"""Every page under axe-core, as its package brings it: nothing against WCAG 2.2 AA, nor against good practice."""

from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_COLOURS = ("color-contrast", "link-in-text-block")
_RULES = {
    # Without what passes, which nobody reads and which costs four fifths of the time.
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
_LOOK = """async ([within, options]) => (await axe.run(within || document, options)).violations
  .map((each) => [each.id, each.nodes[0].html.slice(0, 200)])"""
_SCRIPT = Axe().axe_script


async def violations(
    page: Page, *, colours: bool = True, within: str | None = None, but: tuple[str, ...] = ()
) -> list[Any]:
    """Of the page as it stands now, or of the part that matches `within`, each with its rule and element. Without
    `colours` it takes a quarter of the time: they are worth a look in each theme, not in each language. `but`: rules
    that are left out."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_SCRIPT)
    left_out = (*but, *(() if colours else _COLOURS))
    rules = {"rules": {name: {"enabled": False} for name in left_out}}
    found: list[Any] = await page.evaluate(_LOOK, [within, _RULES | rules])
    return found


async def assert_no_violations(page: Page, **look: Any) -> None:
    """A failure names rule and element."""
    found = await violations(page, **look)
    assert not found, found
