"""Codes by which both sides know each other: single use, few tries, shown in one place alone."""

from dataclasses import replace
from typing import Any

from tests.api.conftest import Face
from tests.api.lines import a_line, kept, now_is, stored
from tests.db.builders import an_attempt
from vqueue.domain.errors import RateLimited
from vqueue.domain.phone import Phone
from vqueue.domain.request import State
from vqueue.services import ringing_in, whispering

CALLER = Phone("+447700900005")


async def codes(face: Face, request: str, who: str = "ann") -> dict[str, Any]:
    answer = await face.http.get(f"/v1/support-requests/{request}/codes", headers=face.customer(who))
    assert answer.status == 200
    return dict(await answer.json())


async def keyed(face: Face, digits: str, call: str = "cv_1", caller: Phone | None = CALLER) -> Any:
    return await ringing_in.keyed(face.house, digits, call=call, caller=caller)


async def test_the_code_stays_until_it_is_used_and_is_written_nowhere_else(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer(), mode="call_in")
    told = await codes(face, made["id"])
    code = told["call_in"]["code"]
    assert told["call_in"]["phone_number"] == "+442079460100" and len(code) == 8 and code.isdigit()
    assert told == await codes(face, made["id"])
    rows = await face.house.database.read(lambda work: work.journal.recent(limit=200))
    assert rows and not any(code in str(row) for row in rows)
    row = await face.house.database.read(lambda work: work.codes.of_request(made["id"]))
    assert row is not None and code not in str(row.code.cipher) and code != row.index
    assert len(told["bank_code"]) == 4


async def test_a_code_works_once_and_proves_the_number(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer(), phone_number="+447700900002")
    code = (await codes(face, made["id"]))["call_in"]["code"]
    found = await keyed(face, code)
    assert found.id == made["id"] and (await stored(face, made["id"])).verified
    assert await keyed(face, code) is None
    assert (await codes(face, made["id"]))["call_in"]["code"] != code


async def test_an_old_code_is_worth_nothing(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer())
    code = (await codes(face, made["id"]))["call_in"]["code"]
    face.clock.move(ringing_in.LIFE_S)
    assert await keyed(face, code) is None


async def test_guessing_ends_after_five_tries_of_a_call_or_a_number(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer())
    code = (await codes(face, made["id"]))["call_in"]["code"]
    wrong = "00000000" if code != "00000000" else "00000001"
    for _ in range(ringing_in.TRIES):
        assert await keyed(face, wrong) is None
    for call, caller in (("cv_1", Phone("+447700900006")), ("cv_2", CALLER)):
        try:
            await keyed(face, code, call, caller)
        except RateLimited:
            continue
        raise AssertionError("a right code after five wrong ones is not heard")
    assert (await keyed(face, code, "cv_3", None)).id == made["id"]


async def test_there_is_no_code_where_ringing_changes_nothing(face: Face) -> None:
    await a_line(face)
    made = await kept(face, face.customer())
    await now_is(face, made["id"], state=State.SERVED, ready=False, closed_at=face.clock.now())
    assert await codes(face, made["id"]) == {"call_in": None, "bank_code": None}


async def test_what_an_unproven_customer_wrote_is_hidden_from_the_agent_until_his_code_proves_him(face: Face) -> None:
    await a_line(face)
    ann = face.customer()
    face.tokens.customers["ann"] = replace(face.tokens.customers["ann"], name="Ann Lee")
    made = await kept(face, ann, phone_number="+447700900002", context={"text": "my words"})

    async def told() -> list[str]:
        words = whispering.whisper(
            face.house, await stored(face, made["id"]), an_attempt(), None, topic="", again=False
        )
        return [prompt.key for prompt in words]

    before = await told()
    assert "whisper.unverified" in before and not {"whisper.who", "whisper.words"} & set(before)
    await keyed(face, (await codes(face, made["id"]))["call_in"]["code"])
    after = await told()
    assert "whisper.unverified" not in after and {"whisper.who", "whisper.words"} <= set(after)
