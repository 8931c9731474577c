"""What the doctor says of one thing."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`warn` works and will hurt; `bad` does not work."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`check` is a stable name, `what` a sentence on how it is, `mend` one on what to do (empty when it is fine)."""

    check: str
    level: Level
    what: str
    mend: str = ""


def fine(check: str, what: str) -> Finding:
    return Finding(check=check, level=Level.OK, what=what)


def warn(check: str, what: str, mend: str) -> Finding:
    return Finding(check=check, level=Level.WARN, what=what, mend=mend)


def bad(check: str, what: str, mend: str) -> Finding:
    return Finding(check=check, level=Level.BAD, what=what, mend=mend)


def is_fine(findings: list[Finding]) -> bool:
    """Whether nothing is bad."""
    return all(finding.level is not Level.BAD for finding in findings)
