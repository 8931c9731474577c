"""Puts the network together as a web application, and runs it as a process."""

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from vqueue.sandbox import (
    access,
    config,
    control,
    pages,
    phone_feed,
    phones_api,
    rest_account,
    rest_calls,
    rest_conferences,
    rest_messages,
    rest_queues,
    rest_recordings,
    verbs_dial,
    verbs_gather,
    verbs_queue,
    verbs_record,
)
from vqueue.sandbox.clock import Clock
from vqueue.sandbox.config import Config
from vqueue.sandbox.network import Network
from vqueue.sandbox.rest_frame import NETWORK, rest_errors
from vqueue.sandbox.tasks import first_of

LARGEST_BODY: Final = 4 * 1024 * 1024
PARTS: Final = (
    rest_calls,
    rest_queues,
    rest_conferences,
    rest_messages,
    rest_recordings,
    rest_account,
    control,
    phones_api,
    phone_feed,
    pages,
)
VERBS: Final = (verbs_dial, verbs_gather, verbs_queue, verbs_record)


def make_app(settings: Config, clock: Clock | None = None) -> web.Application:
    """The whole network as one application; `app[NETWORK]` is its state. `clock`: by default what the settings say."""
    app = web.Application(middlewares=[access.door, rest_errors], client_max_size=LARGEST_BODY)
    app[NETWORK] = Network(settings, clock)
    for part in PARTS:
        app.add_routes(part.routes())
    app.cleanup_ctx.append(_open)
    return app


async def _open(app: web.Application) -> AsyncIterator[None]:
    network = app[NETWORK]
    await network.webhooks.open()
    yield
    await network.close()


async def serve(settings: Config, stop: asyncio.Event, ready: "asyncio.Future[str] | None" = None) -> None:
    """Serves until `stop` is set; `ready` gets the address."""
    app = make_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{runner.addresses[0][1]}"
        network = app[NETWORK]
        network.base_url = network.base_url or address
        if settings.ready_file is not None:
            _write_ready(settings.ready_file, _ready(settings, address))
        if ready is not None:
            ready.set_result(address)
        await stop.wait()
    finally:
        await runner.cleanup()
        if settings.ready_file is not None:
            settings.ready_file.unlink(missing_ok=True)


def _ready(settings: Config, address: str) -> dict[str, Any]:
    return {
        "url": address,
        "account_sid": settings.account_sid,
        "auth_token": settings.auth_token,
        "phone": f"{address}/phone",
        "numbers": sorted(settings.numbers),
    }


def _write_ready(path: Path, told: dict[str, Any]) -> None:
    """Readable by its owner alone, and never half written."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w") as file:
        json.dump(told, file)
    Path(name).replace(path)


async def _main(settings: Config) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    ready: asyncio.Future[str] = loop.create_future()
    serving = asyncio.ensure_future(serve(settings, stop, ready))
    await first_of(serving, ready)
    if ready.done():
        print(f"telephone network {ready.result()}", flush=True)
        print(f"telephones        {ready.result()}/phone", flush=True)
        print(f"account           {settings.account_sid}  token {settings.auth_token}", flush=True)
    await serving


def run(argv: Sequence[str]) -> int:
    """The command `vqueue sandbox`: 0 after a clean stop, 1 when the address is taken, 2 for wrong flags."""
    settings = config.read(argv)
    try:
        asyncio.run(_main(settings))
    except OSError as error:
        print(f"the network cannot start: {error.strerror or error}", flush=True)
        return 1
    return 0
