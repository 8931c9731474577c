"""What the demo tells: the guide for the first two minutes, and the ready-file for scripts."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vqueue.demo.cast import BANK_NUMBER, CREW, FREE_CUSTOMERS, QUEUES, VISITOR_AGENT, VISITOR_CUSTOMER
from vqueue.demo.network import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One member of staff, with the password made for this start."""

    role: str
    login: str
    password: str = field(repr=False)


def urls(service: str, network: str) -> dict[str, str]:
    """Where everything is. The desk and the support page are addresses of the service like the others."""
    phones = f"{VISITOR_CUSTOMER}:Customer%20you:customer:en,{VISITOR_AGENT.address}:Agent%20you:agent:en"
    return {
        "api": f"{service}/v1",
        "console": f"{service}/console",
        "desk": f"{service}/desk",
        "support": f"{service}/support",
        "phone": f"{network}/phone?phones={phones}",
        "sandbox": network,
    }


def guide(addresses: dict[str, str], staff: list[SignIn], *, speed: float, people: bool) -> str:
    supervisor = next(one for one in staff if one.role == "supervisor")
    pace = "" if speed == 1 else f" Time runs {speed:g} times as fast."
    crowd = "Invented people ring and are called back meanwhile." if people else "Nobody else is here."
    return f"""
The bank is open: {BANK_NUMBER}. {crowd}{pace}

  console     {addresses["console"]}
              sign in as {supervisor.login} with {supervisor.password}
  telephones  {addresses["phone"]}

The first two minutes
  1. Open the telephones: one is yours as a customer, one as an agent.
  2. Agent's telephone: call {BANK_NUMBER}, press 1. You are ready for calls.
  3. Customer's telephone: call {BANK_NUMBER}, press 1 for English, then 1 for cards.
     Hear when your turn comes; press 1 twice to be called back on this number, or 2 to hold.
  4. Agent's telephone rings: answer, listen, press 1. The customer's rings: answer, press 1. You are connected.
  5. Open the console and watch the line. Ctrl-C ends everything.
""".rstrip()


def ready(*, addresses: dict[str, str], service: str, account: Account, staff: list[SignIn]) -> dict[str, Any]:
    """The document of `--ready-file`. Customers have no token and there is no API key: nothing would take one."""
    return {
        "urls": addresses,
        "queues": [queue.id for queue in QUEUES],
        "number": BANK_NUMBER,
        "twilio": {"account_sid": account.sid, "auth_token": account.token, "public_url": service},
        "customers": [{"phone_number": number, "token": ""} for number in FREE_CUSTOMERS],
        "api_key": "",
        "staff": [{"role": one.role, "login": one.login, "password": one.password} for one in staff],
        "agents": [{"id": agent.id, "address": agent.address} for agent in (*CREW, VISITOR_AGENT)],
    }


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
