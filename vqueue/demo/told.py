"""What the demo tells: the guide for the first two minutes, and the ready-file for scripts."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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


def guide(addresses: dict[str, str], staff: list[SignIn], *, speed: float, people: bool) -> str:
    """What to try in the first two minutes; `people` says whether anybody else is there."""
    supervisor = next(one for one in staff if one.role == "supervisor")
    pace = "" if speed == 1 else f" Time runs {speed:g} times as fast."
    crowd = "Invented people ring it and are called back." if people else "Nobody else is here."
    steps = _AMONG_PEOPLE if people else _ALONE
    return f"""
The bank is open: {BANK_NUMBER}. {crowd}{pace}

  console     {addresses["console"]}
              sign in as {supervisor.login} with {supervisor.password}
  telephones  {addresses["phone"]}
  support     {addresses["support"]}
              the customer's page: your number is {VISITOR_CUSTOMER}, its code comes to that telephone

The first two minutes
{steps.format(number=BANK_NUMBER)}
""".rstrip()


_AMONG_PEOPLE = """\
  1. Open the telephones: one is yours as a customer, one as an agent.
  2. Customer's telephone: call {number}, press 1 for English, 1 for cards. Hear when your turn comes.
     Press 1 to be called back and 1 for this number: hear the promise. Hang up; your place is kept.
  3. Agent's telephone: call {number}, press 1. You are ready. It rings for whoever is next in line:
     answer, hear who it is and what was promised, press 1. Hang up when you have talked.
  4. Console: sign in, watch the line move, find your own callback.
     Within your window an agent takes it: your customer's telephone rings, answer and press 1.
  5. Call again from the customer's telephone before that: it knows your place. Ctrl-C ends everything."""

_ALONE = """\
  1. Open the telephones: one is yours as a customer, one as an agent.
  2. Agent's telephone: call {number}, press 1. You are ready.
  3. Customer's telephone: call {number}, press 1 for English, 1 for cards, and hold.
  4. Agent's telephone rings: answer, listen, press 1. You are connected.
  5. Console: sign in and watch. Ctrl-C ends everything."""


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
