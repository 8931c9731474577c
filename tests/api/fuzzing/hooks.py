"""What Schemathesis has to know besides the document: whose credentials an operation wants."""

import json
import os
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path
from typing import Any

import schemathesis

PLACES = count(1)
TOLD = json.loads(Path(os.environ["VQUEUE_FUZZED"]).read_text())


@schemathesis.hook
def before_call(context: schemathesis.HookContext, case: schemathesis.Case, kwargs: dict[str, Any]) -> None:
    """Each call comes from somewhere else: how often one address may be wrong is another matter."""
    case.headers["X-Forwarded-For"] = str(IPv4Address(int(IPv4Address("10.0.0.0")) + next(PLACES)))


@schemathesis.auth()
class Credentials:
    """The customer's token or the bank's key, as the operation's `security` says."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
        wanted: list[dict[str, Any]] = case.operation.definition.raw.get("security", [])
        return "" if not wanted else str(TOLD["customer" if "customer" in wanted[0] else "bank"])

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
        if data:
            case.headers["Authorization"] = f"Bearer {data}"
