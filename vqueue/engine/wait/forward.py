"""The inner loop of the board's roll-forward, compiled: the present state goes on until every place has been served.

The rule is the one `plan` applies: of the heads of all classes the foremost (rank key, virtual start, id) that a free
seat can serve, then the seat: the one wished for, the highest level, the longest idle, the first by id. A property test
holds the two together. A *probe* is a place nobody stands in: its turn is the first moment at which a seat that may
serve its class takes somebody behind it, or nobody at all. So one path answers for every rank and class at once, and
asking changes nothing.
"""

import numpy as np
from numpy.typing import NDArray

from vqueue.engine.wait.compiled import compiled, lean
from vqueue.engine.wait.kernel import uniform
from vqueue.engine.wait.paths import Floats, Ints, Laws, Path, Places, Probes, Seats, Streams, freed, occupy
from vqueue.engine.wait.present import BUSY, ENDING

Words = NDArray[np.uint64]


@lean
def _drawn(laws: Laws, which: int, state: Words) -> float:
    """A busy time of this law."""
    first, end = laws.first[which], laws.first[which + 1]
    return laws.sample[first + int(uniform(state) * (end - first))]  # type: ignore[no-any-return]


@lean
def _rest(laws: Laws, which: int, age: float, state: Words) -> float:
    """What is left of a busy time of this law that has lasted `age` already. Beyond everything seen it is as long again
    as a draw of the longest tenth lasts beyond its start."""
    begin, end = laws.first[which], laws.first[which + 1]
    first, last = begin, end
    while first < last:
        middle = (first + last) // 2
        if laws.sample[middle] <= age:
            first = middle + 1
        else:
            last = middle
    if first < end:
        return laws.sample[first + int(uniform(state) * (end - first))] - age  # type: ignore[no-any-return]
    tenth = max(1, (end - begin) // 10)
    first = end - tenth
    return laws.sample[first + int(uniform(state) * tenth)] - laws.sample[first]  # type: ignore[no-any-return]


@lean
def _seated(seats: Seats, laws: Laws, scale: float, path: Path, state: Words) -> None:
    """Draws when each seat is free."""
    path.busy[0] = path.idlers[0] = 0
    for seat in range(len(seats.doing)):
        path.idle[seat] = np.inf
        if seats.doing[seat] == BUSY:
            occupy(path, seat, scale * _rest(laws, seats.law[seat], seats.time_s[seat] / scale, state))
        elif seats.doing[seat] == ENDING:
            occupy(path, seat, seats.time_s[seat])
        else:
            path.idle[seat] = -seats.time_s[seat]
            path.idlers[0] += 1


@lean
def _patience(places: Places, rate: float, path: Path, state: Words) -> None:
    """Draws when each of those on the line hangs up."""
    for place in range(len(places.key)):
        path.gone[place] = np.inf
        if places.holds[place] and rate > 0:
            path.gone[place] = places.comes[place] - np.log(uniform(state)) / rate


@lean
def _streamed(streams: Streams, known: int, path: Path, klass: Ints, comes: Floats, state: Words) -> int:
    """Draws those still to come behind the `known` places; how many there are then."""
    count = known
    for each in range(len(streams.rate)):
        at = 0.0
        while streams.rate[each] > 0 and count < len(path.key):
            at += -np.log(uniform(state)) / streams.rate[each]
            if at > streams.until[each]:
                break
            klass[count], comes[count] = each, at
            path.key[count], path.order[count], path.gone[count] = at - streams.credit[each], count, np.inf
            count += 1
    return count


@lean
def _before(key: Floats, order: Ints, a: int, b: int) -> bool:
    """Whether place a goes before place b."""
    return key[a] < key[b] or (key[a] == key[b] and order[a] < order[b])  # type: ignore[no-any-return]


@lean
def _line_up(path: Path, place: int, klass: int) -> None:
    """He has come: among those of his class who came meanwhile, at his place."""
    count = path.lates[klass]
    if count == path.late.shape[1]:
        return
    at = count
    while at > 0 and _before(path.key, path.order, place, path.late[klass, at - 1]):
        path.late[klass, at] = path.late[klass, at - 1]
        at -= 1
    path.late[klass, at] = place
    path.lates[klass] = count + 1


@lean
def _leave(path: Path, klass: int, place: int) -> None:
    """Out of the line: it is the head of one of the class's two lines."""
    if path.lates[klass] > 0 and path.late[klass, 0] == place:
        for at in range(1, path.lates[klass]):
            path.late[klass, at - 1] = path.late[klass, at]
        path.lates[klass] -= 1
    else:
        path.head[klass] += 1


@lean
def _waits(head: Ints, gone: Floats, klass: int, end: int, now: float) -> int:
    """The first of those who wait from the start and has not hung up; -1 when there is none."""
    place = head[klass]
    while place < end and gone[place] <= now:
        place += 1
    head[klass] = place
    return place if place < end else -1


@lean
def _came(path: Path, klass: int, old: int, now: float) -> int:
    """The foremost of the class, where some came meanwhile; `old` is the foremost of the others."""
    while path.lates[klass] > 0 and path.gone[path.late[klass, 0]] <= now:
        _leave(path, klass, path.late[klass, 0])
    if path.lates[klass] == 0:
        return old
    new = path.late[klass, 0]
    return new if old < 0 or _before(path.key, path.order, new, old) else old


@lean
def _best_seat(seats: Seats, idle: Floats, klass: int, wanted: int, now: float) -> int:
    """The idle seat that takes a place of this class; -1 when none may."""
    may, level, best = seats.may, seats.level, -1
    for seat in range(len(idle)):
        if idle[seat] == np.inf or not may[seat, klass] or seats.leaves[seat] <= now:
            continue
        if seat == wanted:
            return seat
        if best < 0:
            best = seat
        better = level[seat, klass] - level[best, klass]
        if better > 0 or (better == 0 and idle[seat] < idle[best]):
            best = seat
    return best


@lean
def _next(seats: Seats, first: Ints, wanted: Ints, path: Path, now: float, only: int) -> tuple[int, int, int]:
    """(place, its class, seat) of the next match; a place of -1 when there is none. `only` is the one seat that is
    asked, where there is but one."""
    may, head, gone, lates, key, order = seats.may, path.head, path.gone, path.lates, path.key, path.order
    best, mine, chosen = -1, -1, -1
    for klass in range(len(head)):
        if only >= 0 and not may[only, klass]:
            continue
        place = _waits(head, gone, klass, first[klass + 1], now)
        if lates[klass] > 0:
            place = _came(path, klass, place, now)
        if place < 0 or (best >= 0 and not _before(key, order, place, best)):
            continue
        seat = only if only >= 0 else _best_seat(seats, path.idle, klass, wanted[place], now)
        if seat >= 0:
            best, mine, chosen = place, klass, seat
    return best, mine, chosen


@lean
def _answer(seats: Seats, probes: Probes, path: Path, seat: int, key: float, now: float, turn: Floats) -> int:
    """The turns of those who would have been taken by this seat now: their keys are not behind `key`. How many."""
    answered = 0
    for klass in range(len(path.asked)):
        if not seats.may[seat, klass]:
            continue
        at = path.asked[klass]
        while at < probes.first[klass + 1] and probes.key[at] <= key:
            turn[at] = now
            at += 1
        answered += at - path.asked[klass]
        path.asked[klass] = at
    return answered


@lean
def _match(
    seats: Seats, places: Places, wanted: Ints, laws: Laws, probes: Probes, path: Path,
    scale: float, now: float, only: int, at: Floats, by: Ints, turn: Floats, state: Words,
) -> int:  # fmt: skip
    """Everybody who can be served now is; how many probes got their turn. `only` is the seat that has just become free,
    where that is all that happened: the other idle ones served whom they may before, and nobody asks them any more."""
    answered, idle = 0, path.idlers[0]
    while idle > 0:
        place, klass, seat = _next(seats, places.first, wanted, path, now, only)
        if place < 0:
            break
        _leave(path, klass, place)
        answered += _answer(seats, probes, path, seat, path.key[place], now, turn)
        path.idle[seat] = np.inf
        occupy(path, seat, now + scale * _drawn(laws, laws.of[klass], state))
        idle -= 1
        if place < len(at):
            at[place], by[place] = now, seat
        if only >= 0:
            break
    path.idlers[0] = idle
    if only >= 0:
        if path.idle[only] < np.inf:
            answered += _answer(seats, probes, path, only, np.inf, now, turn)
    elif idle > 0:
        for seat in range(len(path.idle)):
            if path.idle[seat] < np.inf:
                answered += _answer(seats, probes, path, seat, np.inf, now, turn)
    return answered


@compiled
def _path(places: Places, count: int, room: int) -> Path:
    """Room for one path: so many seats, all places and those who may come."""
    classes, known = len(places.first) - 1, len(places.key)
    return Path(
        np.empty(count), np.empty(count, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), np.empty(count),
        np.empty(classes, np.int64), np.empty((classes, room + known - places.first[classes]), np.int64),
        np.empty(classes, np.int64), np.concatenate((places.key, np.empty(room))),
        np.concatenate((places.order, np.empty(room, np.int64))), np.empty(known + room), np.empty(classes, np.int64),
    )  # fmt: skip


@compiled
def roll(
    seats: Seats, places: Places, streams: Streams, laws: Laws, probes: Probes,
    room: int, until: float, seed: int, at: Floats, by: Ints,
) -> Floats:  # fmt: skip
    """The turn of each probe, seconds from now: (paths, probes), inf where it does not come within `until`. `room` is
    for those who may still come. `at` and `by` (places) tell of the last path when a place was taken, and by whom."""
    paths, known, classes, count = len(laws.scale), len(places.key), len(places.first) - 1, len(seats.doing)
    turns = np.full((paths, len(probes.key)), np.inf)
    state = np.full(1, seed, np.uint64)
    path = _path(places, count, room)
    klass = np.concatenate((places.klass, np.empty(room, np.int64)))
    comes = np.concatenate((places.comes, np.empty(room)))
    wanted = np.concatenate((places.wanted, np.full(room, -1)))
    for each in range(paths):
        scale = laws.scale[each]
        _seated(seats, laws, scale, path, state)
        _patience(places, laws.leaves[each], path, state)
        total = _streamed(streams, known, path, klass, comes, state)
        coming = places.first[classes] + np.argsort(comes[places.first[classes] : total])
        path.head[:], path.lates[:], path.asked[:] = places.first[:-1], 0, probes.first[:-1]
        came, now, left = 0, 0.0, len(probes.key)
        left -= _match(seats, places, wanted, laws, probes, path, scale, now, -1, at, by, turns[each], state)
        while left > 0:
            now = path.free[0] if path.busy[0] > 0 else np.inf
            only = -1
            if came < len(coming) and comes[coming[came]] <= now:
                now = comes[coming[came]]
                _line_up(path, coming[came], klass[coming[came]])
                came += 1
            elif now < np.inf:
                only = freed(path)
                if seats.leaves[only] <= now:
                    continue
                path.idle[only] = now
                path.idlers[0] += 1
            if not now <= until:
                break
            left -= _match(seats, places, wanted, laws, probes, path, scale, now, only, at, by, turns[each], state)
    return turns
