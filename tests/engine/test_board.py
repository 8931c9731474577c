"""The board: who waits, who serves, how long, and that a place read off it is the place of the exact order."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from tests.engine.builders import NOON, agent, rules
from vqueue.domain.agent import Presence
from vqueue.domain.board import QueueBoard
from vqueue.domain.rules import Hours, Queue
from vqueue.engine.board import Counts, board
from vqueue.engine.order import ClassKey, Standing, position
from vqueue.engine.wait.closed import ClosedForm
from vqueue.engine.wait.model import RANKS

MINUTE = int(NOON.timestamp() // 60)
CARDS = Queue(id="cards", names={"en": "Cards"}, rules=rules(), rules_version=7)


@dataclass(frozen=True)
class Past:
    handled: int = 0
    handling_s: float = 0.0
    handling_samples: tuple[float, ...] = ()
    abandoned: int = 0
    queued_s: float = 0.0


def made(counts: Counts | None = None, **changes) -> QueueBoard:
    values = {
        "queue": CARDS,
        "counts": counts or {},
        "agents": [agent("a", Presence.TALKING)],
        "history": Past(),
        "now": NOON,
        "model": ClosedForm(),
    }
    return board(**values | changes)


def test_places_are_counted_by_mode_class_and_minute() -> None:
    found = made(
        {
            ("holding", "hold", "/en", "standard", True): [(MINUTE - 3, 2), (MINUTE - 1, 1)],
            ("waiting", "callback", "/en", "standard", True): [(MINUTE - 3, 1)],
            ("waiting", "callback", "/en", "rescued", True): [(MINUTE - 8, 1)],
            ("waiting", "callback", "/en", "standard", False): [(MINUTE - 30, 4)],
            ("booked", "scheduled", "/en", "standard", False): [(MINUTE + 60, 2)],
            ("connecting", "callback", "/en", "standard", True): [(MINUTE - 9, 1)],
            ("talking", "hold", "/en", "standard", True): [(MINUTE - 9, 5)],
        }
    )
    assert found.waiting == {"callback": 6, "hold": 3}
    assert found.ready == 5
    assert found.open_callbacks == 1 + 1 + 4 + 2 + 1
    assert [(c.bucket, c.credit_class, c.advantage_s, c.minutes) for c in found.classes] == [
        ("/en", "rescued", 600, ((MINUTE - 8, 1),)),
        ("/en", "standard", 0, ((MINUTE - 3, 3), (MINUTE - 1, 1))),
    ]
    assert found.oldest == NOON - timedelta(minutes=8)
    assert found.longest_s == 480
    assert (found.open, found.rules_version, found.as_of) == (True, 7, NOON)


def test_an_empty_queue_has_an_empty_board_with_a_grid() -> None:
    found = made()
    assert (found.ready, found.oldest, found.longest_s, found.classes) == (0, None, 0.0, ())
    assert tuple(rank for rank, _ in found.grid) == RANKS


def test_agents_are_counted_by_presence_and_only_those_who_can_serve() -> None:
    queue = replace(CARDS, rules=rules(skills=("cards",), languages=("en",)))
    able = [agent(p.value, p, skills={"cards": 2}) for p in Presence]
    others = [
        agent("unskilled"),
        agent("mute", skills={"cards": 5}, languages=("he",)),
        agent("zero", skills={"cards": 0}),
    ]
    found = made(queue=queue, agents=[*able, *others])
    assert found.agents == {presence.value: 1 for presence in Presence}


def test_whoever_is_away_or_leaves_after_his_call_does_not_serve() -> None:
    serving = [agent("t", Presence.TALKING), agent("w", Presence.WRAPPING), agent("r", Presence.RESERVED)]
    gone = [
        agent("away", Presence.AWAY),
        agent("off", Presence.OFFLINE),
        agent("last", Presence.TALKING, next_presence=Presence.AWAY),
        agent("home", Presence.WRAPPING, next_presence=Presence.OFFLINE),
    ]
    assert made(agents=[*serving, *gone]).inputs["agents"] == 3
    assert made(agents=[*serving, *gone]).grid == made(agents=serving).grid


def test_where_all_at_work_leave_after_their_calls_the_board_says_so() -> None:
    """In minutes nobody will be there: no figure is told, and the reason is not that nobody is at work."""
    wait = made(agents=[agent("last", Presence.TALKING, next_presence=Presence.AWAY)]).wait(0)
    assert wait is not None
    assert wait.reasons == ("no_agents", "agents_leaving")


def test_with_nobody_serving_the_board_says_no_agents() -> None:
    wait = made(agents=[agent("away", Presence.AWAY)]).wait(0)
    assert wait is not None
    assert wait.reasons == ("no_agents",)


def test_a_free_agent_means_a_short_wait() -> None:
    wait = made(agents=[agent("a")]).wait(0)
    assert wait is not None
    assert wait.p95_s < 10


def test_an_agent_shared_with_a_busy_queue_serves_this_one_with_a_part_of_his_time() -> None:
    counts = {("waiting", "callback", "/en", "standard", True): [(MINUTE - 3, 3)]}
    assert made(counts, elsewhere={"a": 4}).inputs["agents"] == pytest.approx(0.5)
    assert made(counts, elsewhere={"b": 4}).inputs["agents"] == 1


def test_the_newest_two_hundred_talks_are_the_evidence() -> None:
    samples = (100.0,) * 200 + (900.0,) * 300
    learned = made(history=Past(handled=500, handling_s=sum(samples), handling_samples=samples)).inputs
    assert learned["handled"] == 200
    assert learned["handling_s"] == pytest.approx((4 * 240 + 200 * 100) / 204)
    summed = made(history=Past(handled=500, handling_s=50_000)).inputs
    assert summed["handled"] == 200
    assert summed["handling_s"] == pytest.approx(learned["handling_s"])


def test_a_wait_that_reaches_closing_says_so() -> None:
    closing = rules(hours=Hours(zone="UTC", week={"wed": (("08:00", "12:10"),)}))
    found = made(queue=replace(CARDS, rules=closing))
    assert found.closes_at == NOON + timedelta(minutes=10)
    wait = found.wait(20)
    assert wait is not None
    assert "closing" in wait.reasons


def test_customers_with_more_credit_who_keep_coming_lengthen_the_wait() -> None:
    standard = {("waiting", "callback", "/en", "standard", True): [(MINUTE - 20, 5)]}
    booked = {("waiting", "callback", "/en", "booked", True): [(MINUTE - 5, 12)]}
    alone, both = made(standard).wait(10), made(standard | booked).wait(10)
    assert alone is not None
    assert both is not None
    assert both.mean_s > alone.mean_s


@pytest.mark.parametrize("seed", range(20))
def test_a_position_read_off_the_board_is_that_of_the_exact_order_but_for_the_minute(seed: int) -> None:
    chance = random.Random(seed)
    lifts = {ClassKey("cards", "/en", "booked"): 90.0}
    people = [_person(chance, n) for n in range(300)]
    counts: dict[tuple[str, str, str, str, bool], list[tuple[int, int]]] = {}
    for person in people:
        cell = counts.setdefault(("waiting", "callback", "/en", person.klass.credit_class, True), [])
        cell.append((int(person.virtual_start // 60), 1))
    found = made({key: sorted(cell) for key, cell in counts.items()}, lifts=lifts)
    advantage = {
        person.klass: CARDS.rules.credits[person.klass.credit_class] + lifts.get(person.klass, 0.0) for person in people
    }
    for person in people[:40]:
        exact = position(person, people, advantage) - 1
        read = found.ahead(
            virtual_start=datetime.fromtimestamp(person.virtual_start, tz=NOON.tzinfo),
            credit_class=person.klass.credit_class,
            bucket="/en",
        )
        same_minute = sum(
            abs(other.virtual_start - advantage[other.klass] - person.virtual_start + advantage[person.klass]) < 60
            for other in people
        )
        assert abs(read - exact) <= same_minute


def test_who_comes_has_those_of_his_own_minute_before_him_and_nobody_is_before_himself() -> None:
    counts: Counts = {("waiting", "callback", "/en", "standard", True): [(MINUTE, 9)]}
    found = replace(made(counts), as_of=NOON + timedelta(seconds=30))

    def before(seconds: float) -> int:
        start = NOON + timedelta(seconds=seconds)
        return found.ahead(virtual_start=start, credit_class="standard", bucket="/en")

    assert before(31.0) == before(90.0) == 9
    assert [before((n + 0.5) / 9 * 30.0) for n in range(9)] == list(range(9))
    assert before(30.0) == 8


def _person(chance: random.Random, n: int) -> Standing:
    credit = chance.choice(("standard", "standard", "booked", "rescued"))
    start = NOON.timestamp() - chance.uniform(0, 3600)
    return Standing(id=f"{n:03}", klass=ClassKey("cards", "/en", credit), virtual_start=start)
