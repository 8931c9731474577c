"""A provider and our client on it."""

from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web

from tests.telephony.provider import ACCOUNT, AUTH_TOKEN, Provider, call, json
from vqueue.clock import BusinessClock
from vqueue.telephony.twilio import TwilioTelephony
from vqueue.telephony.urls import Urls


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """Answers every request with a new call until it is told otherwise."""
    told = Provider(json(call(), status=201))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    told.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield told
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def client_of(session: aiohttp.ClientSession) -> Callable[..., TwilioTelephony]:
    """Our client at an address, with a time-out short enough to wait for."""

    def made(api_url: str, *, timeout_s: float = 10.0, sms_from: str = "+442079460000") -> TwilioTelephony:
        return TwilioTelephony(
            session,
            account_sid=ACCOUNT,
            auth_token=AUTH_TOKEN,
            api_url=api_url,
            urls=Urls("https://voice.bank.example"),
            clock=BusinessClock(),
            sms_from=sms_from,
            timeout_s=timeout_s,
        )

    return made


@pytest.fixture
def telephony(provider: Provider, client_of: Callable[..., TwilioTelephony]) -> TwilioTelephony:
    return client_of(provider.url)
