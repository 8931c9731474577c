"""Notices to a customer's devices, worded in his language, without anything about him."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from vqueue.domain.speech import Prompt
from vqueue.notify.fcm import Fcm
from vqueue.notify.web_push import WebPush
from vqueue.ports.apps import DeviceKind
from vqueue.ports.notifier import Failed, Told
from vqueue.wording import Catalogue

TTL_S = 4 * 3600
"""How long a push service keeps a message for a device that is off: later it would be of no use."""


@dataclass(frozen=True, kw_only=True)
class Devices:
    """Implements `ports.notifier.Pusher` by what is configured."""

    bank: str
    catalogue: Catalogue
    web: WebPush | None = None
    fcm: Fcm | None = None

    async def push(
        self, kind: DeviceKind, address: str, prompt: Prompt, *, language: str, data: Mapping[str, str]
    ) -> Told:
        body = self.catalogue.show(prompt.key, prompt.args, language)
        match kind:
            case DeviceKind.WEB_PUSH if self.web is not None:
                content = {"title": self.bank, "body": body, "lang": language, "data": dict(data)}
                return await self.web.push(address, content, ttl_s=TTL_S)
            case DeviceKind.FCM if self.fcm is not None:
                return await self.fcm.push(address, title=self.bank, body=body, data=data, ttl_s=TTL_S)
            case DeviceKind.WEB_PUSH | DeviceKind.FCM:
                return Failed("not_configured")
            case _:
                assert_never(kind)
