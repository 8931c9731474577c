"""How many bytes a page costs over the wire, as the browser counts them."""

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page


@dataclass(slots=True)
class Scale:
    """What came since it was put down, by address: bodies as they were sent, with their headers."""

    names: dict[str, str] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)

    def clear(self) -> None:
        self.names.clear()
        self.bytes.clear()

    def total(self, *, without: str = "plotly") -> int:
        """Without the charting library."""
        return sum(size for id, size in self.bytes.items() if without not in self.names.get(id, ""))

    def asked(self, event: dict[str, Any]) -> None:
        self.names[event["requestId"]] = event["request"]["url"]

    def came(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = max(event["encodedDataLength"], self.bytes.get(event["requestId"], 0))

    def grew(self, event: dict[str, Any]) -> None:
        """Of a stream, which does not end."""
        self.bytes[event["requestId"]] = self.bytes.get(event["requestId"], 0) + event["encodedDataLength"]


async def weighed(page: Page) -> Scale:
    """Weighs what this page loads from here on; nothing is taken from a cache."""
    scale, session = Scale(), await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.requestWillBeSent", lambda event: scale.asked(event))
    session.on("Network.loadingFinished", lambda event: scale.came(event))
    session.on("Network.dataReceived", lambda event: scale.grew(event))
    return scale
