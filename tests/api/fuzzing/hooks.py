"""What Schemathesis has to know besides the document: whose credentials an operation wants."""

import json
import os
from pathlib import Path
from typing import Any

import schemathesis

TOLD = json.loads(Path(os.environ["VQUEUE_FUZZED"]).read_text())


@schemathesis.auth()
class Credentials:
    """The customer's token or the bank's key, as the operation's `security` says."""

    def get(self, case: schemathesis.Case, context: schemathesis.AuthContext) -> str:
        wanted: list[dict[str, Any]] = case.operation.definition.raw.get("security", [])
        return "" if not wanted else str(TOLD["customer" if "customer" in wanted[0] else "bank"])

    def set(self, case: schemathesis.Case, data: str, context: schemathesis.AuthContext) -> None:
        if data:
            case.headers["Authorization"] = f"Bearer {data}"
