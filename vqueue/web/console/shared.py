"""Parts of pages that many look at: drawn once for all who see the same; what is each one's own is put in for him."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field, replace

from aiohttp import web

from vqueue.ports.clock import Chance
from vqueue.services.signing_in import Visitor
from vqueue.web.access import READERS, Access
from vqueue.web.stream import Streams, View, Viewer


@dataclass(frozen=True, kw_only=True)
class Shared:
    """Streams of such parts to whoever may read."""

    chance: Chance
    access: Access
    streams: Streams
    form: str = field(init=False, repr=False)
    """Stands in the parts where each visitor has the proof of his own forms."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "form", self.chance.token())

    def anybody(self, visitor: Visitor) -> Visitor:
        """Whoever has this role: the part is drawn for him."""
        return replace(visitor, csrf=self.form)

    async def send(
        self, request: web.Request, visitor: Visitor, key: Hashable, draw: Callable[[], Awaitable[str]], *topics: str
    ) -> web.StreamResponse:
        viewer = Viewer(
            admitted=lambda: self.access.admits(request, *READERS),
            own=(self.form.encode(), visitor.csrf.encode()),
        )
        return await self.streams.share(request, View(key=key, draw=draw, topics=topics), viewer)
