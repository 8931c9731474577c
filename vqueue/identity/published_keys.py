"""An issuer's keys as it publishes them over HTTP: kept, fetched anew when they may have changed, by one at a time."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog

from vqueue.domain.errors import Unavailable
from vqueue.identity.fetching import fetched
from vqueue.identity.jws import Unproven
from vqueue.identity.key_sets import KeySet, UnknownKey
from vqueue.ports.clock import Clock

_log = structlog.get_logger(__name__)
FRESH_S = 600
"""Keys younger than this are used without asking, wall seconds."""
STALE_S = 24 * 3600
"""For so long the last known keys are used while the issuer cannot be reached, wall seconds."""
AGAIN_S = 15
"""Nothing makes us ask the issuer more often than this, wall seconds."""


class PublishedKeys:
    """Proves tokens with the keys at `url`. A key it does not know makes it look again, at most once in AGAIN_S."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: Clock) -> None:
        self._session, self.url, self._clock = session, url, clock
        self._keys: KeySet | None = None
        self._fetched_at = self._tried_at = float("-inf")
        self._turn = asyncio.Lock()

    async def prove(self, token: Unproven) -> Mapping[str, Any]:
        """Raises BadToken, and Unavailable when no keys can be had."""
        keys = await self._known()
        try:
            return keys.prove(token)
        except UnknownKey:
            newer = await self._looked_again()
            if newer is keys:
                raise
            return newer.prove(token)

    async def _known(self) -> KeySet:
        """Fresh keys, or while somebody else fetches or the issuer is down the ones known before."""
        keys, age = self._keys, self._clock.wall() - self._fetched_at
        if keys is not None and (age < FRESH_S or (age < STALE_S and self._turn.locked())):
            return keys
        async with self._turn:
            if self._clock.wall() - self._fetched_at >= FRESH_S:
                await self._fetch()
        return self._still_good()

    async def _looked_again(self) -> KeySet:
        async with self._turn:
            await self._fetch()
        return self._still_good()

    def _still_good(self) -> KeySet:
        if self._keys is None or self._clock.wall() - self._fetched_at >= STALE_S:
            raise Unavailable("The issuer's keys cannot be had at the moment.")
        return self._keys

    async def _fetch(self) -> None:
        """One try, unless the last one was a moment ago. A failure is logged and leaves the keys as they are."""
        if self._clock.wall() - self._tried_at < AGAIN_S:
            return
        self._tried_at = self._clock.wall()
        try:
            keys = KeySet.read(await fetched(self._session, self.url))
        except asyncio.CancelledError:
            self._tried_at = float("-inf")  # whoever asked went away: the next one may ask at once
            raise
        except Unavailable as down:
            _log.warning("issuer_keys_missed", message="The issuer's keys could not be fetched.", reason=str(down))
            return
        self._keys, self._fetched_at = keys, self._clock.wall()
