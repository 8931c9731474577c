"""Settings become the adapters that reach out: webhooks, push to browsers and to the app."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp

from vqueue.notify.fcm import Credentials, Fcm
from vqueue.notify.push import Devices
from vqueue.notify.web_push import WebPush
from vqueue.notify.webhooks import WebhookPoster, outward
from vqueue.ports.clock import Chance, Clock
from vqueue.ports.notifier import Poster, Pusher
from vqueue.services.house import House
from vqueue.settings import Settings, UnsafeSetting
from vqueue.wording import Catalogue


@dataclass(frozen=True)
class Outward:
    """The ways to the outside."""

    poster: Poster
    pusher: Pusher
    push_key: str
    """What browsers subscribe with; empty where there is no web push."""

    def given_to(self, house: House, public_url: str) -> House:
        return dataclasses.replace(
            house, poster=self.poster, pusher=self.pusher, push_key=self.push_key, public_url=public_url
        )


@asynccontextmanager
async def reaching_out(
    settings: Settings, *, session: aiohttp.ClientSession, clock: Clock, chance: Chance, catalogue: Catalogue
) -> AsyncIterator[Outward]:
    """Addresses that others named are reached by a session of their own, which opens public addresses alone."""
    private = settings.webhook_allow_private
    async with outward(private=private) as checked:
        web, key = None, settings.vapid_private_key.get_secret_value()
        if key:
            subject = settings.vapid_subject
            with _set("VAPID_PRIVATE_KEY", "base64url of 32 bytes or PEM, of P-256"):
                web = WebPush(checked, private_key=key, subject=subject, clock=clock, chance=chance, private=private)
        fcm, file = None, settings.fcm_credentials.get_secret_value()
        if file:
            with _set("FCM_CREDENTIALS", "a service account's JSON"):
                credentials = Credentials.of(file)
            fcm = Fcm(session, credentials, clock, api_url=settings.fcm_api_url)
        yield Outward(
            WebhookPoster(checked, clock, private=private, timeout_s=settings.webhook_timeout_s),
            Devices(bank=settings.bank, catalogue=catalogue, web=web, fcm=fcm),
            web.public_key if web is not None else "",
        )


@contextmanager
def _set(name: str, expected: str) -> Iterator[None]:
    """Raises UnsafeSetting for a secret that cannot be read; it is not repeated."""
    try:
        yield
    except ValueError:
        raise UnsafeSetting(name, expected, "something else") from None
