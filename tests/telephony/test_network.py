"""Our adapter on the telephone network of the sandbox: calls, documents and signatures as they meet in production."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web

from tests.sandbox.bank import ANNA, BANK, Bank, World, begin
from tests.telephony.test_twiml import saying, words
from vqueue.clock import BusinessClock
from vqueue.domain.errors import Forbidden
from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Ask, EnterHold, Hangup, LeaveHold, Pause, Speech, Target
from vqueue.ports.telephony import Order, Placed
from vqueue.ports.voice import SignedForm
from vqueue.sandbox.signing import Signing
from vqueue.telephony.gateway import TwilioVoice
from vqueue.telephony.twilio import TwilioTelephony
from vqueue.telephony.urls import Urls
from vqueue.telephony.webhooks import Signatures

TOKEN = "the-account-s-token"
SPEECHES: dict[str, Speech] = {
    "answer": (Ask(content=(saying("Press 1 to hold."),), then=Target("key", "tok_1", 1)), Hangup()),
    "key": (EnterHold(request="rq_1", wait=Target("wait", "tok_1"), left=Target("left", "tok_1")),),
    "wait": (saying("You are holding."), Pause(3_000)),
    "left": (saying("Goodbye."), Hangup()),
    "session": (LeaveHold(),),
    "status": (),
}


@dataclass
class SpeakingBank(Bank):
    """Answers with our documents, and only what our check believes."""

    refused: int = 0
    news: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        pairs = [(name, str(value)) for name, value in form.items()]
        urls = Urls(self.url)
        gateway = TwilioVoice(urls=urls, phrases=words, signatures=Signatures([TOKEN], self.url), caller_id=BANK)
        try:
            fields = gateway.verify(SignedForm(raw_path=request.raw_path, fields=pairs, headers=request.headers))
        except Forbidden:
            self.refused += 1
            return web.Response(status=403)
        target = urls.parse(request.raw_path)
        assert target is not None
        if target.place == "status":
            self.news.append(fields["CallStatus"])
        await super().handle(request)
        return web.Response(text=gateway.render(SPEECHES[target.place]), content_type="text/xml")


@pytest.fixture(params=[(Signing.SHA1, False), (Signing.SHA1, True), (Signing.SHA256, False)], ids=str)
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    signing, sign_fragment = request.param
    made, end = await begin(SpeakingBank(), auth_token=TOKEN, signing=signing, sign_fragment=sign_fragment)
    yield made
    await end()


@pytest.fixture
async def telephony(world: World) -> AsyncIterator[TwilioTelephony]:
    async with aiohttp.ClientSession() as session:
        yield TwilioTelephony(
            session,
            account_sid=world.config.account_sid,
            auth_token=TOKEN,
            api_url=world.url,
            urls=Urls(world.bank.url),
            clock=BusinessClock(),
        )


async def test_a_call_from_the_first_ring_to_the_last_news(world: World, telephony: TwilioTelephony) -> None:
    bank = world.bank
    assert isinstance(bank, SpeakingBank)
    await world.person(ANNA, answers={"after_s": 2}, keys=[{"heard": "Press 1", "press": "1"}])
    order = Order(
        to=ANNA, caller_id=BANK, answer=Target("answer", "tok_1"), status=Target("status", "tok_1"), ring_s=25
    )
    placed = await telephony.place(order)
    assert isinstance(placed, Placed)
    await world.until("said", placed.call_sid, said="You are holding.")

    known = await telephony.look_up(placed.call_sid)
    assert known is not None
    assert (known.status, known.to, known.from_) == ("in-progress", ANNA, BANK)
    assert known.started_at is not None
    assert [call.call_sid for call in await telephony.find(to=ANNA, since=known.started_at)] == [placed.call_sid]
    assert await telephony.find(to="+447700900999") == []
    assert await telephony.find(parent=placed.call_sid) == []
    assert await telephony.look_up(CallSid("CA" + "0" * 32)) is None
    assert not await telephony.drop_queue("vq-rq_1"), "somebody holds in it"

    assert await telephony.redirect(placed.call_sid, Target("left", "tok_1"))
    await world.until("said", placed.call_sid, said="Goodbye.")
    assert await telephony.drop_queue("vq-rq_1")
    await bank.request("/voice/status/tok_1", number=4)
    assert not await telephony.redirect(placed.call_sid, Target("left", "tok_1")), "the call is over"
    assert set(bank.news) == {"initiated", "ringing", "in-progress", "completed"}
    assert bank.refused == 0


async def test_a_ringing_call_is_taken_back(world: World, telephony: TwilioTelephony) -> None:
    await world.person(ANNA, answers="never")
    order = Order(
        to=ANNA, caller_id=BANK, answer=Target("answer", "tok_1"), status=Target("status", "tok_1"), ring_s=600
    )
    placed = await telephony.place(order)
    assert isinstance(placed, Placed)
    await world.until("ring", placed.call_sid)
    assert await telephony.hang_up(placed.call_sid)
    known = await telephony.look_up(placed.call_sid)
    assert known is not None
    assert known.status in ("canceled", "completed")
    assert world.events("answered") == []
