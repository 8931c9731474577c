"""Who comes on the simulated days, and what each of them will do: drawn beforehand, a stream of chance for each source.

Everything about a customer is fixed before anybody is served, so that two policies are compared on the same days: one
who waits longer under the one has the same patience, the same call and the same telephone habits under the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from vqueue.domain.rules import Rules
from vqueue.domain.week import minutes_of
from vqueue.engine.hours import Stretch, day_openings
from vqueue.simulator.laws import Floats
from vqueue.simulator.scenario import Scenario

GENERATIONS = 3
"""A first call and at most two more of the same customer."""
TRIES = 6
"""Attempts of one customer for which chance is drawn; later ones take the last again."""
SOURCES = (
    "days", "arrivals", "kinds", "handling", "wrap_up", "patience", "acceptance", "conversion", "booking", "answering",
    "rings", "agents", "repeats",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """Columns, one entry a customer; `answer`, `cause`, `snooze`, `ring_s`, `seat_s` and `seat_miss` have one a try."""

    kind: NDArray[np.intp]
    handling_s: Floats
    wrap_up_s: Floats
    patience_s: Floats
    accept: Floats
    convert: Floats
    convert_after_s: Floats
    book: Floats
    slot: Floats
    answer: Floats
    cause: Floats
    snooze: Floats
    ring_s: Floats
    key_s: Floats
    join_s: Floats
    seat_s: tuple[Floats, ...]
    """How long an agent of each team takes to answer."""
    seat_miss: Floats
    repeat: Floats
    repeat_after_s: Floats


@dataclass(frozen=True, slots=True)
class Days:
    """The simulated time: openings, arrivals (seconds since the epoch, ascending), and people of each generation."""

    stretches: tuple[Stretch, ...]
    arrivals: Floats
    people: tuple[People, ...]


def days(scenario: Scenario, rules: Rules, seed: int) -> Days:
    """All of it, from the seed alone."""
    spans = [_openings(scenario, rules, each) for each in range(scenario.days)]
    first, *later = SeedSequence(seed).spawn(GENERATIONS)
    streams = _streams(first)
    arrivals = _arrivals(scenario, spans, streams["days"], streams["arrivals"])
    people = [_people(scenario, len(arrivals), streams)]
    people += [_people(scenario, len(arrivals), _streams(each)) for each in later if scenario.repeat.share > 0]
    joined: list[Stretch] = []
    for start, end in (stretch for day in spans for stretch in day):
        if joined and joined[-1][1] >= start:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return Days(tuple(joined), arrivals, tuple(people))


def moment(scenario: Scenario, clock: str, ordinal: int) -> datetime:
    """This time of day on the day with this number, aware."""
    midnight = datetime.combine(scenario.day + timedelta(days=ordinal), datetime.min.time(), ZoneInfo(scenario.zone))
    return midnight + timedelta(minutes=minutes_of(clock))


def _streams(seed: SeedSequence) -> dict[str, Generator]:
    return {name: default_rng(each) for name, each in zip(SOURCES, seed.spawn(len(SOURCES)), strict=True)}


def _openings(scenario: Scenario, rules: Rules, ordinal: int) -> list[Stretch]:
    day = scenario.day + timedelta(days=ordinal)
    return sorted(day_openings(rules.hours, day))


def _arrivals(scenario: Scenario, spans: list[list[Stretch]], by_day: Generator, chance: Generator) -> Floats:
    """A Poisson stream with the rates of each piece of each day, times that day's factor."""
    found: list[Floats] = []
    shape = 1.0 / scenario.day_variation**2 if scenario.day_variation > 0 else 0.0
    for ordinal, stretches in enumerate(spans):
        factor = by_day.gamma(shape, 1.0 / shape) if shape else 1.0
        for start, end, rate in _pieces(scenario, stretches, ordinal):
            count = chance.poisson(rate * factor * (end - start) / 3600.0)
            found.append(start + np.sort(chance.uniform(0.0, end - start, count)))
    return np.concatenate(found) if found else np.zeros(0)


def _pieces(scenario: Scenario, stretches: list[Stretch], ordinal: int) -> list[tuple[float, float, float]]:
    """(start, end, arrivals an hour), cut where the rate changes."""
    if not stretches:
        return []
    opening, closing = stretches[0][0].timestamp(), stretches[-1][1].timestamp()
    rates = scenario.arrivals_per_hour
    length = scenario.interval_s or (closing - opening) / len(rates)
    spikes = [(moment(scenario, spike.at, ordinal).timestamp(), spike.for_s, spike.times) for spike in scenario.spikes]
    cuts = {opening + i * length for i in range(len(rates) + 1)}
    cuts |= {edge for at, lasts, _ in spikes for edge in (at, at + lasts)}
    cuts |= {edge.timestamp() for stretch in stretches for edge in stretch}
    edges = sorted(cuts)
    pieces = []
    for start, end in pairwise(edges):
        middle = (start + end) / 2
        if not any(a.timestamp() <= middle < b.timestamp() for a, b in stretches):
            continue
        rate = rates[min(int((middle - opening) // length), len(rates) - 1)]
        for at, lasts, times in spikes:
            rate *= times if at <= middle < at + lasts else 1.0
        pieces.append((start, end, rate))
    return pieces


def _people(scenario: Scenario, count: int, streams: dict[str, Generator]) -> People:
    callback, chance = scenario.callback, streams["kinds"]
    weights = np.array([kind.share for kind in scenario.kinds])
    tries = (count, TRIES)
    never = np.full(count, np.inf)
    rings, answers, agents = streams["rings"], streams["answering"], streams["agents"]
    return People(
        kind=chance.choice(len(weights), count, p=weights / weights.sum()),
        handling_s=scenario.handling_s.draw(streams["handling"], count),
        wrap_up_s=scenario.wrap_up_s.draw(streams["wrap_up"], count),
        patience_s=scenario.patience_s.draw(streams["patience"], count) if scenario.patience_s else never,
        accept=streams["acceptance"].random(count),
        convert=streams["conversion"].random(count),
        convert_after_s=callback.convert_after_s.draw(streams["conversion"], count),
        book=streams["booking"].random(count),
        slot=streams["booking"].random(count),
        answer=answers.random(tries),
        cause=answers.random(tries),
        snooze=answers.random(tries),
        ring_s=callback.ring_s.draw(rings, count * TRIES).reshape(tries),
        key_s=callback.key_s.draw(rings, count),
        join_s=callback.join_s.draw(rings, count),
        seat_s=tuple(team.answer_s.draw(agents, count * TRIES).reshape(tries) for team in scenario.agents),
        seat_miss=agents.random(tries),
        repeat=streams["repeats"].random(count),
        repeat_after_s=scenario.repeat.after_s.draw(streams["repeats"], count),
    )
