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
from vqueue.ports.bank import ApiKey
from vqueue.ports.identity import Customer
from vqueue.services.house import House
from vqueue.services.keys import hashed
from vqueue.web.limits import Limits, Rate
from vqueue.web.site import make_web

CUSTOMER, KEY = "the-customer", "vq_the-key"
BOUNDLESS = Rate(burst=1e9, per_s=1e9)


async def run(told: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/fuzz.sqlite"
        await migrate(url)
        clock, tokens = HandClock(), KnownTokens()
        async with AsyncExitStack() as stack:
            house = replace(await stack.enter_async_context(open_house(url, clock)), tokens=tokens)
            await _people(house, clock, tokens)
            limits = Limits(clock=clock, per_address=BOUNDLESS, per_customer=BOUNDLESS, per_key=BOUNDLESS)
            runner = web.AppRunner(make_web(house, passwords=Argon2Passwords(), secure=False, limits=limits))
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            address = f"http://127.0.0.1:{runner.addresses[0][1]}"
            await asyncio.to_thread(told.write_text, json.dumps({"url": address, "customer": CUSTOMER, "bank": KEY}))
            await asyncio.Event().wait()


async def _people(house: House, clock: HandClock, tokens: KnownTokens) -> None:
    tokens.customers[CUSTOMER] = Customer(
        id="https://bank.example|fuzz", phone=Phone("+447700900001"), name="Ann", locale="en", segment="private",
        expires_at=clock.now().replace(year=2100),
    )  # fmt: skip
    key = ApiKey(
        id="ak_fuzz", name="fuzz", secret=hashed(KEY), hint="vq_the", scopes=ALL_SCOPES,
        made_at=clock.now(), made_by="test",
    )  # fmt: skip
    await house.database.transact(lambda work: (work.queues.insert(a_queue()), work.keys.insert(key)))


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
