"""The API of a busy bank as a process of its own, for `scripts.bench.api`: any customer's token is good, and beside it
a bare server on the same loop that does nothing, to compare with."""

import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.db.builders import a_queue, an_agent
from tests.web.house import HandClock, open_house
from vqueue.db.open import migrate
from vqueue.domain.agent import Agent, Presence
from vqueue.domain.phone import Phone
from vqueue.domain.rules import WEEK, CallingWindows, Caps, Hours, Offer, Rules
from vqueue.identity.passwords import Argon2Passwords
from vqueue.logs import write_to_stderr
from vqueue.ports.database import Work
from vqueue.ports.identity import Customer
from vqueue.ports.people import Staff
from vqueue.services import boarding, sessions
from vqueue.services.house import House
from vqueue.services.keys import Scope, make_key
from vqueue.services.sessions import Browser
from vqueue.services.signing_in import Role
from vqueue.web.limits import Limits, Rate
from vqueue.web.site import make_web

CONSOLES_MOST = 500
BOUNDLESS = Rate(burst=1e9, per_s=1e9)
ALWAYS = dict.fromkeys(WEEK, (("00:00", "24:00"),))
RULES = Rules(
    offer=Offer(threshold_s=0, max_open=1_000_000, max_wait_s=10**9),
    hours=Hours(week=ALWAYS),
    calling_windows=CallingWindows(week=ALWAYS),
    caps=Caps(open_per_number=1000),
)
AREAS = (201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231,
         234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307,
         308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323)  # fmt: skip


class AnyToken:
    """`c17` is the seventeenth customer; each has a number of those that belong to nobody."""

    async def read(self, token: str) -> Customer:
        number = int(token[1:])
        phone = Phone(f"+1{AREAS[number // 100 % len(AREAS)]}55501{number % 100:02d}")
        return Customer(id=f"bench|{token}", phone=phone, name=None, locale="en", segment=None, expires_at=FAR)

    def for_guest(self, phone: Phone, *, proof: str) -> tuple[str, datetime]:
        raise NotImplementedError("nobody proves a number here")


FAR = HandClock().now() + timedelta(days=40_000)


async def run(told: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        await migrate(url)
        clock = HandClock()
        async with AsyncExitStack() as stack:
            house = replace(await stack.enter_async_context(open_house(url, clock)), tokens=AnyToken())
            queue = replace(a_queue(), rules=RULES)
            await house.database.transact(lambda work: work.queues.insert(queue))
            agents = [replace(an_agent(f"a{place}"), presence=Presence.TALKING) for place in range(8)]
            for agent in agents:
                await house.database.transact(partial(_hire, agent=agent))
            await boarding.publish(house)
            known = await _staff(house)
            limits = Limits(clock=clock, per_address=BOUNDLESS, per_customer=BOUNDLESS, per_key=BOUNDLESS)
            site = make_web(house, passwords=Argon2Passwords(), secure=False, limits=limits)
            addresses = {"api": await _listening(site), "bare": await _listening(_bare()), **known}
            write_to_stderr("json", "info")
            await asyncio.to_thread(told.write_text, json.dumps(addresses))
            past = None
            while True:
                await asyncio.sleep(1.0)
                past = await boarding.publish(house, past)


async def _staff(house: House) -> dict[str, Any]:
    """Browsers that are signed in, a third of them in each language, and a key of the bank's systems."""
    roles = (Role.VIEWER, Role.SUPERVISOR)
    staff = [
        Staff(id=f"st{place}", login=f"staff{place}", name="Bench", role=role, password="")
        for place, role in enumerate(roles)
    ]
    opened = [sessions.made(house, staff[place % 2].id, browser=Browser()) for place in range(CONSOLES_MOST)]

    def keep(work: Work) -> None:
        for one in staff:
            work.people.add(one)
        for _, session in opened:
            work.sessions.open(session)

    await house.database.transact(keep)
    scopes = {"name": "bench", "scopes": (Scope.AGENTS_WRITE,), "by": "bench"}
    key = await make_key(house.database, house.chance, **scopes, at=house.clock.now())  # type: ignore[arg-type]
    return {"browsers": [token for token, _ in opened], "key": key.token}


def _hire(work: Work, agent: Agent) -> None:
    work.agents.insert(agent)


def _bare() -> web.Application:
    """What an answer costs that nothing was done for."""

    async def nothing(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"fine": True})

    app = web.Application()
    app.router.add_route("*", "/", nothing)
    return app


async def _listening(app: web.Application) -> str:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=8192).start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
