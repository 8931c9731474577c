"""The demo from start to end: an own bank, telephone network and service on this machine, and people who use them."""

import asyncio
import base64
import contextlib
import hashlib
import json
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from numpy.random import default_rng
from pydantic import SecretStr

from vqueue.app import Service, serving
from vqueue.clock import BusinessClock, SystemChance
from vqueue.demo import cast, diary, told
from vqueue.demo.app_users import AUDIENCE, ISSUER, SEGMENT
from vqueue.demo.crowd import Crowd, Past
from vqueue.demo.demand import Demand
from vqueue.demo.founding import found
from vqueue.demo.network import Account, Network, NetworkFailed, network
from vqueue.demo.phrases import Phrases
from vqueue.demo.summary import Judge, lines, places, summary
from vqueue.demo.told import Doors
from vqueue.domain.errors import Refusal
from vqueue.settings import Settings

HOST = "127.0.0.1"
PORT, PORTS_TRIED = 8080, 100
NETWORK_CALLS_PER_SECOND, OUR_CALLS_PER_SECOND = 5.0, 4.5
"""Calls a business second: what the invented account allows, and our own limit below it."""
_PACKAGE = Path(__file__).resolve().parent.parent
FLOWS = next(at for at in (_PACKAGE / "ivr_flows", _PACKAGE.parent / "ivr_flows") if at.exists())


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`port` None: 8080 or the next free one. `seconds` is wall time. `data` None: a folder for this run alone."""

    port: int | None = None
    speed: float = 1.0
    seed: int = 1
    seconds: float | None = None
    as_json: bool = False
    ready_file: Path | None = None
    quiet: bool = False
    data: Path | None = None


class CannotStart(Exception):
    """One sentence on what is in the way."""


def run(options: Options) -> int:
    """0 after a clean end, 1 when the demo could not start or the telephone network ended by itself."""
    code = 0
    try:
        asyncio.run(_demo(options))
    except* (CannotStart, NetworkFailed, Refusal, OSError) as problems:
        print(f"The demo has ended: {_first(problems)}.", file=sys.stderr)
        code = 1
    return code


def _first(problems: BaseExceptionGroup[Exception]) -> BaseException:
    """The first one itself, out of however many task groups it came through."""
    problem: BaseException = problems
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return problem


async def _demo(options: Options) -> None:
    chance = SystemChance()
    opening = cast.opening(BusinessClock().now().date())
    _say(
        "Opening the bank"
        + (" …" if options.quiet else ": it is remembering this morning, yesterday and the last four weeks …"),
        options,
    )
    async with _stopping() as stop:
        with _folder(options.data) as folder:
            settings = _settings(folder, _port(options.port), chance, options.speed)
            law = Demand(opening)
            doors, past = await found(settings, law, chance, seed=None if options.quiet else options.seed)
            account = _account(settings, options.speed)
            clock = BusinessClock(start=opening, speed=options.speed)
            lines_of_bank = network(
                number=cast.BANK_NUMBER, public_url=settings.public_url, account=account, clock=clock, seed=options.seed
            )  # fmt: skip
            async with lines_of_bank as phones:
                settings = settings.model_copy(update={"twilio_api_url": phones.url})
                told.settings_file(folder, settings)
                async with serving(settings, clock) as service:
                    await _hold(options, Stage(service, phones, account, doors, law, past), stop)
                    # First the network: its open connections would hold up the service's graceful stop.
                    await phones.stop()


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything is up."""

    service: Service
    phones: Network
    account: Account
    doors: Doors
    law: Demand
    past: Past

    @property
    def addresses(self) -> dict[str, str]:
        return told.urls(self.service.address, self.phones.url)


async def _hold(options: Options, stage: Stage, stop: asyncio.Event) -> None:
    """Tells where everything is, lets people ring, and sums up if the demo was to end by itself."""
    service = stage.service
    chance = default_rng(options.seed)
    crowd = Crowd(service.house, stage.phones, Phrases.load(FLOWS), chance, stage.law, stage.past)
    if not options.quiet:
        await crowd.answer_telephones()
        await crowd.sign_on()
        wishes = diary.bookings(stage.law.ten, crowd.customers("en"))
        await diary.book(stage.phones.http, service.address, stage.doors.api_key, wishes)
    document = told.ready(addresses=stage.addresses, service=service.address, account=stage.account, doors=stage.doors)
    with told.ready_file(options.ready_file, document):
        manner = told.Telling(speed=options.speed, people=not options.quiet, colours=_out(options).isatty())
        _say(told.guide(stage.addresses, stage.doors.staff, manner), options)
        began = service.house.clock.now()
        people = None if options.quiet else crowd.live
        await open_hours(stage.phones, stop, seconds=options.seconds, people=people)
        if options.seconds is not None:
            lasted = (service.house.clock.now() - began).total_seconds()
            _report(await _figures(stage, crowd.phrases, options, lasted), options)


