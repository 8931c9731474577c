"""The present state as arrays: what the compiled roll-forward works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.order import able, level, rank_key
from vqueue.engine.wait.paths import Places, Seats, Streams
from vqueue.engine.wait.present import Line, Member, Post, Present

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stream:
    """Arrays of the present, and the keys of the ready places of each queue, ascending."""

    seats: Seats
    places: Places
    streams: Streams
    keys: Mapping[str, NDArray[np.float64]]
    room: int


def arrays(present: Present, lines: Sequence[Line], laws: Mapping[str, int]) -> Stream:
    """`lines` in their order; `laws` numbers each queue's law of busy times. Agents are taken by id."""
    posts = sorted(present.posts, key=lambda post: post.agent)
    now = [(c, member, 0.0) for c, line in enumerate(lines) for member in sorted(line.members, key=_order)]
    later = [(c, each.member, each.comes_s) for c, line in enumerate(lines) for each in line.coming]
    places = _places(now, sorted(later, key=lambda entry: entry[2]), lines, {p.agent: i for i, p in enumerate(posts)})
    streams = _streams(lines)
    ready = len(now)
    keys = {
        queue: np.sort(places.key[:ready][np.array([lines[c].klass.queue == queue for c, _, _ in now], dtype=bool)])
        for queue in {line.klass.queue for line in lines}
    }
    room = int(3.0 * float(np.sum(streams.rate * streams.until))) + 40 if streams.rate.any() else 0
    return Stream(_seats(posts, lines, laws), places, streams, keys, room)


def _order(member: Member) -> tuple[float, str]:
    return member.start_s, member.id


def _places(
    now: list[tuple[int, Member, float]],
    later: list[tuple[int, Member, float]],
    lines: Sequence[Line],
    seat: Mapping[str, int],
) -> Places:
    everybody = now + later
    klass = np.array([c for c, _, _ in everybody], dtype=np.int64)
    start = np.array([member.start_s for _, member, _ in everybody], dtype=np.float64)
    advantage = np.array([line.advantage_s for line in lines], dtype=np.float64)
    sizes = np.bincount(klass[: len(now)], minlength=len(lines))
    return Places(
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        key=rank_key(start, advantage[klass], np.zeros_like(start)),
        order=_numbers([(member.start_s, member.id) for _, member, _ in everybody]),
        holds=np.array([member.holds for _, member, _ in everybody], dtype=np.bool_),
        wanted=np.array([seat.get(member.wanted, -1) for _, member, _ in everybody], dtype=np.int64),
        klass=klass,
        comes=np.array([comes for _, _, comes in everybody], dtype=np.float64),
    )


def _numbers(starts: list[tuple[float, str]]) -> Ints:
    """Of each, its number in their order."""
    numbers = np.empty(len(starts), dtype=np.int64)
    numbers[sorted(range(len(starts)), key=starts.__getitem__)] = np.arange(len(starts))
    return numbers


def _streams(lines: Sequence[Line]) -> Streams:
    """Those still to come matter for as long as they stand before somebody of the least advantage who waits now."""
    advantage = np.array([line.advantage_s for line in lines], dtype=np.float64)
    ahead_s = advantage - min(advantage, default=0.0)
    rate = np.array([line.arrivals_per_s for line in lines], dtype=np.float64)
    return Streams(rate=np.where(ahead_s > 0, rate, 0.0), credit=advantage, until=ahead_s)


def _seats(posts: Sequence[Post], lines: Sequence[Line], laws: Mapping[str, int]) -> Seats:
    shape = len(posts), len(lines)
    may, levels = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.int64)
    known: dict[tuple[tuple[tuple[str, int], ...], tuple[str, ...]], int] = {}
    for i, post in enumerate(posts):
        kind = tuple(sorted(post.skills.items())), post.languages
        if kind in known:
            may[i], levels[i] = may[known[kind]], levels[known[kind]]
            continue
        known[kind] = i
        for c, line in enumerate(lines):
            may[i, c] = able(post.skills, post.languages, needed=line.skills, spoken=line.languages)
            levels[i, c] = level(post.skills, line.skills) if may[i, c] else 0
    return Seats(
        doing=np.array([post.doing for post in posts], dtype=np.int64),
        time_s=np.array([post.time_s for post in posts], dtype=np.float64),
        law=np.array([laws.get(post.queue, 0) for post in posts], dtype=np.int64),
        may=may,
        level=levels,
        leaves=np.array([post.leaves_s for post in posts], dtype=np.float64),
    )
