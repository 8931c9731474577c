"""The last hours and the coming ones as the board draws them."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.web.afternoon import DAY_S, a_promise, a_queue, a_request, an_agent, fill, minutes
from tests.web.conftest import SignIn, Site
from tests.web.house import NOON, ZONE, HandClock
from tests.web.test_console import PERSON, plain
from tests.web.test_verdict import a_view
from tests.web.troubled import an_attempt, outlook, trouble
from vqueue.domain.alert import Kind
from vqueue.domain.causes import Cause
from vqueue.domain.outlook import HALF_HOUR
from vqueue.domain.request import Mode, State
from vqueue.ports.database import Work
from vqueue.ports.reports import Outcome, Passage
from vqueue.services import coming, trending
from vqueue.services.coming import Ahead, Interval
from vqueue.services.house import House
from vqueue.services.leading import SHARD
from vqueue.services.overseeing import Overview
from vqueue.services.trending import POINTS, STEP, times_until, trend
from vqueue.services.views import Waiting
from vqueue.web.console import ahead, board
from vqueue.web.console.columns import scale
from vqueue.web.console.sentences import Words
from vqueue.web.console.sparks import HEIGHT, WIDTH, sparks
from vqueue.web.pages import Pages
from vqueue.wording import Language

PAGES = Pages(bank="Tamarind Bank")


def words(language: Language = Language.EN) -> Words:
    def say(key: str, **args: object) -> str:
        return PAGES.catalogue.show(key, args, language)  # type: ignore[arg-type]

    return Words(say, language, ZONE, NOON)


def passage(came: float, left: float | None = None, *, talked: bool = True, **changes: object) -> Passage:
    """Minutes from now."""
    values = {
        "queue": "cards", "came": minutes(came), "since": minutes(came),
        "left": None if left is None else minutes(left), "talked": talked and left is not None, "abandoned": not talked,
    }  # fmt: skip
    return Passage(**{**values, **changes})  # type: ignore[arg-type]


def test_the_line_of_the_past_has_its_quarters_and_ends_now() -> None:
    times = times_until(NOON)
    assert times[-1] == NOON
    assert len(times) == POINTS + 1
    assert {b - a for a, b in pairwise(times[:-1])} == {STEP}
    assert times_until(NOON.replace(minute=15))[-1] == NOON.replace(minute=15)


def test_who_waits_at_each_moment_is_who_came_and_had_not_left() -> None:
    seen = trend([passage(-40, -20), passage(-30), passage(-10, -5)], [], [minutes(at) for at in (-35, -25, -15, 0)])
    assert seen.waiting == (1, 2, 1, 1)
    assert seen.longest_s == (300.0, 900.0, 900.0, 1800.0)


def test_before_a_booked_time_nobody_waits() -> None:
    booked = passage(-60, None, since=minutes(10))
    seen = trend([booked], [], [minutes(0), minutes(15)])
    assert (seen.waiting, seen.longest_s) == ((1, 1), (0.0, 300.0))


def test_shares_are_those_of_the_hour_before_and_nothing_is_no_share() -> None:
    quick, slow, gone = passage(-50, -49.8), passage(-45, -40), passage(-44, -42, talked=False)
    kept = [Outcome("cards", minutes(-30), True), Outcome("cards", minutes(-90), False)]
    seen = trend([quick, slow, gone], kept, [minutes(-55), minutes(0), minutes(29)])
    assert seen.in_20 == (None, 1 / 3, None)
    assert seen.kept == (0.0, 1.0, 1.0)


@pytest.mark.parametrize("mirrored", [False, True])
def test_small_lines_stay_in_their_box_and_end_at_the_present(mirrored: bool) -> None:
    seen = trend([passage(-30 * i, -30 * i + 20) for i in range(1, 8)] + [passage(-5)], [], times_until(NOON))
    drawn = sparks(seen, words(), goal=0.9, mirrored=mirrored)
    points = [tuple(map(float, point.split(","))) for line in drawn.waiting.lines for point in line.split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert drawn.waiting.end == points[-1]
    assert (points[-1][0] < points[0][0]) is mirrored
    assert drawn.waiting.words.startswith("Waiting, last 4 hours: from ")
    assert drawn.kept.lines == ()
    assert drawn.kept.words == "Promise kept, last 4 hours: nothing was counted."


async def test_the_past_is_reckoned_back_from_requests_and_promises(site: Site, house: House) -> None:
    def past(work: Work) -> None:
        work.queues.insert(a_queue("cards"))
        work.queues.insert(a_queue("app"))
        work.requests.insert(a_request("rq_open", phone=None, mode=Mode.HOLD, state=State.HOLDING))
        over = {"state": State.SERVED, "created_at": minutes(-50), "ready": False}
        served = a_request("rq_served", closed_at=minutes(-40), **over)
        work.requests.insert(served)
        work.requests.insert(a_request("rq_old", closed_at=minutes(-400), **over))
        work.agents.insert(an_agent("Priya Nair"))
        work.attempts.insert(an_attempt("served", "rq_served", at=minutes(-45), outcome=Cause.TALKED))
        work.promises.insert(a_promise(served, start=-50, end=-40).ring(minutes(-45)))

    await house.database.transact(past)
    found = await house.database.read(lambda work: work.ledgers.passages(since=minutes(-300)))
    assert sorted((one.came, one.left, one.talked) for one in found if one.left) == [
        (minutes(-50), minutes(-45) + timedelta(seconds=5), True)
    ]
    assert [one.left for one in found if one.left is None] == [None]
    seen = await trending.trends(house)
    assert seen is not None
    assert (seen.queues["cards"].waiting[-1], seen.queues["app"].waiting[-1], seen.bank.waiting[-1]) == (1, 0, 1)
    assert seen.bank.kept[-1] == 1.0


def an_interval(n: int, **changes: object) -> Interval:
    start = NOON - timedelta(minutes=7) + HALF_HOUR * n
    known = {"start": start, "end": start + HALF_HOUR, "open": True, "needed": 4, "staffed": 6.0, "booked_load": 0.0}
    return Interval(**{**known, **changes})  # type: ignore[arg-type]


def test_load_beyond_staff_is_named_with_its_queue_and_time() -> None:
    loads = [4.5 if n in (2, 3) else 0.0 for n in range(12)]
    intervals = tuple(an_interval(n, booked_load=load) for n, load in enumerate(loads))
    cards = Ahead(queue="cards", intervals=intervals)
    shown = ahead.present([("Cards", cards)], words(), mirrored=False)
    assert shown is not None
    assert shown.findings == ("Cards: up to 3 agents short between 15:00 and 16:00.",)
    assert [column.missing for column in shown.columns[1:5]] == ["", "−3", "−3", ""]
    assert [bool(column.over) for column in shown.columns[1:5]] == [False, True, True, False]


def test_where_all_queues_are_short_it_is_said_once_for_all_of_them() -> None:
    loads = {"Cards": (2, 3, 6), "Payments": (3,)}
    queues = [
        (
            name,
            Ahead(queue=name, intervals=tuple(an_interval(n, booked_load=4.5 if n in at else 0.0) for n in range(12))),
        )
        for name, at in loads.items()
    ]
    shown = ahead.present(queues, words(), mirrored=False)
    assert shown is not None and shown.grave
    assert shown.findings == ("All queues together: at times up to 5 agents short between 15:00 and 17:30.",)
    calm = ("Fraud", Ahead(queue="fraud", intervals=tuple(an_interval(n) for n in range(12))))
    some = ahead.present([*queues, calm], words(), mirrored=False)
    assert some is not None
    assert some.findings == (
        "Cards: at times up to 3 agents short between 15:00 and 17:30.",
        "Payments: up to 3 agents short between 15:30 and 16:00.",
    )


def test_booked_calls_of_later_hours_do_not_wait_now() -> None:
    booked = Waiting(hold=1, virtual=4, booked=9)
    known = a_view("cards", waiting=booked, ahead=Ahead(queue="cards", intervals=(), booked_soon=2))
    assert board.waiting_now(known).total == 7
    assert board.waiting_now(a_view("cards", waiting=booked)).total == 14


def test_enough_agents_is_said_and_nothing_is_marked() -> None:
    cards = Ahead(queue="cards", intervals=tuple(an_interval(n) for n in range(12)))
    shown = ahead.present([("Cards", cards)], words(), mirrored=False)
    assert shown is not None and not shown.grave
    assert shown.findings == ("Enough agents in each of the next 6 hours.",)


def test_without_a_forecast_booked_calls_are_drawn_and_it_says_why() -> None:
    unknown = {"needed": None, "staffed": None, "booked_load": None, "why": ("weekly", "little_history")}
    cards = Ahead(queue="cards", intervals=tuple(an_interval(n, booked=n, **unknown) for n in range(12)))
    shown = ahead.present([("Cards", cards)], words(), mirrored=False)
    assert shown is not None
    assert (shown.unit, shown.staff, shown.drawn) == ("calls", (), True)
    assert shown.findings == ("No forecast: too few days like this one were seen.",)


def test_coming_time_runs_in_reading_direction() -> None:
    cards = Ahead(queue="cards", intervals=tuple(an_interval(n) for n in range(12)))
    left, right = (ahead.present([("Cards", cards)], words(), mirrored=mirrored) for mirrored in (False, True))
    assert left is not None and right is not None
    assert [round(100 - x, 1) for x, _ in left.ticks] == [x for x, _ in right.ticks]
    assert left.columns[0].x < left.columns[1].x and right.columns[0].x > right.columns[1].x


@pytest.mark.parametrize("most", [0, 0.4, 1, 3, 7, 12, 41, 99, 160, 5300])
def test_a_scale_has_few_round_lines_and_holds_everything(most: float) -> None:
    values = scale(most)
    assert values[-1] >= most and 2 <= len(values) <= 6


async def test_booked_calls_add_to_the_load_of_their_half_hour(site: Site, house: House) -> None:
    def deed(work: Work) -> None:
        work.queues.insert(a_queue("cards"))
        work.outlooks.put(outlook("cards"))

    await house.database.transact(deed)
    (found,) = await coming.everywhere(house, 6)
    assert len(found.intervals) == 12
    assert found.intervals[0].load == found.intervals[0].needed
    assert found.intervals[4].short == 2.0


async def test_the_board_shows_past_and_future_and_their_tables(site: Site, house: House, sign_in: SignIn) -> None:
    await fill(house)
    await trouble(house)
    await sign_in()
    page = await (await site.get("/console", headers=PERSON)).text()
    assert 'aria-label="Waiting, last 4 hours: from ' in page
    assert "Cards: up to 2 agents short between 16:00 and 17:00." in plain(page)
    assert page.count('<details class="behind">') == 2


class StillClock(HandClock):
    """Wall time stands."""

    def wall(self) -> float:
        return 1000.0


async def test_whoever_looks_shares_what_was_read_and_an_act_is_seen_at_once(site: Site, house: House) -> None:
    overview = Overview(house=replace(house, clock=StillClock()))
    assert [alert.kind for alert in (await overview.now()).alerts] == [Kind.LEADER_MISSING]
    await house.database.transact(lambda work: work.leases.acquire(shard=SHARD, holder="me", ttl_s=DAY_S))
    assert [alert.kind for alert in (await overview.now()).alerts] == [Kind.LEADER_MISSING]
    await overview.forget()
    assert (await overview.now()).alerts == ()