async def open_hours(
    phones: Network,
    stop: asyncio.Event,
    *,
    seconds: float | None,
    people: Callable[[], Coroutine[Any, Any, None]] | None,
) -> None:
    """People ring until the wall time is over or somebody stops it. Raises NetworkFailed when the network ends."""
    over = asyncio.Event()

    async def ends_with(waited: Coroutine[Any, Any, Any]) -> None:
        await waited
        over.set()

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(ends_with(what)) for what in (phones.process.wait(), stop.wait())]
        if people is not None:
            running.append(tasks.create_task(people()))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await over.wait()
        for task in running:
            task.cancel()
    if phones.process.returncode is not None:
        raise NetworkFailed("the telephone network has stopped")


async def _figures(stage: Stage, phrases: Phrases, options: Options, lasted: float) -> dict[str, Any]:
    agents = frozenset(agent.address for agent in (*cast.CREW, cast.VISITOR_AGENT))
    judge = Judge(await stage.phones.ledger(), cast.BANK_NUMBER, agents, phrases)
    house = stage.service.house
    since = house.clock.now() - timedelta(seconds=lasted)
    known = await house.database.read(partial(places, since=since))
    return summary(
        judge=judge, places=known, now=house.clock.now(), seed=options.seed, seconds=lasted, urls=stage.addresses
    )


def _report(figures: dict[str, Any], options: Options) -> None:
    print(json.dumps(figures) if options.as_json else "\n".join(lines(figures)), flush=True)


def _say(text: str, options: Options) -> None:
    print(text, file=_out(options), flush=True)


def _out(options: Options) -> TextIO:
    """Where the guide goes; with --json standard output is kept for the one document."""
    return sys.stderr if options.as_json else sys.stdout


def _settings(folder: Path, port: int, chance: SystemChance, speed: float) -> Settings:
    """Everything is said here: the environment of whoever starts the demo has no part in it."""
    return Settings(
        _env_file=None,
        data_dir=folder,
        database_url="",
        redis_url="",
        public_url=f"http://{HOST}:{port}",
        host=HOST,
        port=port,
        first_queue="general",
        flows_dir=FLOWS,
        twilio_account_sid=f"AC{_hex(chance)}",
        twilio_auth_token=SecretStr(_hex(chance)),
        twilio_auth_token_previous=SecretStr(""),
        twilio_from=cast.BANK_NUMBER,
        twilio_calls_per_second=OUR_CALLS_PER_SECOND * speed,
        data_keys=SecretStr(base64.b64encode(_bytes(chance)).decode()),
        app_jwt_issuer=ISSUER,
        app_jwt_audience=AUDIENCE,
        app_jwt_secret=SecretStr(chance.token()),
        app_jwt_segment_claim=SEGMENT,
        app_jwks_url="",
    )


def _account(settings: Settings, speed: float) -> Account:
    return Account(
        sid=settings.twilio_account_sid,
        token=settings.twilio_auth_token.get_secret_value(),
        calls_per_second=NETWORK_CALLS_PER_SECOND * speed,
    )


def _bytes(chance: SystemChance) -> bytes:
    """32 random bytes."""
    return hashlib.sha256(chance.token().encode()).digest()


def _hex(chance: SystemChance) -> str:
    return _bytes(chance).hex()[:32]


@contextmanager
def _folder(asked: Path | None) -> Iterator[Path]:
    """The folder asked for, which holds no bank yet and is kept; or one that is gone afterwards."""
    if asked is not None:
        asked.mkdir(parents=True, exist_ok=True)
        if (asked / "vqueue.sqlite").exists():
            raise CannotStart(f"{asked} already holds a bank; name an empty folder")
        yield asked
        return
    made = Path(tempfile.mkdtemp(prefix="vqueue-demo-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _port(asked: int | None) -> int:
    """A free port. The one asked for must be free; without a wish it is 8080 or the next free one."""
    wished = range(PORT, PORT + PORTS_TRIED) if asked is None else (asked,)
    for port in wished:
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                tried.bind((HOST, port))
                return int(tried.getsockname()[1])
    raise CannotStart(f"port {wished[0]} of {HOST} is taken; name another with --port")


@asynccontextmanager
async def _stopping() -> AsyncIterator[asyncio.Event]:
    """Set by Ctrl-C and by SIGTERM."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    try:
        yield stop
    finally:
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(name)
