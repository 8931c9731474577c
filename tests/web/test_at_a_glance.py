"""What the pages say before any table: what of a list cannot wait, what is one thing to do, what the next days lack."""

import pytest

from tests.web.afternoon import a_board, a_promise, a_queue, a_request, minutes
from tests.web.house import NOON
from tests.web.test_hours import an_interval, words
from tests.web.test_verdict import a_bank, a_view
from vqueue.domain.request import State
from vqueue.services.verdict import todo
from vqueue.services.views import Listed, RequestList
from vqueue.web.console import listing, slots
from vqueue.web.console.sentences import todo_items


def listed(name: str, *, end: float, state: State = State.WAITING, rang: float | None = None) -> Listed:
    """Promised for the quarter of an hour before `end`, minutes from now."""
    request = a_request(f"rq_{name}", state=state)
    promise = a_promise(request, start=end - 15, end=end)
    return Listed(request=request, promise=promise if rang is None else promise.ring(minutes(rang)))


def test_the_list_says_which_promises_cannot_wait() -> None:
    rows = (
        listed("late", end=-1), listed("soon", end=15), listed("edge", end=16), listed("rang", end=5, rang=-2),
        listed("gone", end=-5, state=State.ABANDONED), Listed(request=a_request("rq_bare"), promise=None),
    )  # fmt: skip
    page = listing.present_list(RequestList(at=NOON, rows=rows, queues=(a_queue(),)), words())
    assert [row.due for row in page.rows] == ["late", "soon", "", "", "", ""]
    assert page.due == (("late", "1 is later than promised"), ("soon", "1 promise ends within 15 minutes"))


def test_estimates_that_grow_old_together_are_one_thing_to_do() -> None:
    old = {name: a_board(name, as_of=minutes(-5)) for name in ("cards", "payments")}
    found = todo_items(
        todo(a_bank(*(a_view(name, board=board) for name, board in old.items()), a_view("fraud"))), words()
    )
    assert [item.title for item in found] == ["Cards, Payments: no fresh estimate"]
    many = (a_view(f"q{n}", board=a_board(f"q{n}", as_of=minutes(-5))) for n in range(20))
    assert [item.title for item in todo_items(todo(a_bank(*many)), words())] == ["20 queues: no fresh estimate"]
    (alone,) = todo_items(todo(a_bank(a_view("cards", board=old["cards"]))), words())
    assert alone.title == "Cards: no fresh estimate"


@pytest.mark.parametrize(("staffed", "short"), [(3.5, "1 short"), (4.0, ""), (2.0, "2 short")])
def test_a_half_hour_says_how_many_agents_it_lacks(staffed: float, short: str) -> None:
    asked = an_interval(1, needed=4, staffed=staffed, p50=18.0)
    page = slots.present("Cards", [asked], words(), mirrored=False)
    (day,) = page.days
    assert (day.lines[0].short, page.grave) == (short, bool(short))
    assert day.lines[0].staffed == f"{staffed:g}"


def test_half_hours_of_which_nothing_is_known_are_left_out() -> None:
    bare = an_interval(0, needed=None, staffed=None, booked_load=None)
    page = slots.present("Cards", [bare, an_interval(1, capacity=2)], words(), mirrored=False)
    assert [(day.booked, len(day.lines)) for day in page.days] == [("0 of 2 booked", 1)]
