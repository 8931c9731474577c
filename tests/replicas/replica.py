"""One replica as a process of its own: `python -m tests.replicas.replica '{"settings": …, "clock": …}'`."""

import asyncio
import json
import signal
import sys
from datetime import datetime
from typing import Any

from vqueue.app import serving
from vqueue.clock import BusinessClock
from vqueue.settings import Settings


async def run(told: dict[str, Any]) -> None:
    clock = told["clock"]
    business = BusinessClock(
        start=datetime.fromisoformat(clock["start"]), monotonic=clock["monotonic"], speed=clock["speed"]
    )
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    async with serving(Settings(_env_file=None, **told["settings"]), business):  # type: ignore[call-arg]
        print("up", flush=True)
        await over.wait()


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1])))
