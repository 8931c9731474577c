"""What ringing customers before an agent is free costs and saves: one line, one team, the live rule of when to dial."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count

import numpy as np

from vqueue.engine.dial_ahead import Pace, Ring, Verdict, judge


class Policy(StrEnum):
    """When a customer's telephone rings."""

    AGENT_FIRST = "agent_first"
    """When an agent is there for him."""
    AHEAD = "ahead"
    """When the live rule says so, or an agent is there for him."""
    NEXT = "next"
    """As soon as he is the next in line, whatever the team: the naive rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A team and its callers; seconds. `virtual` is the part that is called back, `answered` of them pick up."""

    agents: int
    load: float = 0.95
    handling_s: float = 240.0
    virtual: float = 0.35
    answered: float = 0.93
    ring: Ring = field(default_factory=Ring)
    ring_out_s: float = 25.0

    @property
    def pace(self) -> Pace:
        return Pace(agents=float(self.agents), handling_s=self.handling_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """Of all answered callbacks: agents' seconds lost to ringing for each, the hold after the answer, and the wait of
    everybody from his arrival to his talk."""

    callbacks: int
    ahead: float
    """Part that was rung before an agent was there."""
    agent_s: float
    hold_s: float
    hold_p95_s: float
    held_20_s: float
    """Part that held longer than 20 s."""
    wait_s: float


@dataclass(slots=True)
class _Customer:
    arrived: float
    virtual: bool
    handling_s: float
    ring_s: float
    answers: bool
    early: bool = False
    seated: bool = False
    """An agent is kept for him while his telephone rings."""
    answered_at: float = 0.0


class _Day:
    """The line, the team, and those whose telephones ring."""

    def __init__(self, setting: Setting, policy: Policy, customers: list[_Customer]) -> None:
        self.setting, self.policy = setting, policy
        self.agenda: list[tuple[float, int, str, _Customer]] = []
        self.numbers = count()
        self.now, self.free = 0.0, setting.agents
        self.line: deque[_Customer] = deque()
        self.flying: deque[_Customer] = deque()
        self.holding: deque[_Customer] = deque()
        self.idle_s = self.early = 0.0
        self.holds: list[float] = []
        self.waits: list[float] = []
        for each in customers:
            self._at(each.arrived, "come", each)

    def run(self) -> None:
        while self.agenda:
            self.now, _, what, who = heappop(self.agenda)
            match what:
                case "come":
                    self.line.append(who)
                case "rung":
                    self._rung(who)
                case _:
                    self.free += 1
            self._seat()
            self._dial()

    def _at(self, when: float, what: str, who: _Customer) -> None:
        heappush(self.agenda, (when, next(self.numbers), what, who))

    def _seat(self) -> None:
        """Free agents go to those who hold after they answered, then in the order of arrival: to who is on the line, to
        who is rung already, to who is rung now."""
        while self.free and self.holding:
            self._talk(self.holding.popleft())
        while self.free and (self.flying or self.line):
            flies = bool(self.flying) and (not self.line or self.flying[0].arrived < self.line[0].arrived)
            who = (self.flying if flies else self.line).popleft()
            if not who.virtual:
                self._talk(who)
                continue
            self.free -= 1
            who.seated, who.answered_at = True, self.now
            if not flies:
                self._ring(who)

    def _dial(self) -> None:
        """Whom the policy rings although nobody is free."""
        if self.policy is Policy.AGENT_FIRST or self.free:
            return
        before = 0
        for who in list(self.line):
            if not who.virtual:
                before += 1
                continue
            if not self._right(before):
                return
            self.line.remove(who)
            who.early = True
            self.early += 1
            self.flying.append(who)
            self._ring(who)

    def _right(self, before: int) -> bool:
        if self.policy is Policy.NEXT:
            return before + len(self.flying) == 0
        return _judged(before, len(self.flying), self.setting.pace, self.setting.ring).dial

    def _ring(self, who: _Customer) -> None:
        self._at(self.now + (who.ring_s if who.answers else self.setting.ring_out_s), "rung", who)

    def _rung(self, who: _Customer) -> None:
        """He answered, or it rang out; while an agent was kept for him, that cost the agent's time."""
        if who.seated:
            self.idle_s += self.now - who.answered_at
            self.free += 1
        elif who in self.flying:
            self.flying.remove(who)
        if not who.answers:
            return
        who.answered_at = self.now
        if who.seated:
            self._talk(who)
        else:
            self.holding.append(who)

    def _talk(self, who: _Customer) -> None:
        self.free -= 1
        if who.virtual:
            self.holds.append(self.now - who.answered_at)
        self.waits.append(self.now - who.arrived)
        self._at(self.now + who.handling_s, "free", who)


@lru_cache(maxsize=4096)
def _judged(before: int, flying: int, pace: Pace, ring: Ring) -> Verdict:
    return judge(before, flying, pace, ring)


def price(setting: Setting, policy: Policy, *, customers: int, seed: int) -> Price:
    """One long day under this seed; who comes, and what each does, is the same under every policy."""
    day = _Day(setting, policy, _people(setting, customers, seed))
    day.run()
    holds = np.array(day.holds or [0.0])
    return Price(
        callbacks=len(day.holds),
        ahead=day.early / max(1, len(day.holds)),
        agent_s=day.idle_s / max(1, len(day.holds)),
        hold_s=float(holds.mean()),
        hold_p95_s=float(np.quantile(holds, 0.95)),
        held_20_s=float(np.mean(holds > 20.0)),
        wait_s=float(np.mean(day.waits)),
    )


def _people(setting: Setting, customers: int, seed: int) -> list[_Customer]:
    chance = np.random.default_rng(seed)
    gaps = chance.exponential(setting.handling_s / (setting.load * setting.agents), customers)
    virtual, answers = chance.random(customers) < setting.virtual, chance.random(customers) < setting.answered
    handling = chance.exponential(setting.handling_s, customers)
    shape = (setting.ring.mean_s / setting.ring.spread_s) ** 2
    rings = chance.gamma(shape, setting.ring.mean_s / shape, customers)
    columns = zip(np.cumsum(gaps), virtual, handling, rings, answers, strict=True)
    return [_Customer(float(at), bool(v), float(h), float(r), bool(a)) for at, v, h, r, a in columns]
