"""What a report can be narrowed down to: queues, channels, agents, intervals, in the reader's words."""

from collections.abc import Mapping
from dataclasses import dataclass

from vqueue.domain.report import Interval
from vqueue.domain.request import Channel
from vqueue.ports.database import Work
from vqueue.ports.reports import Fate
from vqueue.services.house import House
from vqueue.web.pages import Say

Named = tuple[tuple[str, str], ...]
"""(id, name), by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`fates` are asked for by the ledger alone."""

    queues: Named
    agents: Named
    channels: Named
    goals: Mapping[str, float]
    """The goal each queue has for its promises."""
    intervals: tuple[str, ...] = tuple(Interval)
    fates: Named = ()
    fate: str = ""

    @property
    def queue_names(self) -> dict[str, str]:
        return dict(self.queues)

    def goal(self, queue: str) -> float:
        return self.goals[queue] if queue else max(self.goals.values(), default=0.9)


async def choices(house: House, say: Say, language: str, *, fate: str | None = None) -> Choices:
    """`fate` None: it cannot be chosen."""

    def read(work: Work) -> Choices:
        queues, agents = work.queues.all(), work.agents.all()
        return Choices(
            queues=_named({queue.id: queue.name(language) for queue in queues}),
            agents=_named({agent.id: agent.name for agent in agents}),
            channels=tuple((each.value, say(f"channel.{each}")) for each in Channel),
            goals={queue.id: queue.rules.deadlines.coverage for queue in queues},
            fates=tuple((each.value, say(f"ledger_page.fate_{each}")) for each in Fate) if fate is not None else (),
            fate=fate or "",
        )

    return await house.database.read(read)


def _named(names: Mapping[str, str]) -> Named:
    return tuple(sorted(names.items(), key=lambda item: item[1]))
