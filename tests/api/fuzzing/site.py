"""The API as a process of its own, for whoever asks it anything: `python -m tests.api.fuzzing.site FILE` writes its
address and credentials there and runs until it is ended."""

import asyncio
import json
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from aiohttp import web

from tests.api.conftest import ALL_SCOPES, KnownTokens
from tests.db.builders import a_queue
from tests.web.house import HandClock, open_house
from vqueue.db.open import migrate
from vqueue.domain.phone import Phone
from vqueue.identity.passwords import Argon2Passwords
from vqueue.ports.identity import Customer
from vqueue.services.house import House
from vqueue.services.keys import make_key
from vqueue.web.limits import Limits, Rate
from vqueue.web.proxies import PROXIES, Proxies
from vqueue.web.site import make_web

CUSTOMER = "the-customer"
BOUNDLESS = Rate(burst=1e9, per_s=1e9)


async def run(told: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/fuzz.sqlite"
        await migrate(url)
        clock, tokens = HandClock(), KnownTokens()
        async with AsyncExitStack() as stack:
            house = replace(await stack.enter_async_context(open_house(url, clock)), tokens=tokens)
            key = await _people(house, clock, tokens)
            limits = Limits(clock=clock, per_address=BOUNDLESS, per_customer=BOUNDLESS, per_key=BOUNDLESS)
            site = make_web(house, passwords=Argon2Passwords(), secure=False, limits=limits)
            site[PROXIES] = Proxies.of("127.0.0.0/8")
            runner = web.AppRunner(site)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            await asyncio.to_thread(told.write_text, json.dumps({"url": address, "customer": CUSTOMER, "bank": key}))
            await asyncio.Event().wait()


async def _people(house: House, clock: HandClock, tokens: KnownTokens) -> str:
    tokens.customers[CUSTOMER] = Customer(
        id="https://bank.example|fuzz", phone=Phone("+447700900001"), name="Ann", locale="en", segment="private",
        expires_at=clock.now().replace(year=2100),
    )  # fmt: skip
    await house.database.transact(lambda work: work.queues.insert(a_queue()))
    made = await make_key(
        house.database, house.chance, name="fuzz", scopes=ALL_SCOPES, by="test", at=clock.now()
    )  # fmt: skip
    return made.token


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
