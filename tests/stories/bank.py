"""A small bank for stories: the real service on a real database, its agents and customers on the sandbox network."""

import base64
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import jwt
from pydantic import SecretStr

from tests.stories.network import ACCOUNT, AUTH_TOKEN, PATIENCE_S, AnyNetwork, Network
from vqueue.app import Service, serving
from vqueue.domain.agent import AddressKind, Agent, Presence
from vqueue.domain.board import QueueBoard
from vqueue.domain.ids import AgentId
from vqueue.domain.request import Request
from vqueue.domain.rules import WEEK, AgentRules, CallbackRules, CallingWindows, Hours, Offer, Queue, Rules
from vqueue.ports.database import Work
from vqueue.services import presence
from vqueue.services.clerk import Clerk
from vqueue.settings import Settings

T = TypeVar("T")
NUMBER = "+442079460100"
AGENT = "+442079460201"
SECOND_AGENT = "+442079460202"
CUSTOMER = "+447700900101"
OTHER = "+447700900102"
THIRD = "+447700900103"
APP, APP_SECRET = "https://login.bank.example", "a-secret-of-the-stories-alone-0123456789"
"""Who signs the tokens of the bank's app."""
ROOT = Path(__file__).resolve().parents[2]
ALWAYS = dict.fromkeys(WEEK, (("00:00", "24:00"),))
RULES = Rules(
    offer=Offer(threshold_s=0),
    callback=CallbackRules(spacing_s=(60, 120), snooze_s=120),
    agents=AgentRules(wrap_up_s=2),
    hours=Hours(week=ALWAYS),
    calling_windows=CallingWindows(week=ALWAYS),
)
"""Open day and night: however long the stories take, none of them ends at closing time unless it says so."""


@dataclass
class Bank:
    """The running service with its network."""

    service: Service
    network: Network
    settings: Settings

    @property
    def house(self) -> Any:
        return self.service.house

    async def read(self, op: Callable[[Work], T]) -> T:
        return await self.house.database.read(op)

    def app_user(self, number: str = CUSTOMER, *, name: str = "Miriam Katz", **claims: Any) -> dict[str, str]:
        """Headers of somebody who uses the bank's app; his number is verified."""
        told = {"iss": APP, "aud": "app", "sub": f"user-{number}", "exp": int(time.time()) + 3600, "name": name}
        token = jwt.encode(
            {**told, "phone_number": number, "phone_number_verified": True, "locale": "en", **claims}, APP_SECRET
        )
        return {"Authorization": f"Bearer {token}"}

    @property
    def api(self) -> str:
        return f"{self.settings.public_url}/v1"

    async def agent(
        self, name: str, number: str, *, ready: bool = True, languages: tuple[str, ...] = ("en",), **program: Any
    ) -> AgentId:
        """An agent with a telephone; by default he answers, presses 1 and talks for twenty seconds."""
        agent = Agent(
            id=AgentId(name),
            name=name.title(),
            address_kind=AddressKind.PHONE,
            address=replace(self.house.vault.seal(number), index=self.house.vault.index(number)),
            skills={"cards": 5, "payments": 5, "general": 5},
            languages=languages,
            presence=Presence.OFFLINE,
            since=self.house.clock.now(),
        )
        await self.house.act(partial(_hire, agent=agent))
        await self.network.person(number, **(program or AGENT_PROGRAM))
        if ready:
            await self.ready(agent.id)
        return agent.id

    async def ready(self, agent: AgentId) -> None:
        await presence.ask(self.house, agent, Presence.READY, reason="story")

    async def busy(self, agent: AgentId) -> None:
        """Writing up a call for an hour: on the team, serving, not free."""
        await self.house.act(partial(_writing_up, who=agent))
        await self.knows_the_wait()

    async def knows_the_wait(self, queue: str = "cards") -> None:
        """The board says how long the next caller waits."""
        await self.until_board(queue, lambda board: bool(board.agents) and "no_agents" not in board.grid[0][1].reasons)

    async def until_board(self, queue: str, so: Callable[[QueueBoard], bool]) -> QueueBoard:
        limit = time.monotonic() + PATIENCE_S
        while True:
            board = await self.house.board.read(queue)
            if board is not None and so(board):
                return board
            assert time.monotonic() < limit, f"the board never said so: {board}"
            await self.network.pause()

    async def until_agent(self, agent: AgentId, so: Callable[[Agent], bool], *, what: str) -> Agent:
        """The agent once he is so."""
        limit = time.monotonic() + PATIENCE_S
        while not so(seen := await self.read(lambda work: work.agents.get(agent))):
            assert time.monotonic() < limit, f"it did not happen: {what}\n{seen}"
            await self.network.pause()
        return seen

    async def customer(self, number: str = CUSTOMER, **program: Any) -> str:
        """Programs a customer and lets him call the bank; his call's SID."""
        await self.network.person(number, **program)
        return await self.network.call(number, NUMBER)

    async def requests(self) -> list[Request]:
        return await self.read(lambda work: work.requests.search(limit=100))

    async def until(self, happened: Callable[[list[Request]], bool], *, what: str) -> list[Request]:
        """The requests (newest first) once they satisfy the condition."""
        limit = time.monotonic() + PATIENCE_S
        while True:
            requests = await self.requests()
            if happened(requests):
                return requests
            if time.monotonic() > limit:
                entries = await self.network.ledger()
                lines = "\n".join(f"{e['seq']} {e['event']} {e['from']}>{e['to']} {e['detail']}" for e in entries)
                raise AssertionError(f"it did not happen: {what}\n{requests}\n{lines}")
            await self.network.pause()


