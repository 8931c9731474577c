"""Every page under axe-core, as its package brings it: nothing against WCAG 2.2 AA, nor against good practice."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_AXE = Axe()


async def assert_no_violations(page: Page) -> None:
    """The page as it stands now; it needs no way round the content policy. A failure names rule and element."""
    found = await _AXE.run(page, options=RULES)
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found.response["violations"]] == []
