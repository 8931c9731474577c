"""Whatever a customer or an app wrote stands on the console's pages as it was written, and runs as nothing."""

import json
from dataclasses import replace
from functools import partial
from html import unescape
from html.parser import HTMLParser

from tests.web.afternoon import fill
from tests.web.conftest import SignIn, Site
from tests.web.test_console import PERSON, shown
from tests.web.test_console_more import WAITING, do, stands
from vqueue.domain.request import Request
from vqueue.domain.rules import Rules
from vqueue.ports.database import Work
from vqueue.services.house import House
from vqueue.services.switching import REASON_MAX

ONE = f"/console/requests/{WAITING}"
NASTY = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}${7*7}#{7*7}",
    "%s%n%(name)s{0}{name}",
    "\u202egnp.exe\u202c \u2066\u05d3\u05e0\u05d4\u2069",
    "\u200b\u200d\ufeff\u00ad",
    "Z\u0351\u036b\u0343a\u0327\u0311l\u0361g\u034co",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \u0bf5 \U0001f1ee\U0001f1f1",
    "\u0001\u0008\u001b[31m",
    "-->]]></textarea></title></script><!--",
    "javascript:alert(1)//",
    "'; DROP TABLE requests; --",
    '=HYPERLINK("http://x")',
    'NULL undefined NaN \\u0000 \\\\ \\"',
    "w" * 4000,
)
"""One of each kind of those that break pages: markup, quotes, templates, directions, marks, controls, lengths."""


def _put(work: Work, request: Request) -> None:
    work.requests.replace(request)


class Markup(HTMLParser):
    """Collects what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        bad = [name for name in named if name.startswith("on") or name == "style"]
        loose = tag in ("img", "iframe", "style") or (tag == "script" and "src" not in named)
        points = [each for name, each in attrs if name in ("href", "src", "action") and not _ours(each)]
        if bad or loose or points:
            self.runs.append(f"{tag} {attrs}")


def _ours(address: str | None) -> bool:
    return bool(address) and address[0] in "/?#"


def harmless(page: str) -> None:
    """No markup that a customer wrote."""
    markup = Markup()
    markup.feed(page)
    assert markup.runs == []
    assert page.rstrip().endswith("</html>")


async def test_a_name_a_topic_and_a_context_are_only_words(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    csrf = await sign_in()
    for nasty in NASTY:
        context = house.vault.seal(json.dumps({nasty: nasty}))
        worst = replace(await stands(house), name=house.vault.seal(nasty), topic=nasty, context=context)
        await house.database.transact(partial(_put, request=worst))
        for path in ("/console", "/console/requests", ONE):
            harmless(await shown(site, path))
        assert Rules().topic_name(nasty, "en") in unescape(await shown(site, ONE))
        answer = await site.post(f"{ONE}/reveal", data={"csrf": csrf}, headers=PERSON)
        page = await answer.text()
        harmless(page)
        assert unescape(page).count(nasty) >= 3


async def test_a_reason_is_kept_in_one_line_and_shown_as_it_was_written(
    site: Site, house: House, sign_in: SignIn
) -> None:
    await fill(house)
    csrf = await sign_in()
    for n, nasty in enumerate(NASTY):
        queue = ("fraud", "cards")[n % 2]
        status, back = await do(site, csrf, "move", queue=queue, reason=nasty, **{"class": "standard"})
        line = " ".join(nasty.split())
        assert status == (303 if len(line) <= REASON_MAX else 422)
        page = await shown(site, back if status == 303 else ONE)
        harmless(page)
        assert (line in unescape(page)) is (status == 303)


async def test_nothing_in_an_address_runs_or_breaks_a_page(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await sign_in()
    names = ("queue", "channel", "agent", "state", "number", "from", "to", "interval", "fate", "before", "done", "when")
    for nasty in NASTY:
        for path in ("/console/requests", "/console/reports", "/console/reports/promises", ONE):
            answer = await site.get(path, params=dict.fromkeys(names, nasty[:300]), headers=PERSON)
            assert answer.status == 200
            harmless(await answer.text())
