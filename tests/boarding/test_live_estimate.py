"""The board of a running house: which layer its waits come from and why, and what past promises teach it."""

import asyncio
from datetime import timedelta

import pytest

from tests.db.builders import a_promise, a_request, after, an_agent, an_attempt
from tests.web.house import HandClock
from vqueue.domain.agent import Presence
from vqueue.domain.board import Wait
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AgentId, AttemptId, PromiseId, RequestId
from vqueue.domain.promise import Promise, Window
from vqueue.domain.request import State
from vqueue.engine.wait.calibrating import ENOUGH_SCORES
from vqueue.engine.wait.reading import score, scored
from vqueue.ports.database import Work
from vqueue.services import boarding, calibrating
from vqueue.services.boarding import Past
from vqueue.services.house import House

TALK_S = 200.0


def _day(work: Work, *, ended: int, waiting: int = 8) -> None:
    """`ended` calls of 200 s, each by the agent who is now on the next one; some wait to be called back."""
    for n in range(2):
        work.requests.insert(a_request(f"now{n}", state=State.TALKING, customer=f"c{n}"))
        agent, attempt = AgentId(f"a{n}"), AttemptId(f"busy{n}")
        work.agents.insert(an_agent(agent, presence=Presence.TALKING, attempt=attempt))
        work.attempts.insert(
            an_attempt(attempt, request=RequestId(f"now{n}"), agent=agent, opened_at=after(3500 + 50 * n))
        )
    for n in range(ended):
        done, at = f"done{n:02}", 100.0 * n
        work.requests.insert(a_request(done, state=State.SERVED, closed_at=after(at + TALK_S)))
        talk = an_attempt(f"t{n:02}", request=RequestId(done), opened_at=after(at), joined_at=after(at + 5),
                          closed_at=after(at + TALK_S - 30), outcome=Cause.TALKED)  # fmt: skip
        work.attempts.insert(talk)
    for n in range(waiting):
        work.requests.insert(a_request(f"w{n}", virtual_start=after(3000 + 10 * n)))


async def published(house: House, past: Past | None) -> tuple[Past, Wait]:
    """The next board's wait of a newcomer, once what was begun beside it has ended."""
    past = await boarding.publish(house, past)
    board = await house.board.read("cards")
    wait = board.wait(8, ("cards/en", "standard")) if board is not None else None
    assert wait is not None
    async with asyncio.timeout(120):
        while past.rolls.under_way:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return past, wait


async def test_a_board_tells_the_closed_form_until_the_roll_forward_is_in_and_never_an_old_one(
    house: House, clock: HandClock
) -> None:
    await house.database.transact(lambda work: _day(work, ended=30))
    past, first = await published(house, None)
    assert (first.method, first.reasons) == ("closed_form", ("roll_forward_missing",))
    clock.at += timedelta(seconds=1)
    past, second = await published(house, past)
    assert (second.method, second.reasons, second.as_of) == ("roll_forward", (), clock.at)
    # Nine turns of two agents who each need 200 s a call and are in the middle of one.
    assert 600 < second.p50_s < 1000
    clock.at += timedelta(seconds=40)
    _, late = await published(house, past)
    assert (late.method, late.reasons) == ("closed_form", ("roll_forward_missing",))


async def test_where_little_has_ended_the_prior_is_told_as_it_is(house: House) -> None:
    await house.database.transact(lambda work: _day(work, ended=4))
    past, wait = await published(house, None)
    assert (wait.method, wait.reasons, wait.level) == ("closed_form", ("cold_start",), None)
    assert past.rolls.last is None


def _promise(n: int, *, rang_s: float, level: float = 0.8) -> Promise:
    """Promised to ring 600-1200 s from then, its estimate from 500 to 1500 s."""
    made = after(10.0 * n)
    promise = a_promise(
        PromiseId(f"p{n:03}"), made_at=made, method="roll_forward",
        window=Window(made + timedelta(seconds=600), made + timedelta(seconds=1200)),
        quantiles_s={"p5": 500.0, "p10": 600.0, "p50": 900.0, "p90": 1300.0, "p95": 1500.0, "mean": 910.0},
        inputs={"level": level, "ahead": 8, "class": "cards/en|standard"},
    )  # fmt: skip
    return promise.ring(made + timedelta(seconds=rang_s))


async def test_what_became_of_promises_moves_the_next_windows_and_is_learned_once(
    house: House, clock: HandClock
) -> None:
    """All first rings came at 1,100 s, which the estimate took for later than four of five."""
    late = [_promise(n, rang_s=1100.0) for n in range(160)]

    def day(work: Work) -> None:
        _day(work, ended=30)
        work.requests.insert(a_request("r1", state=State.SERVED, closed_at=after(9)))
        for promise in late:
            work.promises.insert(promise)

    await house.database.transact(day)
    past, before = await published(house, None)
    past, before = await published(house, past)
    await calibrating.learn(house)
    first = await house.database.read(lambda work: work.calibrations.all())
    await calibrating.learn(house)
    assert await house.database.read(lambda work: work.calibrations.all()) == first
    assert [(taught.id, taught.upto_id) for taught in first] == [("cards", "p159")]
    clock.at += timedelta(seconds=31)
    _, after_all = await published(house, past)
    past, after_all = await published(house, await boarding.publish(house, past))
    assert after_all.method == "roll_forward"
    # Method, number ahead and class know 160 scores each of the 2,000 they need, and lean on the one before else.
    known = 1.0 - (1.0 - len(late) / ENOUGH_SCORES) ** 3
    fell = score((500.0, 600.0, 900.0, 1300.0, 1500.0), 1100.0)
    assert after_all.p50_s == pytest.approx(scored(after_all.raw_s, known * fell), rel=1e-3)
    assert after_all.level is not None and before.level is not None and after_all.level < before.level


async def test_promises_that_tell_nothing_of_the_estimate_teach_nothing(house: House) -> None:
    withdrawn = a_promise("gone", inputs={"level": 0.8}).withdraw(after(50), "cancelled")
    opening = _promise(1, rang_s=700.0)
    closed = a_promise("closed", inputs={"level": 0.8}).fail(after(60), "closed")

    def day(work: Work) -> None:
        work.requests.insert(a_request())
        for promise in (withdrawn, closed):
            work.promises.insert(promise)

    await house.database.transact(day)
    await calibrating.learn(house)
    taught = await house.database.read(lambda work: work.calibrations.find("cards"))
    assert taught is not None and dict(taught.document) == {}
    assert calibrating.after(calibrating.Calibration(), [opening]).groups
