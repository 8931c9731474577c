"""A forecast says how many calls a slot takes: what is counted, foreseen, offered and promised."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.booking.scenes import RULES, THREE, booked, published
from tests.db.builders import a_request, an_agent, an_attempt
from tests.web.house import NOON, HandClock
from vqueue.domain.agent import Presence
from vqueue.domain.causes import Cause
from vqueue.domain.errors import SlotTaken
from vqueue.domain.ids import AgentId, AttemptId, RequestId
from vqueue.domain.outlook import HALF_HOUR, HalfHour, Measured, Outlook, Seen
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import Rules
from vqueue.domain.slots import Basis
from vqueue.ports.database import Work
from vqueue.services import booking, foreseeing
from vqueue.services.coming import coming
from vqueue.services.house import House

BY_FORECAST = replace(RULES, slots=replace(RULES.slots, capacity=Basis.FORECAST))
MEASURED = Measured(at=NOON, handling_s=240.0, patience_s=300.0, answered=0.93, calls=200)


def half(start: datetime, *, needed: int = 5, sure: float | None = 8.0) -> HalfHour:
    return HalfHour(start=start, mean=20.0, p50=20, p80=25, needed=needed, staffed=sure, sure=sure)


async def foreseen(house: House, *halves: HalfHour, measured: Measured = MEASURED, made_at: datetime = NOON) -> None:
    made = Outlook(queue="cards", made_at=made_at, measured=measured, half_hours=halves)
    await house.database.transact(lambda work: work.outlooks.put(made))


async def at_three(house: House, rules: Rules = BY_FORECAST) -> tuple[int, tuple[str, ...]]:
    """(left, why) of the slot at three."""
    await published(house, rules)
    slots = await booking.slots(house, "cards", start=THREE, end=THREE + HALF_HOUR)
    return slots[0].remaining, slots[0].why


async def test_free_agents_decide_and_a_part_is_kept_back(house: House) -> None:
    await foreseen(house, half(THREE), half(THREE + HALF_HOUR, needed=8))
    left, why = await at_three(house)
    assert why == ("forecast",)
    place = await booking.place(house, "cards", start=THREE)
    capacity, reserve = place.quote.inputs["capacity"], place.quote.inputs["reserve"]
    assert left == capacity - reserve
    assert 3 <= capacity <= 3 * 1800 / 240
    assert 0.1 <= reserve / capacity <= 0.25
    assert (place.quote.inputs["load"], place.quote.inputs["why"]) == (5.0, ["forecast"])
    with pytest.raises(SlotTaken):
        await booking.place(house, "cards", start=THREE + HALF_HOUR)


async def test_what_was_kept_back_is_released_shortly_before_the_slot(house: House, clock: HandClock) -> None:
    await foreseen(house, half(THREE), made_at=THREE - timedelta(minutes=15))
    rules = replace(BY_FORECAST, slots=replace(BY_FORECAST.slots, lead_s=0))
    clock.at = THREE - timedelta(minutes=11)
    kept, _ = await at_three(house, rules)
    clock.move(60)
    released, _ = await at_three(house, rules)
    assert released > kept


async def test_where_too_little_is_known_the_weekly_table_counts_and_says_why(house: House, clock: HandClock) -> None:
    assert await at_three(house, RULES) == (2, ("weekly",))
    assert await at_three(house) == (2, ("weekly", "no_outlook"))
    await foreseen(house, half(THREE + HALF_HOUR))
    assert await at_three(house) == (2, ("weekly", "little_history"))
    await foreseen(house, half(THREE, sure=None))
    assert await at_three(house) == (2, ("weekly", "staff_unknown"))
    await foreseen(house, half(THREE), measured=replace(MEASURED, calls=29))
    assert await at_three(house) == (2, ("weekly", "few_talks"))
    await foreseen(house, half(THREE))
    clock.move(21 * 60)
    assert await at_three(house) == (2, ("weekly", "old_outlook"))


async def test_a_slot_that_is_forecast_is_full_by_its_counter(house: House) -> None:
    await foreseen(house, half(THREE, sure=6.0))
    left, _ = await at_three(house)
    for number in range(1, left + 1):
        await booked(house, number=number)
    with pytest.raises(SlotTaken):
        await booking.place(house, "cards", start=THREE)
    found = next(each for each in await coming(house, "cards", 3) if each.start == THREE)
    assert (found.booked, found.capacity - found.reserve, found.needed, found.staffed) == (left, left, 5, 6.0)
    assert (found.p50, found.p80, found.open, found.why) == (20, 25, True, ("forecast",))


def _weeks(work: Work) -> None:
    """Ten weeks of calls, ten at eleven and one at three, each a talk of four minutes; one agent at work now."""
    work.agents.insert(an_agent("a1", presence=Presence.READY, skills={}))
    for day in range(1, 71):
        for n in range(11):
            at = (NOON - timedelta(days=day)).replace(hour=11 if n else 15, minute=0)
            name = f"r{day}-{n}"
            served = {"state": State.SERVED, "mode": Mode.HOLD, "created_at": at, "closed_at": at, "phone": None}
            work.requests.insert(a_request(name, **served))
            talk = an_attempt(
                f"t{day}-{n}", request=RequestId(name), agent=AgentId("a1"), opened_at=at, joined_at=at,
                closed_at=at + timedelta(seconds=210), outcome=Cause.TALKED,
            )  # fmt: skip
            work.attempts.insert(replace(talk, id=AttemptId(f"t{day}-{n}")))


def _staff(work: Work) -> None:
    """Eight agents on the last four Wednesdays at three."""
    for week in range(1, 5):
        start = THREE - timedelta(days=7 * week)
        work.outlooks.note([Seen(queue="cards", start=start, arrivals=1, staff=16.0, samples=2)])


async def test_from_the_first_look_on_the_past_weeks_are_known(house: House, clock: HandClock) -> None:
    await published(house, BY_FORECAST)
    await house.database.transact(_weeks)
    await foreseeing.look(house)
    await house.database.transact(_staff)
    await foreseeing.foresee(house)
    eleven = NOON.replace(hour=11, minute=0) + timedelta(days=1)
    by_start = {each.start: each for each in await coming(house, "cards", 25)}
    assert (by_start[THREE].p50, by_start[THREE].staffed) == (1, 1.0)
    assert by_start[eleven].p50 in (9, 10, 11)
    assert by_start[eleven].why == ("weekly", "staff_unknown")
    assert "forecast" in by_start[THREE].why
    made = await house.database.read(lambda work: work.outlooks.find("cards"))
    assert made is not None and made.measured is not None
    assert made.measured.handling_s == pytest.approx(240.0)


async def test_each_look_counts_who_is_there_and_who_came(house: House, clock: HandClock) -> None:
    await published(house, RULES)
    await house.database.transact(lambda work: work.agents.insert(an_agent("a1", presence=Presence.TALKING)))
    await house.database.transact(lambda work: work.agents.insert(an_agent("a2", presence=Presence.AWAY)))
    await foreseeing.look(house)
    await house.database.transact(lambda work: work.requests.insert(a_request("r-now", created_at=NOON, phone=None)))
    clock.move(60)
    await foreseeing.look(house)
    clock.move(1800)
    await foreseeing.look(house)
    seen = await house.database.read(lambda work: work.outlooks.seen("cards", since=NOON - timedelta(hours=1)))
    assert [(each.arrivals, each.staff, each.samples) for each in seen] == [(1, 2.0, 2), (0, 1.0, 1)]
