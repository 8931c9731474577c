"""What the list of requests may be narrowed down by, as it stands in an address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from vqueue.domain.request import CLOSED, OPEN, Channel, State
from vqueue.ports.subjects import Wanted
from vqueue.web.console.moments import place_in

GROUPS: dict[str, tuple[State, ...]] = {
    "open": tuple(state for state in State if state in OPEN),
    "closed": tuple(state for state in State if state in CLOSED),
    "any": (),
} | {state.value: (state,) for state in State}
"""What the filter by state offers: all open, all closed, any, or one."""
SHOWN_DIGITS = 3
"""Of a masked number, at its end."""
_CODE = re.compile(r"(?:r-)?([0-9a-z]{5})", re.IGNORECASE)
"""R-7K2MB, or without the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filters of the list as they were asked for; what nobody offers is no filter."""

    state: str = "open"
    queue: str = ""
    channel: str = ""
    agent: str = ""
    number: str = ""
    code: str = ""
    """As people read it to each other; it tells more than the state, which is not asked for then."""
    alike: str = ""
    """A request: only those with its number."""
    before: str = ""
    """Where the list goes on."""

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            states=() if self.code else GROUPS[self.state],
            queue=self.queue or None,
            channel=self.channel or None,
            agent=self.agent or None,
            phone_ends=self.number or None,
            code=self.code.lower() or None,
        )

    @property
    def query(self) -> str:
        """The same as the part of an address, from the newest on."""
        names = ("state", "queue", "channel", "agent", "number", "code", "alike")
        return urlencode({name: value for name in names if (value := getattr(self, name))})

    @property
    def here(self) -> str:
        """With the place where this page of the list begins."""
        return f"{self.query}&{urlencode({'before': self.before})}" if self.before else self.query


def chosen(query: Mapping[str, str]) -> Chosen:
    """Of a number that somebody typed in full no more is kept than its end."""
    found = _CODE.fullmatch(query.get("code", "").strip())
    state, channel = query.get("state", "open"), query.get("channel", "")
    digits = "".join(each for each in query.get("number", "") if each in "0123456789")
    return Chosen(
        state=state if state in GROUPS else "open",
        queue=query.get("queue", ""),
        channel=channel if channel in set(Channel) else "",
        agent=query.get("agent", ""),
        number=digits[-SHOWN_DIGITS:],
        code=found[1].upper() if found else "",
        alike=query.get("alike", ""),
        before=query.get("before", "") if place_in(query.get("before", "")) else "",
    )
