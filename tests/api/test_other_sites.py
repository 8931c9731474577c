"""Pages of other sites use the API only where the bank names them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from tests.api.conftest import Face
from vqueue.identity.passwords import Argon2Passwords
from vqueue.web.cors import origins
from vqueue.web.site import make_web

BANK, OTHER = "https://bank.example", "https://elsewhere.example"
ASKING = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key"}
PATH = "/v1/support-requests"


@pytest.fixture
async def open_to_the_bank(face: Face, tmp_path: Path) -> AsyncIterator[TestClient[Any, Any]]:
    async with AsyncExitStack() as stack:
        site = make_web(face.house, passwords=Argon2Passwords(), secure=False, origins=origins(BANK))
        yield await stack.enter_async_context(TestClient(TestServer(site)))


async def test_the_banks_own_page_may_ask_and_read(face: Face, open_to_the_bank: TestClient[Any, Any]) -> None:
    before = await open_to_the_bank.options(PATH, headers={"Origin": BANK, **ASKING})
    assert before.status == 204 and before.headers["Access-Control-Allow-Origin"] == BANK
    assert {"Authorization", "Idempotency-Key"} <= set(before.headers["Access-Control-Allow-Headers"].split(", "))
    answer = await open_to_the_bank.get("/v1/queues", headers={"Origin": BANK, **face.customer()})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, BANK)
    assert (
        "Origin" in answer.headers.getall("Vary") and answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    )
    assert "Access-Control-Allow-Credentials" not in answer.headers


async def test_a_refusal_can_be_read_too(open_to_the_bank: TestClient[Any, Any]) -> None:
    answer = await open_to_the_bank.get("/v1/queues", headers={"Origin": BANK})
    assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (401, BANK)


@pytest.mark.parametrize("origin", [OTHER, "null", f"{BANK}.evil.example", "http://bank.example"])
async def test_another_site_is_told_nothing(origin: str, face: Face, open_to_the_bank: TestClient[Any, Any]) -> None:
    before = await open_to_the_bank.options(PATH, headers={"Origin": origin, **ASKING})
    assert before.status == 405 and "Access-Control-Allow-Origin" not in before.headers
    answer = await open_to_the_bank.get("/v1/queues", headers={"Origin": origin, **face.customer()})
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_pages_are_closed_and_so_is_a_bank_that_names_nobody(
    face: Face, open_to_the_bank: TestClient[Any, Any]
) -> None:
    page = await open_to_the_bank.get("/sign-in", headers={"Origin": BANK})
    assert "Access-Control-Allow-Origin" not in page.headers
    answer = await face.http.get("/v1/queues", headers={"Origin": BANK, **face.customer()})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    "text", ["*", "bank.example", "https://bank.example/app", "http://bank.example", "https://a@b"]
)
def test_what_is_no_origin_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ValueError, match=r"origin|https"):
        origins(text)
