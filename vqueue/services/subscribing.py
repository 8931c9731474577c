"""The bank's webhook subscriptions: making, changing, turning the secret, trying, what became of deliveries."""

import base64
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from vqueue.domain.errors import Invalid, NotPossible, Outdated
from vqueue.domain.journal import Fact
from vqueue.ports.bank import Webhook
from vqueue.ports.database import Notice, Work
from vqueue.services import telling
from vqueue.services.clerk import Clerk
from vqueue.services.delivering import message_id
from vqueue.services.house import House
from vqueue.services.telling import Event, Told

MOST = 50
_COUNTER = "webhooks"
FORMER_S = 24 * 3600
"""How long the former secret signs too, wall seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A subscription with its new secret, which is shown once."""

    webhook: Webhook
    secret: str

    def __repr__(self) -> str:
        return f"Made({self.webhook.id})"


async def make(house: House, *, url: str, events: Sequence[Event], queues: Sequence[str], by: str) -> Made:
    """Raises Invalid for an address that may not be used and for queues there are not, NotPossible beyond 50."""
    _check_url(house, url)
    secret = _secret(house)
    webhook = Webhook(
        id=house.chance.id("wh"),
        url=url,
        events=_once(events),
        queues=_once(queues),
        secret=house.vault.seal(secret),
        made_at=house.clock.now(),
        made_by=by,
        failures=0,
    )

    def op(clerk: Clerk) -> None:
        _check_queues(clerk.work, webhook.queues)
        if not clerk.work.counters.take(_COUNTER, limit=MOST, at=clerk.at):
            raise NotPossible(f"There are {MOST} subscriptions already.")
        clerk.work.webhooks.insert(webhook)
        clerk.note(Fact.WEBHOOK_SET, webhook=webhook.id, act="made", by=by)

    await house.act(op)
    house.audience.forget()
    return Made(webhook=webhook, secret=secret)


async def change(house: House, webhook_id: str, *, version: int | None, changes: dict[str, Any], by: str) -> Webhook:
    """With the given of `url`, `events` and `queues` changed. Raises NotFound, Outdated, Invalid."""
    if "url" in changes:
        _check_url(house, changes["url"])
    given: dict[str, Any] = {name: value if name == "url" else _once(value) for name, value in changes.items()}

    def op(clerk: Clerk) -> Webhook:
        webhook = clerk.work.webhooks.get(webhook_id)
        if version is not None and webhook.version != version:
            raise Outdated
        _check_queues(clerk.work, given.get("queues", ()))
        clerk.note(Fact.WEBHOOK_SET, webhook=webhook_id, act="changed", fields=sorted(given), by=by)
        return clerk.work.webhooks.replace(replace(webhook, **given))

    return await _told(house, op)


async def rotate(house: House, webhook_id: str, *, by: str) -> Made:
    """A new secret; the former one signs too for a day, so that receivers can change over. Raises NotFound."""
    secret = _secret(house)
    sealed = house.vault.seal(secret)

    def op(clerk: Clerk) -> Webhook:
        webhook = clerk.work.webhooks.get(webhook_id)
        until = clerk.at + timedelta(seconds=FORMER_S * house.clock.speed)
        clerk.note(Fact.WEBHOOK_SET, webhook=webhook_id, act="rotated", by=by)
        turned = replace(webhook, secret=sealed, former=webhook.secret, former_until=until)
        return clerk.work.webhooks.replace(turned)

    return Made(webhook=await _told(house, op), secret=secret)


async def enable(house: House, webhook_id: str, *, by: str) -> Webhook:
    """Deliveries begin again with what happens from now on. Raises NotFound."""

    def op(clerk: Clerk) -> Webhook:
        webhook = clerk.work.webhooks.get(webhook_id)
        if webhook.disabled_at is not None:
            clerk.work.outbox.bury(webhook_id)
        clerk.note(Fact.WEBHOOK_SET, webhook=webhook_id, act="enabled", by=by)
        fresh = replace(webhook, disabled_at=None, reason=None, failures=0, failing_since=None, retry_at=None)
        return clerk.work.webhooks.replace(fresh)

    return await _told(house, op)


async def remove(house: House, webhook_id: str, *, by: str) -> None:
    """Nothing more is delivered. Raises NotFound."""

    def op(clerk: Clerk) -> None:
        clerk.work.webhooks.remove(webhook_id)
        clerk.work.outbox.bury(webhook_id)
        clerk.work.counters.give(_COUNTER)
        clerk.note(Fact.WEBHOOK_SET, webhook=webhook_id, act="removed", by=by)

    await house.act(op)
    house.audience.forget()


async def try_out(house: House, webhook_id: str, *, by: str) -> str:
    """Sends an event that means nothing; its message id. Raises NotFound, NotPossible for a disabled one."""
    notice_id = house.chance.id("nt")

    def op(clerk: Clerk) -> Notice:
        webhook = clerk.work.webhooks.get(webhook_id)
        if webhook.disabled_at is not None:
            raise NotPossible("This subscription is disabled; enable it first.")
        told = Told(event=Event.TEST, data={"webhook": webhook_id}, queue=None, line=notice_id, place=0)
        notice = replace(telling.notice(webhook_id, told, at=clerk.at), id=notice_id)
        clerk.work.outbox.add(notice)
        clerk.note(Fact.WEBHOOK_SET, webhook=webhook_id, act="tried", by=by)
        return notice

    return message_id(await house.act(op))


async def deliveries(house: House, webhook_id: str, *, limit: int, before: str | None) -> list[Notice]:
    """What was sent or waits, newest first. Raises NotFound."""

    def op(work: Work) -> list[Notice]:
        work.webhooks.get(webhook_id)
        return work.outbox.of_target(webhook_id, limit=limit, before=before)

    return await house.database.read(op)


async def every(house: House) -> list[Webhook]:
    return await house.database.read(lambda work: work.webhooks.all())


async def one(house: House, webhook_id: str) -> Webhook:
    """Raises NotFound."""
    return await house.database.read(partial(_one, webhook_id=webhook_id))


def _one(work: Work, *, webhook_id: str) -> Webhook:
    return work.webhooks.get(webhook_id)


async def _told(house: House, op: Any) -> Webhook:
    webhook: Webhook = await house.act(op)
    house.audience.forget()
    return webhook


def _secret(house: House) -> str:
    """`whsec_` and the base64 of 256 random bits."""
    bits = base64.urlsafe_b64decode(house.chance.token() + "=")
    return f"whsec_{base64.b64encode(bits).decode()}"


def _check_url(house: House, url: str) -> None:
    fault = house.poster.fault(url)
    if fault is not None:
        raise Invalid("This address may not be used for webhooks.", errors=(("/url", fault),))


def _check_queues(work: Work, queues: Collection[str]) -> None:
    known = {queue.id for queue in work.queues.all()} if queues else set()
    faults = tuple((f"/queues/{place}", "not_found") for place, queue in enumerate(queues) if queue not in known)
    if faults:
        raise Invalid("There is no such queue.", errors=faults)


def _once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(word) for word in words))
