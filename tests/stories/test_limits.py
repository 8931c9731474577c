"""Stories of customers who must not be rung now: windows, caps, switches; and of a bank that knows too little."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.stories.bank import ALWAYS, CUSTOMER, OTHER, Bank, opened
from tests.stories.callers import (
    CALLBACK,
    another_is_served,
    heard,
    holds,
    on_the_team,
    rules,
    some,
    takes_a_callback,
)
from tests.stories.network import PatientNetwork
from vqueue.db.open import open_database
from vqueue.domain.causes import Cause
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import WEEK, CallingWindows, Caps
from vqueue.services import switching
from vqueue.services.leading import SHARD
from vqueue.services.switching import Switch

AMERICAN = "+12025550123"


async def americans_are_rung_in_three_hours(bank: Bank) -> None:
    """Not before an hour that begins so much later on their clock, which is five hours behind."""
    start = (bank.house.clock.now() - timedelta(hours=5)).hour + 3
    windows = CallingWindows(per_country={"US": dict.fromkeys(WEEK, ((f"{start:02d}:00", "24:00"),))}, week=ALWAYS)
    await rules(bank, lambda present: replace(present, calling_windows=windows))


async def test_an_american_is_promised_a_call_when_it_is_day_there(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    omer = await on_the_team(bank)
    await americans_are_rung_in_three_hours(bank)
    now = bank.house.clock.now()
    place = await takes_a_callback(bank, AMERICAN)
    assert (place.state, place.mode, place.zone) == (State.BOOKED, Mode.SCHEDULED, "America/New_York")
    assert place.slot_start is not None and place.slot_start - now > timedelta(hours=1)
    promise = (await bank.read(lambda work: work.promises.of_request(place.id)))[0]
    assert promise.window.start >= place.slot_start
    await bank.ready(omer)
    await another_is_served(bank)
    assert await bank.network.rings(AMERICAN) == []


async def test_outside_the_calling_window_a_waiting_customer_is_parked_and_blocks_nobody(bank: Bank) -> None:
    omer = await on_the_team(bank)
    first = await takes_a_callback(bank, AMERICAN)
    await takes_a_callback(bank)
    await americans_are_rung_in_three_hours(bank)
    await bank.ready(omer)
    found = await bank.until(some(State.SERVED), what="the one behind him is served")
    parked = next(one for one in found if one.id == first.id)
    assert (parked.state, parked.ready, parked.parked) == (State.WAITING, False, "calling_window")
    assert parked.virtual_start == first.virtual_start
    assert await bank.network.rings(AMERICAN) == []
    assert parked.not_before is not None and parked.not_before > bank.house.clock.now()


async def test_the_cap_of_the_day_on_a_number_moves_the_next_try_to_tomorrow(bank: Bank) -> None:
    await rules(bank, lambda present: replace(present, caps=Caps(rings_per_number_day=1)))
    omer = await on_the_team(bank)
    await takes_a_callback(bank, answers="never")
    now = bank.house.clock.now()
    await bank.ready(omer)
    found = await bank.until(lambda found: found[0].tries.get(Cause.NO_ANSWER, 0) == 1, what="one try")
    assert (found[0].state, found[0].parked) == (State.WAITING, "retry")
    assert found[0].not_before is not None and found[0].not_before.date() > now.date()
    await another_is_served(bank)
    assert len(await bank.network.rings(CUSTOMER)) == 1


async def test_dialing_switched_off_rings_nobody_until_it_is_on_again(bank: Bank) -> None:
    omer = await on_the_team(bank)
    place = await takes_a_callback(bank)
    await switching.turn(bank.house, "cards", Switch.DIALING, on=False, reason="drill", by="story")
    await bank.ready(omer)
    await another_is_served(bank)
    rows = await bank.read(lambda work: work.journal.of_request(place.id))
    assert "dialing_off" in [row.data.get("reason") for row in rows]
    assert await bank.network.rings(CUSTOMER) == []
    await switching.turn(bank.house, "cards", Switch.DIALING, on=True, reason="drill over", by="story")
    await bank.until(lambda found: all(one.state is State.SERVED for one in found), what="called back")
    assert len(await bank.network.rings(CUSTOMER)) == 1


async def test_without_a_fresh_board_no_time_is_said_and_the_place_is_kept_all_the_same(
    network: PatientNetwork, sqlite_database: str, tmp_path: Path
) -> None:
    """Another process holds the lease and publishes nothing that reaches this one."""
    database = open_database(sqlite_database)
    await database.transact(lambda work: work.leases.acquire(shard=SHARD, holder="elsewhere", ttl_s=3600))
    await database.close()
    async with opened(network, sqlite_database, tmp_path) as bank:
        sid = await bank.customer(keys=CALLBACK, patience_s=3000)
        words = await heard(bank, sid, "Your place in line is kept. We will call you back")
        assert "Right now we cannot say how long the wait will be" in words
        assert "between" not in words
        sid, _ = await holds(bank, OTHER)
        words = await heard(bank, sid, "You are still in line", times=2)
        assert "in line. Your turn will come" not in words
        assert [one.promise for one in await bank.requests()] == [None, None]


async def test_the_ceiling_of_open_callbacks_leaves_the_hold(sqlite_bank: Bank) -> None:
    bank = sqlite_bank
    await rules(bank, lambda present: replace(present, offer=replace(present.offer, max_open=1)))
    await on_the_team(bank)
    await takes_a_callback(bank)
    await bank.until_board("cards", lambda board: board.open_callbacks == 1)
    sid, place = await holds(bank, OTHER)
    words = await heard(bank, sid, "All places for callbacks are taken")
    assert "To keep your place and be called back" not in words
    assert place.mode is Mode.HOLD
