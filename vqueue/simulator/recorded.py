"""What a replayed day has in place of invented teams: each agent, and when he was at work."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from vqueue.domain.past_day import Stay
from vqueue.simulator.bank import Bank
from vqueue.simulator.floor import Chair
from vqueue.simulator.tally import Tally

LOOK_AGAIN_S = 60.0
"""How often an agent whose day is over looks whether anybody is still on the line after closing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The agents of the record, and the tally that is kept of the run. People come with `Days`."""

    stays: Sequence[Stay]
    tally: Tally

    def chairs(self) -> list[Chair]:
        return [Chair(id=one.agent, team=0, skills=one.skills, languages=one.languages) for one in self.stays]

    def write_agenda(self, bank: Bank) -> None:
        """Each agent comes and goes as he did."""
        for stay in self.stays:
            chair = bank.floor.chairs[stay.agent]
            for start, end in stay.spells:
                bank.agenda.at(start, partial(_come, bank, chair))
                bank.agenda.at(end, partial(_go, bank, chair, end))


def _come(bank: Bank, chair: Chair) -> None:
    chair.on_shift = True
    bank.floor.call_to_work(chair, bank.now)


def _go(bank: Bank, chair: Chair, wished: float) -> None:
    """Whoever would leave at or after closing stays until nobody is on the line."""
    closed = not bank.open and bank.floor.holders > 0 and bank.now >= bank.closed_at
    if closed and wished >= bank.closed_at - LOOK_AGAIN_S:
        bank.agenda.after(LOOK_AGAIN_S, partial(_go, bank, chair, wished))
        return
    chair.on_shift = False
    bank.floor.call_to_work(chair, bank.now)
