"""Places and steers calls through Twilio's REST interface, each by exactly one request."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog
from twilio.rest import Client

from vqueue.domain.errors import Unavailable
from vqueue.domain.ids import CallSid
from vqueue.domain.speech import Target
from vqueue.ports.clock import Clock
from vqueue.ports.telephony import Busy, CallRecord, Doubt, NotPlaced, Order, Placing
from vqueue.telephony.answers import call_record, is_sid, not_placed, placed, status_of
from vqueue.telephony.twiml import NEWS
from vqueue.telephony.urls import Urls
from vqueue.telephony.wire import OneRequest, checked_api_url

TIMEOUT_S = 10.0
CALLS_A_PAGE, CALL_PAGES = 1_000, 50
QUEUES_A_PAGE, QUEUE_PAGES = 1_000, 5
CLOCKS_APART = timedelta(seconds=10)
"""How far a call's start, told in whole seconds by the provider's clock, may lie before ours."""
QUEUE_LIST_EVERY_S = 1.0
SMS_MAX = 1_600
NO_SENDER = 21603
"""The provider's own code for a message without a sender."""
_log = structlog.get_logger(__name__)


class TwilioTelephony:
    """Implements ports.Telephony. `timeout_s` is wall seconds for a whole request; `sms_from` may stay empty.

    Raises ValueError for an `api_url` over plain http outside loopback.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        account_sid: str,
        auth_token: str,
        api_url: str,
        urls: Urls,
        clock: Clock,
        sms_from: str = "",
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        base = checked_api_url(api_url)
        wire = OneRequest(session, api_url=base, timeout_s=timeout_s)
        # The library would take an edge or region from the environment and rewrite the address with it.
        self._client: Any = Client(account_sid, auth_token, http_client=wire, environment={"TWILIO_EDGE": ""})
        self._client.api.base_url = str(base)
        self._host = base.host
        self._urls = urls
        self._clock = clock
        self._sms_from = sms_from
        self._queues: dict[str, str] = {}
        self._queues_listed_at: float | None = None

    def __repr__(self) -> str:
        return f"TwilioTelephony({self._host})"

    async def place(self, order: Order) -> Placing:
        """Posts the call once. The answer is in doubt after a time-out, a reset, a 5xx or an unreadable answer."""
        form: dict[str, Any] = {
            "to": order.to,
            "from_": order.caller_id,
            "url": self._urls.url(order.answer),
            "fallback_url": self._urls.fallback(),
            "status_callback": self._urls.url(order.status),
            "status_callback_event": NEWS.split(),
            "timeout": order.ring_s,
        }
        if order.amd is not None:
            form |= {
                "machine_detection": "Enable",
                "async_amd": "true",
                "async_amd_status_callback": self._urls.url(order.amd),
            }
        try:
            call = await self._client.calls.create_async(**form)
        except Exception as failure:
            return _told(not_placed(failure), what="call")
        return _told(placed(call.sid), what="call")

    async def redirect(self, call: CallSid, to: Target) -> bool:
        """Whether the call goes on at `to`."""
        return await self._steer(call, url=self._urls.url(to), method="POST")

    async def hang_up(self, call: CallSid) -> bool:
        """Ends the call, or cancels it before it is answered."""
        return await self._steer(call, status="completed")

    async def _steer(self, call: CallSid, **form: str) -> bool:
        if not is_sid(call):
            return False
        try:
            await self._client.calls(call).update_async(**form)
        except Exception as failure:
            _log.info("call_not_steered", message="The provider did not take an order for a call.", call=call,
                      status=status_of(failure))  # fmt: skip
            return False
        return True

    async def look_up(self, call: CallSid) -> CallRecord | None:
        """What the provider knows of the call. Raises Unavailable."""
        if not is_sid(call):
            return None
        try:
            return call_record(await self._client.calls(call).fetch_async())
        except Exception as failure:
            if status_of(failure) == 404:
                return None
            raise _unavailable(failure) from None

    async def find(
        self, *, to: str | None = None, since: datetime | None = None, parent: CallSid | None = None
    ) -> list[CallRecord]:
        """Newest first, read on until a page brings nothing that began since then; calls not yet begun count as newer.
        The bound lies beyond what a bank is called in a day. Raises Unavailable."""
        asked = {"to": to, "parent_call_sid": parent}
        query: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
        earliest = None if since is None else since.astimezone(UTC) - CLOCKS_APART
        if earliest is not None:
            query["start_time_after"] = earliest.date().isoformat()  # the provider filters by day
        found: list[CallRecord] = []
        try:
            page = await self._client.calls.page_async(page_size=CALLS_A_PAGE, **query)
            async for calls in _pages(page, most=CALL_PAGES):
                newer = [call for call in map(call_record, calls) if earliest is None or _since(call, earliest)]
                if earliest is not None and not newer:
                    break
                found += newer
        except Exception as failure:
            raise _unavailable(failure) from None
        return found

    async def drop_queue(self, name: str) -> bool:
        """Whether the queue is gone: deleted now, or not listed any more. The provider keeps one that is not empty."""
        try:
            if name not in self._queues and not await self._list_queues():
                return False
            sid = self._queues.get(name)
            if sid is None:
                return True
            await self._client.queues(sid).delete_async()
        except Exception as failure:
            if status_of(failure) != 404:
                _log.info("queue_kept", message="A queue at the provider was not deleted.", queue=name,
                          status=status_of(failure))  # fmt: skip
                return False
        self._queues.pop(name, None)
        return True

    async def _list_queues(self) -> bool:
        """Reads the names anew; False when it was done a moment ago."""
        now = self._clock.wall()
        if self._queues_listed_at is not None and now - self._queues_listed_at < QUEUE_LIST_EVERY_S:
            return False
        self._queues_listed_at = now
        page = await self._client.queues.page_async(page_size=QUEUES_A_PAGE)
        queues = [queue async for queues in _pages(page, most=QUEUE_PAGES) for queue in queues]
        self._queues = {queue.friendly_name: queue.sid for queue in queues if is_sid(queue.sid)}
        return True

    async def message(self, *, to: str, text: str) -> Placing:
        """Sends one SMS, cut to what one may hold."""
        if not self._sms_from:
            return NotPlaced(NO_SENDER, "no number to send from is configured")
        try:
            sent = await self._client.messages.create_async(to=to, from_=self._sms_from, body=text[:SMS_MAX])
        except Exception as failure:
            return _told(not_placed(failure), what="message")
        return _told(placed(sent.sid), what="message")


async def _pages(page: Any, *, most: int) -> AsyncIterator[list[Any]]:
    """The records of at most so many pages, page by page: a listing that never ends must not hold us."""
    for number in range(1, most + 1):
        yield list(page)
        page = await page.next_page_async() if number < most else None
        if page is None:
            return


def _since(call: CallRecord, earliest: datetime) -> bool:
    return call.started_at is None or call.started_at >= earliest


def _told(outcome: Placing, *, what: str) -> Placing:
    match outcome:
        case Doubt(detail):
            _log.warning("placing_in_doubt", message=f"Nobody knows whether a {what} was placed.", detail=detail)
        case NotPlaced(code):
            _log.warning("placing_refused", message=f"The provider refused a {what}.", code=code)
        case Busy(retry_after_s):
            _log.warning(
                "placing_limited", message=f"The provider had no room for a {what}.", retry_after_s=retry_after_s
            )
    return outcome


def _unavailable(failure: Exception) -> Unavailable:
    reason = status_of(failure) or type(failure).__name__
    return Unavailable(f"The telephone provider could not be asked ({reason}).")
