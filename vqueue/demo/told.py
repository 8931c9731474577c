"""What the demo tells: the guide for the first two minutes, and the ready-file for scripts."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import phonenumbers
from pydantic import SecretStr

from vqueue.demo.app_users import AppUser
from vqueue.demo.cast import BANK_NUMBER, CREW, QUEUES, VISITOR_AGENT, VISITOR_CUSTOMER
from vqueue.demo.network import Account
from vqueue.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One member of staff, with the password made for this start."""

    role: str
    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Everything that lets somebody in, made for this start."""

    staff: list[SignIn]
    users: list[AppUser]
    api_key: str = field(repr=False)
    """With all scopes."""


WIDTH = 12
"""Of the names of pages."""


def urls(service: str, network: str) -> dict[str, str]:
    """Where everything is. The desk and the support page are addresses of the service like the others."""
    phones = f"{VISITOR_CUSTOMER}:you:customer:en,{VISITOR_AGENT.address}:you:agent:en"
    return {
        "api": service,
        "console": f"{service}/console",
        "desk": f"{service}/desk",
        "support": f"{service}/support",
        "phone": f"{network}/phone?phones={phones}",
        "sandbox": network,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How the guide is told: `people` says whether anybody else is there, `colours` whether a terminal shows it."""

    speed: float = 1.0
    people: bool = True
    colours: bool = False

    def strong(self, words: str) -> str:
        return self._in("1", words)

    def link(self, words: str) -> str:
        return self._in("36", words)

    def faint(self, words: str) -> str:
        return self._in("2", words)

    def _in(self, code: str, words: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if self.colours else words


def sign_in(service: str, one: SignIn) -> str:
    """The sign-in page with the name filled in."""
    return f"{service}/sign-in?login={one.login}"


def guide(addresses: dict[str, str], staff: list[SignIn], told: Telling) -> str:
    """What to try in the first two minutes."""
    supervisor, agent = (next(one for one in staff if one.role == role) for role in ("supervisor", "agent"))
    number = grouped(BANK_NUMBER)
    pace = "" if told.speed == 1 else f" Time runs {told.speed:g} times as fast."
    opened = _WITH_PEOPLE if told.people else "The bank is open, and nobody else is here."
    steps = _AMONG_PEOPLE if told.people else _ALONE
    doors = (
        ("Telephones", addresses["phone"], "one is yours as a customer, the other as an agent"),
        ("Console", sign_in(addresses["api"], supervisor), f"sign in as {supervisor.login}, supervisor"),
        ("Desk", sign_in(addresses["api"], agent), f"sign in as {agent.login}, agent: in a window of its own"),
        ("Customer", addresses["support"], f"your number is {VISITOR_CUSTOMER}; its code comes to your telephone"),
        ("API", f"{addresses['api']}/docs", "and how the bank's app uses it"),
    )
    lines = [f"{opened.format(number=number)}{pace}", ""]
    for name, address, about in doors:
        lines += [f"  {told.strong(name.ljust(WIDTH))}{told.link(address)}", f"  {' ' * WIDTH}{told.faint(about)}"]
    password = "Password".ljust(WIDTH) + supervisor.password
    lines += ["", f"  {told.strong(password)}  {told.faint('for both')}"]
    lines += ["", told.strong("The first two minutes"), steps.format(number=number)]
    return "\n".join(["", *lines])


def grouped(number: str) -> str:
    """As people read it."""
    return phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)


_WITH_PEOPLE = """\
Tamarind Bank is open. It is ten in the morning, a letter about cards has just reached everybody, and two agents are
in training: at the cards people wait. Invented customers ring {number} and are called back."""

_AMONG_PEOPLE = """\
  1. Telephones: with the customer's call the bank, press 1 for English, 1 for cards. You hear when your turn
     comes: press 1 to be called back and 1 for this number, hear the promise, hang up. Your place is kept.
  2. Console: find your own callback under Requests. On the board one thing is to do, and who can do it.
  3. Telephones: with the agent's call the bank, press 1. It rings for whoever is next in line: answer, hear
     who it is and what was promised, press 1.
  4. Within your window an agent takes your callback: the customer's telephone rings, answer and press 1.
     Ring the bank before that, and it knows your place.

Ctrl-C ends everything."""

_ALONE = """\
  1. Telephones: with the agent's call the bank ({number}), press 1. You are ready.
  2. With the customer's call the bank, press 1 for English, 1 for cards, and hold.
  3. The agent's rings: answer, listen, press 1. You are connected.
  4. Console: watch it.

Ctrl-C ends everything."""


def ready(*, addresses: dict[str, str], service: str, account: Account, doors: Doors) -> dict[str, Any]:
    """The document of `--ready-file`."""
    return {
        "urls": addresses,
        "queues": [queue.id for queue in QUEUES],
        "number": BANK_NUMBER,
        "twilio": {"account_sid": account.sid, "auth_token": account.token, "public_url": service},
        "customers": [{"phone_number": one.phone_number, "token": one.token} for one in doors.users],
        "api_key": doors.api_key,
        "staff": [{"role": one.role, "login": one.login, "password": one.password} for one in doors.staff],
        "agents": [{"id": agent.id, "address": agent.address} for agent in (*CREW, VISITOR_AGENT)],
    }


def settings_file(folder: Path, settings: Settings) -> None:
    """The demo's settings as `.env` beside its data, for its owner alone: commands run there see this bank."""
    said = {name: _plain(value) for name, value in settings if name in settings.model_fields_set}
    lines = [f"VQUEUE_{name.upper()}={json.dumps(value, ensure_ascii=False)}" for name, value in said.items()]
    path = folder / ".env"
    path.touch(mode=0o600)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _plain(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value.resolve()) if isinstance(value, Path) else str(value)


@contextmanager
def ready_file(path: Path | None, document: dict[str, Any]) -> Iterator[None]:
    """The file for as long as the block runs: readable by its owner alone, and never half written."""
    if path is None:
        yield
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(document, file)
    Path(name).replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
