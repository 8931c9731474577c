"""What the board's small lines are reckoned from, alike on both databases."""

from tests.db.builders import NOON, a_promise, a_request, after, an_agent, an_attempt
from vqueue.domain.causes import Cause
from vqueue.domain.ids import AttemptId, RequestId
from vqueue.domain.promise import Window
from vqueue.domain.request import Mode, Request, State
from vqueue.ports.database import Database, Work
from vqueue.ports.reports import Outcome, Passage


def request(name: str, came: float, *, ended: float | None = None, state: State = State.SERVED) -> Request:
    closed = None if ended is None else after(ended)
    return a_request(name, mode=Mode.HOLD, state=state, created_at=after(came), virtual_start=after(came),
                     closed_at=closed, phone=None, ready=ended is None)  # fmt: skip


async def test_each_request_that_is_open_or_ended_lately_says_when_it_left_the_line(database: Database) -> None:
    def op(work: Work) -> None:
        work.agents.insert(an_agent("a1"))
        work.requests.insert(request("open", -60, state=State.HOLDING))
        work.requests.insert(request("talked", -300, ended=-100))
        work.requests.insert(request("gone", -200, ended=-50, state=State.ABANDONED))
        work.requests.insert(request("long_ago", -9000, ended=-8000))
        for name, joined in (("t1", -250.0), ("t2", -150.0)):
            work.attempts.insert(
                an_attempt(name, id=AttemptId(name), request=RequestId("talked"), opened_at=after(joined - 5),
                           joined_at=after(joined), closed_at=after(joined + 20), outcome=Cause.TALKED)
            )  # fmt: skip

    await database.transact(op)
    found = await database.read(lambda work: work.ledgers.passages(since=after(-3600)))
    assert sorted(found, key=lambda one: one.came) == [
        Passage(queue="cards", came=after(-300), since=after(-300), left=after(-250), talked=True, abandoned=False),
        Passage(queue="cards", came=after(-200), since=after(-200), left=after(-50), talked=False, abandoned=True),
        Passage(queue="cards", came=after(-60), since=after(-60), left=None, talked=False, abandoned=False),
    ]


async def test_promises_kept_or_broken_lately_are_told_and_withdrawn_ones_are_not(database: Database) -> None:
    def op(work: Work) -> None:
        work.requests.insert(request("r1", -300, state=State.HOLDING))
        window = Window(after(-200), after(-100))
        for name, rung in (("kept", -150.0), ("late", -20.0), ("old", -9000.0)):
            work.promises.insert(a_promise(name, made_at=after(-9500), window=window).ring(after(rung)))
        work.promises.insert(a_promise("open", made_at=NOON, window=window))

    await database.transact(op)
    found = await database.read(lambda work: work.ledgers.outcomes(since=after(-3600)))
    assert sorted(found, key=lambda one: one.at) == [
        Outcome("cards", after(-150), True),
        Outcome("cards", after(-20), False),
    ]
