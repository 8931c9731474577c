"""The bank's own system hears a customer's whole story by webhook, though it fails now and then."""

import asyncio
import time
from functools import partial

from standardwebhooks import Webhook

from tests.notify.listener import PATIENCE_S, Listener, listening
from tests.stories.bank import AGENT, Bank
from tests.stories.callers import newest, on_the_team, takes_a_callback
from vqueue.domain.request import State
from vqueue.ports.bank import Webhook as Subscription
from vqueue.services import presence, subscribing

STORY = ["request.created", "promise.made", "request.updated", "request.ringing", "request.connected", "request.served"]


async def hears(listener: Listener, request: str, event: str) -> list[str]:
    """The events of this request, each once, in the order in which they came, once this one is among them."""
    limit = time.monotonic() + PATIENCE_S
    while True:
        own = {told.id: told.type for told in listener.taken if told.event["data"].get("request") == request}
        if event in own.values():
            return list(own.values())
        assert time.monotonic() < limit, f"{event} never came: {own}"
        await asyncio.sleep(0.05)


async def disabled(bank: Bank, webhook: str) -> Subscription:
    limit = time.monotonic() + PATIENCE_S
    while (one := await subscribing.one(bank.house, webhook)).disabled_at is None:
        assert time.monotonic() < limit, f"it was never disabled: {one}"
        await asyncio.sleep(0.05)
    return one


async def told_all(listener: Listener, request: str, secret: str) -> None:
    """The whole story in order, each event signed and without a number."""
    heard = await hears(listener, request, "request.served")
    once = [event for event in STORY if heard.count(event) == 1]
    assert [event for event in heard if event in once] == once
    assert {"request.created", "promise.made", "request.ringing", "request.connected"} <= set(heard)
    assert (heard[0], heard[-1]) == ("request.created", "request.served")
    for told in listener.heard:
        Webhook(secret).verify(told.body, told.headers)
        assert "7700" not in told.body.decode()


async def test_systems_that_fail_or_sleep_hear_everything_in_order_and_410_ends_it(bank: Bank) -> None:
    async with listening() as failing, listening() as sleeping:
        failing.answers, sleeping.sleepy = [500], 1
        subscribe = partial(subscribing.make, bank.house, events=(), queues=("cards",), by="story")
        one, other = await subscribe(url=failing.url), await subscribe(url=sleeping.url)
        agent = await on_the_team(bank, AGENT)
        request = await takes_a_callback(bank)
        await presence.end_wrap_up(bank.house, agent)
        await bank.until(newest(State.SERVED), what="he is served")
        await told_all(failing, request.id, one.secret)
        await told_all(sleeping, request.id, other.secret)
        assert len({told.id for told in failing.heard}) < len(failing.heard)
        failing.answers = [410] * 100
        await subscribing.try_out(bank.house, one.webhook.id, by="story")
        assert (await disabled(bank, one.webhook.id)).reason == "gone"
        assert (await subscribing.one(bank.house, other.webhook.id)).disabled_at is None