AGENT_PROGRAM: Mapping[str, Any] = {
    "answers": {"after_s": 2},
    "keys": [{"heard": "Press 1 to accept", "press": "1"}],
    "talk_s": 20,
}


def _hire(clerk: Clerk, agent: Agent) -> None:
    clerk.work.agents.insert(agent)


def _writing_up(clerk: Clerk, who: AgentId) -> None:
    agent = clerk.work.agents.get(who)
    busy = replace(agent, presence=Presence.WRAPPING, since=clerk.at, wrap_until=clerk.later(3600))
    clerk.work.agents.replace(busy)


@asynccontextmanager
async def opened(
    network: AnyNetwork,
    database_url: str,
    data_dir: Path,
    *,
    rules: Rules = RULES,
    again: bool = False,
    port: int = 0,
) -> AsyncIterator[Bank]:
    """The bank on this database, its number routed to it. `again`: its queues are there from an earlier start.
    `port`: the one of an earlier start, whose calls go on; by default a free one."""
    calls_go_on, port = port != 0, port or _free_port()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=data_dir,
        database_url=database_url,
        public_url=f"http://127.0.0.1:{port}",
        port=port,
        first_queue="general",
        flows_dir=ROOT / "ivr_flows",
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(AUTH_TOKEN),
        twilio_api_url=network.url,
        twilio_from=NUMBER,
        twilio_calls_per_second=1000,
        webhook_allow_private=True,
        webhook_timeout_s=2,
        data_keys=SecretStr(base64.b64encode(b"k" * 32).decode()),
        app_jwt_issuer=APP,
        app_jwt_audience="app",
        app_jwt_secret=SecretStr(APP_SECRET),
        app_jwt_segment_claim="segment",
    )
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        with network.keeping_house():
            service = await stack.enter_async_context(serving(settings, network.clock()))
        await stack.enter_async_context(network.joined(service.house))
        if not again:
            await service.house.act(partial(_found, rules=rules))
        net = Network(network, session)
        base = settings.public_url
        routes = {
            "voice_url": f"{base}/voice/inbound",
            "fallback_url": f"{base}/voice/fallback",
            "status_url": f"{base}/voice/status/inbound",
        }
        await net.put(f"/sandbox/numbers/{NUMBER.replace('+', '%2B')}", routes)
        await net.put("/sandbox/faults", {"faults": []})
        if not calls_go_on:
            await net.hang_up_all()
        await net.begin()
        yield Bank(service, net, settings)


def _found(clerk: Clerk, rules: Rules) -> None:
    for name in ("general", "cards", "payments"):
        clerk.work.queues.insert(Queue(id=name, names={"en": name.title()}, rules=rules))


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
