"""A callback whose window a supervisor changed: its customer is told once, in his language, at a decent hour."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.notify.test_notices import Letterbox
from tests.web.afternoon import a_board, a_promise, a_queue, a_request, a_wait
from tests.web.house import NOON, HandClock, open_house
from vqueue.domain.errors import NotPossible
from vqueue.domain.ids import RequestId
from vqueue.domain.phone import Phone
from vqueue.domain.request import Mode, State
from vqueue.domain.rules import WEEK, CallingWindows, Hours, Offer, Rules
from vqueue.ports.database import Work
from vqueue.services import noticing, ordering, rewindowing
from vqueue.services.clerk import Clerk
from vqueue.services.house import House

PLACE = RequestId("rq_00000000017k2mb")
DAY = dict.fromkeys(WEEK, (("00:00", "24:00"),))
RULES = Rules(
    offer=Offer(threshold_s=0, modes=(Mode.CALLBACK, Mode.HOLD)),
    skills=("cards",),
    hours=Hours(week=DAY),
    calling_windows=CallingWindows(week=dict.fromkeys(WEEK, (("09:00", "20:00"),))),
)
SAID = {
    "en": "Tamarind Bank: the time of our call has changed. We will call you between ",
    "ru": "Tamarind Bank: время нашего звонка изменилось. Позвоним ",
    "he": "Tamarind Bank: זמן השיחה השתנה. נתקשר ",
}


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def box() -> Letterbox:
    return Letterbox()


@pytest.fixture
async def house(fresh_url: str, clock: HandClock, box: Letterbox) -> AsyncIterator[House]:
    """One callback waits, promised 14:25 to 14:40; the board says it will take longer."""
    async with open_house(fresh_url, clock) as opened:
        house = replace(opened, notifier=box, pusher=box, public_url="https://bank.example")
        place = a_request(PLACE, phone=house.vault.seal_phone(Phone("+447700900111")), zone="Europe/London")
        promise = a_promise(place, start=18, end=33)

        def stands(work: Work) -> None:
            for name in ("cards", "app"):
                work.queues.insert(a_queue(name, rules=RULES))
            work.requests.insert(place)
            work.promises.insert(promise)
            work.requests.replace(replace(place, promise=promise.id, deadline=promise.window.end))

        await house.database.transact(stands)
        await says(house, 2400)
        yield house


async def says(house: House, wait_s: float) -> None:
    """The board of both queues, as of now."""
    now = house.clock.now()
    for name in ("cards", "app"):
        wait = a_wait(wait_s - 300, wait_s, wait_s + 300, as_of=now)
        await house.board.publish(a_board(name, wait=wait, ready=1, as_of=now))


async def changed(house: House, wait_s: float, *, into: str = "") -> None:
    await says(house, wait_s)
    if into:
        await ordering.move(house, PLACE, queue=into, credit_class=None, reason="other team", by="st_dana")
        return
    version = (await house.database.read(lambda work: work.requests.get(PLACE))).version
    await rewindowing.anew(house, PLACE, version=version, reason="fewer at work", by="st_dana")


async def after(house: House, clock: HandClock, seconds: float) -> None:
    clock.move(seconds)
    await noticing.send(house)


async def becomes(house: House, **changes: object) -> None:
    def op(clerk: Clerk) -> None:
        place = clerk.work.requests.get(PLACE)
        clerk.work.requests.replace(replace(place, **changes))  # type: ignore[arg-type]

    await house.act(op)


@pytest.mark.parametrize("language", SAID)
async def test_he_is_told_once_and_in_his_language(
    house: House, clock: HandClock, box: Letterbox, language: str
) -> None:
    await becomes(house, language=language)
    await changed(house, 2400)
    await after(house, clock, 59)
    assert box.texts == []
    for seconds in (1, 600, 86_400):
        await after(house, clock, seconds)
    (text,) = box.texts
    assert text.replace("\u2068", "").replace("\u2069", "").startswith(SAID[language])
    assert "14:40" in text and "14:55" in text and "https://bank.example/r/" in text


async def test_of_several_changes_in_a_minute_he_hears_the_last(house: House, clock: HandClock, box: Letterbox) -> None:
    await changed(house, 2400)
    await after(house, clock, 30)
    await changed(house, 4200)
    await after(house, clock, 45)
    assert box.texts == []
    await after(house, clock, 15)
    assert len(box.texts) == 1 and "15:10" in box.texts[0]
    await changed(house, 2400)
    await after(house, clock, 60)
    assert len(box.texts) == 2


async def test_a_move_to_another_team_is_told_as_well(house: House, clock: HandClock, box: Letterbox) -> None:
    await changed(house, 2400, into="app")
    await after(house, clock, 60)
    assert len(box.texts) == 1


async def test_the_same_window_is_no_change(house: House, clock: HandClock, box: Letterbox) -> None:
    await changed(house, 2400)
    with pytest.raises(NotPossible, match="promised already"):
        await changed(house, 2400)
    await after(house, clock, 60)
    assert len(box.texts) == 1


@pytest.mark.parametrize("wishes", [("push",), ("webhook",)])
async def test_who_chose_otherwise_gets_no_sms(
    house: House, clock: HandClock, box: Letterbox, wishes: tuple[str, ...]
) -> None:
    await becomes(house, notify=wishes)
    await changed(house, 2400)
    await after(house, clock, 60)
    assert box.texts == []


async def test_who_is_rung_meanwhile_need_not_be_told(house: House, clock: HandClock, box: Letterbox) -> None:
    await changed(house, 2400)
    await becomes(house, state=State.CONNECTING, ready=False)
    await after(house, clock, 60)
    assert box.texts == []


async def test_at_night_he_is_told_in_the_morning(house: House, clock: HandClock, box: Letterbox) -> None:
    """20:30 in London: nobody is rung before nine, nor told."""
    clock.at = NOON.replace(hour=20, minute=30)
    place = await house.database.read(lambda work: work.requests.get(PLACE))
    await house.act(lambda clerk: rewindowing.tell(clerk, place))
    await after(house, clock, 3600)
    assert box.texts == []
    clock.at = NOON.replace(hour=9, minute=0) + timedelta(days=1)
    await noticing.send(house)
    assert len(box.texts) == 1
