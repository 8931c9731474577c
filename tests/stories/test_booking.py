"""A caller books a time: he hears it once it is stored, and his telephone rings in his slot and not before."""

from dataclasses import replace
from datetime import datetime, timedelta

from tests.stories.bank import AGENT, ALWAYS, CUSTOMER, Bank
from tests.stories.callers import ANSWERS, IVR, OWN_NUMBER, SCREEN, heard, key, on_the_team, over, rules
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import Offer
from vqueue.domain.slots import Slots

BOOK = [
    *IVR,
    key("To choose a time for our call", "4"),
    key("For later times, press 4", "1"),
    OWN_NUMBER,
]
MODES = (Mode.CALLBACK, Mode.SCHEDULED, Mode.HOLD, Mode.MESSAGE)


async def test_who_books_a_time_is_called_in_it(bank: Bank) -> None:
    week = {day: tuple((*interval, 1) for interval in intervals) for day, intervals in ALWAYS.items()}
    times = Slots(week=week, length_s=300, lead_s=60, agent_lead_s=120)
    await rules(bank, lambda present: replace(present, offer=Offer(threshold_s=0, modes=MODES), slots=times))
    omer = await on_the_team(bank)
    call = await bank.customer(CUSTOMER, keys=[*BOOK, SCREEN], **ANSWERS)
    await heard(bank, call, "Your call is booked. We will call you between")
    await over(bank, call)
    (booked,) = await bank.requests()
    assert booked.state in (State.BOOKED, State.WAITING)  # it may be due already, its slot is near
    assert booked.mode is Mode.SCHEDULED and booked.slot_start is not None and booked.promise is not None
    await bank.ready(omer)
    found = await bank.until(lambda found: found[0].state is State.SERVED, what="served")
    agents = [datetime.fromisoformat(ring["at"]) for ring in await bank.network.rings(AGENT)]
    (rang,) = [datetime.fromisoformat(ring["at"]) for ring in await bank.network.rings(CUSTOMER)]
    assert agents[0] < booked.slot_start <= rang < booked.slot_start + timedelta(minutes=5)
    assert (found[0].credit_class, found[0].virtual_start) == ("booked", booked.slot_start)
    promise = await bank.read(lambda work: work.promises.of_request(booked.id)[0])
    assert (promise.method, promise.kept) == ("slot", True)
