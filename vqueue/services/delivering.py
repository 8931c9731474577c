"""Bringing events to the bank's systems: each subscription by itself, each request's events in their order.

An event is delivered at least once, tried again over days; an endpoint that is slow or dead holds up nobody else.
"""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import assert_never

from vqueue.domain.errors import NotFound
from vqueue.domain.journal import Fact
from vqueue.ports.bank import Webhook
from vqueue.ports.database import Notice, Work
from vqueue.ports.notifier import Failed, Gone, Post, Taken
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

SPACING_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Pause after each failed try, business seconds; after the last one the event is given up, and the journal says so."""
DISABLED_AFTER = timedelta(days=5)
"""A subscription that took nothing for so long is disabled."""
OPEN_AFTER = 5
"""Failures in a row after which one event alone is tried, after a pause that grows."""
_PAUSE_S, _PAUSE_MAX_S = 30, 600
_SIDE_BY_SIDE = 8
"""Requests whose events are delivered to one subscription at the same time."""
_BATCH = 100
_ROUND_S = 60
"""After so long the rest of a batch is left to the next round, wall seconds."""
_CLAIM_S = 150
"""A claim outlives its round and the last exchange of it, wall seconds."""
_WISH_MAX_S = 3600


@dataclass(kw_only=True)
class _Round:
    """What has become of one subscription while a batch is delivered."""

    webhook: Webhook
    ends: float
    """Wall time."""
    failures: int
    over: bool = False
    """Nothing more is sent in this round."""
    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_SIDE_BY_SIDE))


async def deliver(house: House) -> None:
    """Starts bringing what is due, for each subscription that is not being served yet."""
    now = house.clock.now()
    due = await house.database.transact(partial(_due, house=house, now=now))
    for webhook, batch in due:
        house.audience.served.add(webhook.id)
        house.spawn(_serve(house, webhook, batch))


async def bury_strays(house: House) -> None:
    """Gives up what waits for subscriptions that are removed or disabled."""

    def op(work: Work) -> None:
        active = [one.id for one in work.webhooks.all() if one.disabled_at is None]
        work.outbox.bury(None, but=active)

    await house.database.transact(op)


def _due(work: Work, *, house: House, now: datetime) -> list[tuple[Webhook, list[Notice]]]:
    found = []
    for webhook in work.webhooks.all():
        paused = webhook.retry_at is not None and webhook.retry_at > now
        if webhook.disabled_at is None and not paused and webhook.id not in house.audience.served:
            found.append((webhook, _claimed(work, webhook, house=house, now=now)))
    return [(webhook, batch) for webhook, batch in found if batch]


def _claimed(work: Work, webhook: Webhook, *, house: House, now: datetime) -> list[Notice]:
    until = now + timedelta(seconds=_CLAIM_S * house.clock.speed)
    limit = 1 if webhook.failures >= OPEN_AFTER else _BATCH
    return work.outbox.claim_of(webhook.id, now=now, until=until, limit=limit)


async def _serve(house: House, webhook: Webhook, batch: list[Notice]) -> None:
    """Batch after batch, until nothing is due or something went wrong."""
    try:
        while batch:
            ends = house.clock.wall() + _ROUND_S
            round_ = _Round(webhook=webhook, ends=ends, failures=webhook.failures)
            lines = [list(each) for _, each in groupby(batch, key=lambda notice: notice.line)]
            await asyncio.gather(*(_line(house, round_, line) for line in lines))
            if round_.over or round_.failures or len(batch) < _BATCH:
                return
            take = partial(_claimed, webhook=webhook, house=house, now=house.clock.now())
            batch = await house.database.transact(take)
    except NotFound:
        return  # The subscription was removed meanwhile.
    finally:
        house.audience.served.discard(webhook.id)


async def _line(house: House, round_: _Round, notices: list[Notice]) -> None:
    """The events of one request, one after the other; after a failure the later ones wait for the first."""
    async with round_.gate:
        for place, notice in enumerate(notices):
            if round_.over or house.clock.wall() > round_.ends:
                await _put_back(house, notices[place:], until=house.clock.now())
                return
            until = await _send(house, round_, notice)
            if until is not None:
                await _put_back(house, notices[place + 1 :], until=until)
                return


async def _send(house: House, round_: _Round, notice: Notice) -> datetime | None:
    """Tries once. None when its line may go on; else the time before which it may not."""
    told = await house.poster.post(_post(house, round_.webhook, notice))
    now = house.clock.now()
    match told:
        case Taken():
            recovered, round_.failures = round_.failures > 0, 0
            await house.database.transact(partial(_taken, notice=notice, at=now, recovered=recovered))
            return None
        case Gone():
            round_.over = True
            await house.act(partial(disable, webhook_id=round_.webhook.id, reason="gone"))
            house.audience.forget()
            return now
        case Failed():
            round_.failures += 1
            round_.over = round_.failures >= OPEN_AFTER
            return await _failed(house, round_, notice, told)
        case _:
            assert_never(told)


def _post(house: House, webhook: Webhook, notice: Notice) -> Post:
    secrets = [house.vault.open(webhook.secret)]
    if webhook.former is not None and webhook.former_until is not None and webhook.former_until > house.clock.now():
        secrets.append(house.vault.open(webhook.former))
    body = json.dumps(notice.document, ensure_ascii=False, separators=(",", ":"))
    return Post(id=message_id(notice), url=webhook.url, body=body.encode(), secrets=tuple(secrets))


def message_id(notice: Notice) -> str:
    """The id on the wire: no full stop, which parts what is signed."""
    return f"msg{notice.id[2:]}".replace(".", "_")


def _taken(work: Work, *, notice: Notice, at: datetime, recovered: bool) -> None:
    work.outbox.done(notice.id, at=at)
    if recovered and notice.target is not None:
        work.webhooks.recovered(notice.target)


async def _failed(house: House, round_: _Round, notice: Notice, failed: Failed) -> datetime | None:
    now = house.clock.now()
    dead = notice.tries >= len(SPACING_S)
    pause = 0.0 if dead else SPACING_S[notice.tries] * (0.9 + 0.2 * house.chance.jitter())
    wish = min(failed.retry_after_s or 0.0, _WISH_MAX_S) * house.clock.speed
    until = now + timedelta(seconds=max(pause, 0.0 if dead else wish))
    beyond = round_.failures - OPEN_AFTER
    rest = timedelta(seconds=min(_PAUSE_S * 2 ** min(beyond, 10), _PAUSE_MAX_S)) if beyond >= 0 else None

    def op(clerk: Clerk) -> None:
        work = clerk.work
        webhook = work.webhooks.get(round_.webhook.id)
        work.outbox.later(notice.id, not_before=until, dead=dead, outcome=failed.word)
        work.webhooks.failed(webhook.id, at=now, retry_at=now + rest if rest is not None else None)
        if dead:
            clerk.note(Fact.NOTICE_DEAD, kind="webhook", notice=notice.id, webhook=webhook.id, outcome=failed.word)
        if webhook.failing_since is not None and now - webhook.failing_since >= DISABLED_AFTER:
            disable(clerk, webhook_id=webhook.id, reason="failing")

    await house.act(op)
    house.audience.forget()
    return None if dead and not round_.over else until


async def _put_back(house: House, notices: list[Notice], *, until: datetime) -> None:
    def op(work: Work) -> None:
        for notice in notices:
            work.outbox.later(notice.id, not_before=until, tried=False)

    if notices:
        await house.database.transact(op)


def disable(clerk: Clerk, *, webhook_id: str, reason: str) -> None:
    """Nothing is delivered to it any more, and what waited for it is given up. Raises NotFound."""
    webhook = clerk.work.webhooks.get(webhook_id)
    if webhook.disabled_at is not None:
        return
    clerk.work.webhooks.replace(replace(webhook, disabled_at=clerk.at, reason=reason))
    given_up = clerk.work.outbox.bury(webhook_id)
    clerk.note(Fact.WEBHOOK_DISABLED, webhook=webhook_id, reason=reason, given_up=given_up)
