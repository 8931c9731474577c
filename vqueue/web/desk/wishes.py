"""What an operator sets for the desk: its outcomes, the bank's CRM, and the sites that may show it in a frame."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from re import compile as pattern
from string import Formatter
from urllib.parse import quote, urlsplit

VALUES = ("customer", "request", "attempt", "queue", "topic", "agent", "phone")
"""What an address of the CRM may be filled with."""
OUTCOMES = ("solved", "passed_on", "call_again", "wrong_queue", "not_verified", "line_dropped")
DROPPED = "line_dropped"
"""The outcome by which the customer is rung again at once."""
_OUTCOME = pattern(r"[a-z0-9_-]{1,64}\Z")
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """As settings say them, checked by `crm`, `outcomes`, and `vqueue.web.cors.origins` for `frames`."""

    crm: str = ""
    """Address of the CRM with values in braces; empty where there is none."""
    outcomes: tuple[str, ...] = OUTCOMES
    frames: Collection[str] = ()
    """Origins whose pages may show the desk in a frame."""

    def crm_address(self, values: Mapping[str, str]) -> str:
        """The address for one call; every value is escaped. Empty where no CRM is set."""
        return self.crm.format(**{name: quote(values.get(name, ""), safe="") for name in VALUES}) if self.crm else ""


def crm(text: str) -> str:
    """An https address with values such as `{customer}` behind its host. Raises ValueError."""
    if not text:
        return ""
    for _, name, form, conversion in Formatter().parse(text):
        if name is not None and (name not in VALUES or form or conversion):
            raise ValueError(f"{{{name}}} is none of " + ", ".join(VALUES))
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or "{" in parts.netloc or "@" in parts.netloc:
        raise ValueError("an https address with a host of its own is wanted")
    return text


def outcomes(text: str) -> tuple[str, ...]:
    """From `solved, passed_on`. Raises ValueError for a word that is no outcome, and for more than there are keys."""
    found = tuple(dict.fromkeys(text.replace(",", " ").split())) or OUTCOMES
    for word in found:
        if not _OUTCOME.match(word):
            raise ValueError(f"{word} is no outcome: a-z, 0-9, _ and - are wanted")
    if len(found) > _MOST:
        raise ValueError(f"at most {_MOST} outcomes")
    return found
