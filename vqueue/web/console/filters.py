"""What the list of requests may be narrowed down by, as it stands in an address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from vqueue.domain.request import CLOSED, OPEN, Channel, State
from vqueue.ports.subjects import Wanted

GROUPS: dict[str, tuple[State, ...]] = {
    "open": tuple(state for state in State if state in OPEN),
    "closed": tuple(state for state in State if state in CLOSED),
    "any": (),
} | {state.value: (state,) for state in State}
"""What the filter by state offers: all open, all closed, any, or one."""
SHOWN_DIGITS = 3
"""Of a masked number, at its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The filters of the list as they were asked for; what nobody offers is no filter."""

    state: str = "open"
    queue: str = ""
    channel: str = ""
    agent: str = ""
    number: str = ""

    @property
    def wanted(self) -> Wanted:
        return Wanted(
            states=GROUPS[self.state],
            queue=self.queue or None,
            channel=self.channel or None,
            agent=self.agent or None,
            phone_ends=self.number or None,
        )

    @property
    def query(self) -> str:
        """The same as the part of an address."""
        names = ("state", "queue", "channel", "agent", "number")
        return urlencode({name: value for name in names if (value := getattr(self, name))})


def chosen(query: Mapping[str, str]) -> Chosen:
    """Of a number that somebody typed in full no more is kept than its end."""
    state, channel = query.get("state", "open"), query.get("channel", "")
    digits = "".join(each for each in query.get("number", "") if each in "0123456789")
    return Chosen(
        state=state if state in GROUPS else "open",
        queue=query.get("queue", ""),
        channel=channel if channel in set(Channel) else "",
        agent=query.get("agent", ""),
        number=digits[-SHOWN_DIGITS:],
    )
