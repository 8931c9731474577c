"""Says how one network is set up, and reads that from the command line."""

import argparse
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_address
from math import inf
from pathlib import Path

from vqueue.sandbox.numbers import normal_form
from vqueue.sandbox.signing import Signing

DEFAULT_ACCOUNT_SID = "AC" + "0" * 31 + "1"


@dataclass(frozen=True, slots=True)
class Route:
    """Where calls to one of the bank's numbers are answered; methods are always POST unless said otherwise."""

    voice_url: str
    fallback_url: str | None = None
    status_url: str | None = None
    voice_method: str = "POST"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a network needs to know; `clock_monotonic` is the reading of the monotonic clock at `clock_start`."""

    account_sid: str = DEFAULT_ACCOUNT_SID
    auth_token: str = "sandbox-token"
    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    token: str | None = None
    calls_per_second: float = 1.0
    speed: float = 1.0
    clock_start: datetime | None = None
    clock_monotonic: float | None = None
    numbers: dict[str, Route] = field(default_factory=dict)
    signing: Signing = Signing.SHA1
    sign_fragment: bool = False
    redirect_winner: str = "url"
    seed: int | None = None
    ready_file: Path | None = None
    unsupported_languages: frozenset[str] = frozenset()


def read_number(text: str) -> tuple[str, Route]:
    """`NUMBER=VOICE_URL[|FALLBACK_URL[|STATUS_URL]]`."""
    number, _, urls = text.partition("=")
    known = normal_form(number)
    if known is None or not urls:
        raise argparse.ArgumentTypeError("expected NUMBER=VOICE_URL[|FALLBACK_URL[|STATUS_URL]]")
    parts = [*urls.split("|"), "", ""]
    return known, Route(parts[0], parts[1] or None, parts[2] or None)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def parser() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(prog="vqueue sandbox", description="A telephone network on localhost.")
    flags.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    flags.add_argument("--host", default="127.0.0.1", help="an address outside loopback needs --token")
    flags.add_argument("--token", help="bearer token that pages and /sandbox then ask for")
    flags.add_argument("--account-sid", default=DEFAULT_ACCOUNT_SID)
    flags.add_argument("--auth-token", help="made anew when not given, and printed")
    flags.add_argument("--public-url", help="how others reach this network; default: its own address")
    flags.add_argument("--calls-per-second", type=float, default=1.0, help="created calls that start per wall second")
    flags.add_argument("--speed", type=float, default=1.0, help="business seconds per wall second")
    flags.add_argument("--clock-start", type=_moment, help="business time at --clock-monotonic; default: now")
    flags.add_argument("--clock-monotonic", type=float, help="reading of the system's monotonic clock")
    flags.add_argument("--number", type=read_number, action="append", default=[], help="a number of the bank")
    flags.add_argument("--signature", type=Signing, choices=list(Signing), default=Signing.SHA1)
    flags.add_argument("--sign-fragment", action="store_true", help="count the URL's fragment to the signed URL")
    flags.add_argument(
        "--redirect-winner", choices=["url", "action"], default="url", help="what a queued call redirected by REST runs"
    )
    flags.add_argument("--unsupported-language", action="append", default=[], help="a <Say> in it is an error")
    flags.add_argument("--seed", type=int, help="seed of people's chance and of faults")
    flags.add_argument("--ready-file", type=Path, help="written when up: address and credentials as JSON")
    return flags


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def read(argv: Sequence[str]) -> Config:
    """Leaves with exit code 2 and one sentence when the flags make no sense."""
    flags = parser()
    told = flags.parse_args(argv)
    if not is_loopback(told.host) and not told.token:
        flags.error("--host outside loopback needs --token")
    if not (0 < told.speed < inf and 0 < told.calls_per_second < inf):
        flags.error("--speed and --calls-per-second must be greater than 0")
    if not 0 <= told.port <= 65535:
        flags.error("--port is 0 to 65535")
    if (told.clock_monotonic is not None) and told.clock_start is None:
        flags.error("--clock-monotonic needs --clock-start")
    return Config(
        account_sid=told.account_sid,
        auth_token=told.auth_token or secrets.token_hex(16),
        host=told.host,
        port=told.port,
        public_url=told.public_url,
        token=told.token,
        calls_per_second=told.calls_per_second,
        speed=told.speed,
        clock_start=told.clock_start,
        clock_monotonic=told.clock_monotonic if told.clock_monotonic is not None else time.monotonic(),
        numbers=dict(told.number),
        signing=told.signature,
        sign_fragment=told.sign_fragment,
        redirect_winner=told.redirect_winner,
        seed=told.seed,
        ready_file=told.ready_file,
        unsupported_languages=frozenset(told.unsupported_language),
    )
