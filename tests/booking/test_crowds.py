"""Hundreds book, move and cancel at once: no slot ever holds more than it takes, and its counter stays right."""

from collections import Counter
from random import Random

from tests.booking.crowds import book_all, of_capacity, overbooked
from tests.booking.scenes import HALF, RULES, THREE, published
from vqueue.services.house import House


async def test_a_crowd_that_wants_one_slot_fills_it_and_no_more(house: House) -> None:
    await published(house, of_capacity(RULES, 7))
    outcome = await book_all(house, count=200, starts=[THREE])
    assert outcome == Counter(booked=7, slot_taken=193)
    assert await overbooked(house, [THREE], capacity=7) == 0


async def test_booking_moving_and_cancelling_at_once_never_overbooks(house: House) -> None:
    await published(house, of_capacity(RULES, 7))
    starts = [THREE + at * HALF for at in range(4)]
    outcome = await book_all(house, count=200, starts=starts, restless=Random(7))
    assert sum(outcome.values()) == 200
    assert set(outcome) <= {"booked", "moved", "cancelled", "slot_taken"}
    assert outcome["booked"] + outcome["moved"] + outcome["cancelled"] >= 28
    assert await overbooked(house, starts, capacity=7) == 0
