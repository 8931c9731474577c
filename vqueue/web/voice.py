"""The provider's questions: check the signature, hand what is told to one service, answer with its document."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from vqueue.domain.errors import Forbidden
from vqueue.domain.flow import Flow
from vqueue.domain.ids import AgentId, Token
from vqueue.domain.speech import Hangup, Nothing, Pause, Prompt, Say, Speech
from vqueue.ports.voice import SignedForm, Told, VoiceGateway
from vqueue.services import answering, conversing, customer_first, hearing, screening, second_hold, standing
from vqueue.services.house import House

Answer = Callable[[str, int, Told], Awaitable[Speech]]
_FORM = "application/x-www-form-urlencoded"
_INBOUND_STATUS = "inbound"
"""The token of the number's own status callback, `/voice/status/inbound`."""


class Voice:
    """The routes under /voice, each with the one use case that answers it."""

    def __init__(self, house: House, gateway: VoiceGateway, flow: Flow) -> None:
        self._house, self._gateway, self._flow = house, gateway, flow
        self._answers: dict[str, Answer] = {
            "session": self._step,
            "wait": self._step,
            "left": lambda key, step, told: conversing.left(house, flow, key, told),
            "answer": lambda key, step, told: answering.answer(house, Token(key), told),
            "accepted": lambda key, step, told: answering.at_desk(house, Token(key), told),
            "key": lambda key, step, told: answering.key(house, Token(key), step, told),
            "dialed": lambda key, step, told: answering.dialed(house, Token(key), told),
            "screen": lambda key, step, told: screening.screen(house, Token(key), told),
            "screen-key": lambda key, step, told: screening.key(house, Token(key), step, told),
            "joined": lambda key, step, told: screening.joined(house, Token(key), told),
            "bring": lambda key, step, told: customer_first.bring(house, Token(key), step),
            "meet": lambda key, step, told: second_hold.meet(house, Token(key), step),
            "met": lambda key, step, told: second_hold.met(house, Token(key), told),
            "standing": lambda key, step, told: standing.step(house, AgentId(key), step, told),
            "status": self._status,
            "amd": self._verdict,
            "recorded": self._recorded,
        }

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/voice/inbound", self.inbound)
        app.router.add_post("/voice/fallback", self.fallback)
        app.router.add_post(r"/voice/{place}/{key}", self.asked)
        app.router.add_post(r"/voice/{place}/{key}/{step:\d+}", self.asked)

    async def inbound(self, request: web.Request) -> web.Response:
        told = await self._told(request)
        return self._document(await conversing.inbound(self._house, self._flow, told))

    async def fallback(self, request: web.Request) -> web.Response:
        """One of our answers failed. A person's call goes on; a call of ours to an agent or customer ends."""
        told = await self._told(request)
        if "/voice/screen" in told.failed_url or "/voice/answer" in told.failed_url:
            return self._document((Hangup(),))
        ours = await second_hold.mend(self._house, told)
        if ours is not None:
            return self._document(ours)
        apology = Say((Prompt("fault.stay"),), "en")
        return self._document((apology, Pause(1), *await conversing.mend(self._house, self._flow, told)))

    async def asked(self, request: web.Request) -> web.Response:
        answer = self._answers.get(request.match_info["place"])
        if answer is None:
            raise web.HTTPNotFound
        told = await self._told(request)
        step = int(request.match_info.get("step", "0"))
        return self._document(await answer(request.match_info["key"], step, told))

    async def _step(self, key: str, step: int, told: Told) -> Speech:
        return await conversing.step(self._house, self._flow, key, step, told)

    async def _status(self, key: str, step: int, told: Told) -> Speech:
        if key != _INBOUND_STATUS:
            await hearing.status(self._house, Token(key), told)
        elif told.cause is not None:
            await conversing.over(self._house, told)
        return (Nothing(),)

    async def _verdict(self, key: str, step: int, told: Told) -> Speech:
        await hearing.verdict(self._house, Token(key), told)
        return (Nothing(),)

    async def _recorded(self, key: str, step: int, told: Told) -> Speech:
        """The recording is ready; its address came with the answer already."""
        return (Nothing(),)

    async def _told(self, request: web.Request) -> Told:
        """The verified form. Raises Forbidden for anything else: checks at the edge fail closed."""
        if request.content_type != _FORM:
            raise Forbidden("not a signed form")
        fields = await request.post()
        pairs = [(name, value) for name, value in fields.items() if isinstance(value, str)]
        form = SignedForm(raw_path=request.raw_path, fields=pairs, headers=dict(request.headers))
        return self._gateway.told(self._gateway.verify(form))

    def _document(self, speech: Speech) -> web.Response:
        return web.Response(text=self._gateway.render(speech), content_type="text/xml")
