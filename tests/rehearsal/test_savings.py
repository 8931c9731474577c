"""What offering callbacks saves: a few callers, by lot, are offered none, and both sides are compared."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from tests.api.conftest import Face
from tests.api.lines import a_line
from tests.db.builders import a_conversation, a_request, an_agent, an_attempt
from tests.engine.builders import NOON, board, rules
from tests.rehearsal.recording import at, row
from vqueue.domain.causes import Cause
from vqueue.domain.flow import Effect, Outcome, Session
from vqueue.domain.journal import Fact
from vqueue.domain.request import Channel, Mode, State
from vqueue.domain.rules import Hours, Rules, Switches
from vqueue.domain.rules import Offer as OfferRules
from vqueue.domain.week import WEEK
from vqueue.engine import rules_check
from vqueue.engine.offer import decide
from vqueue.engine.rules_check import Known
from vqueue.engine.savings import Tried, savings
from vqueue.engine.withholding import REASON, Arm, draw_of, withheld
from vqueue.ports.database import Work
from vqueue.services import effects
from vqueue.services.errand import Errand
from vqueue.services.keys import Scope

TWO_PERCENT = rules(offer=OfferRules(no_offer_share=0.02))


def sides(document: Rules, *, draw: float = 0.0, closes_s: float | None = None, median_s: float = 600.0) -> Any:
    decided = decide(
        rules=document, switches=Switches(), board=board(median_s), now=NOON, number=None, zone="Europe/London"
    )
    closes = NOON + timedelta(seconds=closes_s) if closes_s is not None else None
    return withheld(decided, document, draw=draw, now=NOON, closes_at=closes)


def test_one_whose_lot_is_drawn_is_offered_no_callback_and_the_decision_says_why() -> None:
    made, arm = sides(TWO_PERCENT, draw=0.019)
    assert arm is Arm.WITHHELD and made.reasons == (REASON,)
    assert made.option(Mode.CALLBACK) is None and made.option(Mode.HOLD) is not None
    made, arm = sides(TWO_PERCENT, draw=0.021)
    assert arm is Arm.OFFERED and made.option(Mode.CALLBACK) is not None and made.reasons == ()


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (rules(), {}),
        (TWO_PERCENT, {"median_s": 30.0}),
        (TWO_PERCENT, {"closes_s": 1199.0}),
    ],
    ids=["off by default", "nothing to withhold", "his line would be cut at closing"],
)
def test_nothing_is_withheld(document: Rules, told: dict[str, float]) -> None:
    _, arm = sides(document, **told)
    assert arm is None
    assert sides(TWO_PERCENT, closes_s=1201.0)[1] is Arm.WITHHELD


def test_a_calls_lot_is_its_own_and_lots_are_even() -> None:
    lots = [draw_of(f"cs_{n}") for n in range(20_000)]
    assert draw_of("cs_1") == lots[1]
    assert min(lots) >= 0 and max(lots) < 1
    assert abs(sum(lot < 0.02 for lot in lots) / len(lots) - 0.02) < 0.004


def test_no_rules_withhold_it_from_more_than_two_in_a_hundred() -> None:
    known = Known(queues=frozenset({"cards"}), languages=frozenset({"en", "ru", "he"}), skills=frozenset())
    fault = next(iter(rules_check.faults(rules(offer=OfferRules(no_offer_share=0.03)), known)))
    assert (fault.pointer, fault.code) == ("/offer/no_offer_share", "too_large")
    assert not rules_check.faults(TWO_PERCENT, known)


def tried(day: int, arm: Arm, callers: int, gone: int, hold_s: float) -> list[Tried]:
    return [Tried(day=date(2026, 3, day), arm=arm, abandoned=n < gone, hold_s=hold_s) for n in range(callers)]


def test_what_is_saved_by_hand() -> None:
    """Ten days: 100 offered of whom 10 went, 4 withheld of whom 1 went; a minute on the line against four."""
    days = range(1, 11)
    callers = [one for day in days for one in tried(day, Arm.OFFERED, 100, 10, 60.0)]
    callers += [one for day in days for one in tried(day, Arm.WITHHELD, 4, 1, 240.0)]
    told = savings(callers)
    assert (told["offered"], told["withheld"], told["days"]) == (1000, 40, 10)
    assert (told["abandoned_saved"], told["abandoned_saved_low"], told["abandoned_saved_high"]) == (0.15, 0.15, 0.15)
    assert (told["hold_saved_s"], told["hold_saved_low_s"], told["hold_saved_high_s"]) == (180.0, 180.0, 180.0)
    assert (told["customers_saved"], told["hold_saved_min"]) == (150.0, 3000.0)


def test_days_that_differ_make_the_interval_wide() -> None:
    callers = [one for day in range(1, 9) for one in tried(day, Arm.OFFERED, 100, 10, 60.0)]
    callers += [one for day in range(1, 9) for one in tried(day, Arm.WITHHELD, 4, day % 3, 240.0)]
    told = savings(callers)
    low, saved, high = (told[f"abandoned_saved{end}"] for end in ("_low", "", "_high"))
    assert isinstance(low, float) and isinstance(high, float) and isinstance(saved, float)
    assert low < saved < high


def test_of_few_days_no_interval_is_told_and_of_one_side_no_difference() -> None:
    few = savings([*tried(1, Arm.OFFERED, 10, 1, 60.0), *tried(1, Arm.WITHHELD, 10, 2, 90.0)])
    assert few["abandoned_saved"] == 0.1 and few["abandoned_saved_low"] is None
    one = savings(tried(1, Arm.OFFERED, 10, 1, 60.0))
    assert one["abandoned_offered"] == 0.1 and one["abandoned_saved"] is None and one["customers_saved"] is None


def callers(work: Work) -> None:
    """Of four offered one hung up in the menu and one takes a callback; one withheld gives up, one is served."""
    work.agents.insert(an_agent("a0"))
    numbers = count()

    def heard(arm: Arm | None) -> str:
        n = next(numbers)
        told = {"offer": "offer", "call": f"cs{n}", **({"arm": arm} if arm else {})}
        work.journal.write(row(f"j{n}", Fact.OFFER_MADE, at(60.0 * n), queue="cards", data=told))
        return f"cs{n}"

    def came(call: str, *, hold_s: float, served: bool, mode: Mode = Mode.HOLD) -> None:
        since = 60.0 * int(call[2:])
        state = State.SERVED if served else State.ABANDONED
        closed = at(since + hold_s + (100.0 if served else 0.0))
        work.requests.insert(
            a_request(call, mode=mode, state=state, channel=Channel.IVR, session=call, created_at=at(since),
                      virtual_start=at(since), closed_at=closed)
        )  # fmt: skip
        if served:
            joined = at(since + hold_s)
            key = joined - timedelta(seconds=2) if mode is Mode.CALLBACK else None
            work.attempts.insert(
                an_attempt(f"t{call}", request=call, agent="a0", opened_at=at(since), joined_at=joined,
                           accepted_at=key, closed_at=closed, outcome=Cause.TALKED)
            )  # fmt: skip

    heard(Arm.OFFERED)
    came(heard(Arm.OFFERED), hold_s=40.0, served=True)
    came(heard(Arm.OFFERED), hold_s=600.0, served=True, mode=Mode.CALLBACK)
    came(heard(Arm.OFFERED), hold_s=38.0, served=False)
    came(heard(Arm.WITHHELD), hold_s=300.0, served=False)
    came(heard(Arm.WITHHELD), hold_s=100.0, served=True)
    came(heard(None), hold_s=999.0, served=True)


async def test_the_report_tells_both_sides_apart(face: Face) -> None:
    await face.house.database.transact(callers)
    key = await face.key(Scope.REPORTS_READ)
    path = "/v1/admin/reports/savings?from=2026-03-03T00:00:00Z&to=2026-03-04T00:00:00Z"
    told = await (await face.http.get(path, headers=key)).json()
    (told_row,) = told["rows"]
    assert list(told_row) == told["columns"]
    shown = {name: told_row[name] for name in ("queue", "offered", "withheld", "days")}
    assert shown == {"queue": "cards", "offered": 4, "withheld": 2, "days": 1}
    assert (told_row["abandoned_offered"], told_row["abandoned_withheld"]) == (0.5, 0.5)
    assert (told_row["hold_offered_s"], told_row["hold_withheld_s"]) == (20.0, 200.0)
    assert (told_row["hold_saved_s"], told_row["hold_saved_min"], told_row["hold_saved_low_s"]) == (180.0, 12.0, None)


async def test_the_line_asks_the_lot_and_the_journal_says_which_side(face: Face) -> None:
    """Two calls with another lot each; the app is offered its callback whatever the lot."""
    always = dict.fromkeys(WEEK, (("00:00", "24:00"),))
    document = replace(TWO_PERCENT, hours=Hours(zone="Europe/London", week=always))
    await face.house.database.transact(
        lambda work: work.queues.publish("cards", document, at=face.clock.now(), by="test")
    )
    await a_line(face)
    drawn = next(name for name in (f"cs{n}" for n in count()) if draw_of(name) < 0.02)
    other = next(name for name in (f"cs{n}" for n in count()) if draw_of(name) >= 0.02)

    async def hears(call: str) -> Outcome:
        talk = Session(id=call, flow="main", node="offer", vars={"queue": "cards"})
        conversation = a_conversation(call, started_at=face.clock.now())
        return await effects.perform(Errand(face.house, conversation, talk, {"queue": "cards"}), Effect("offer"))

    assert [(await hears(call)).word for call in (drawn, other, drawn)] == ["not_now", "offer", "not_now"]
    told = await face.http.get("/v1/queues/cards/availability", headers=face.customer())
    assert "callback" in {option["mode"] for option in (await told.json())["options"]}
    found = await face.house.database.read(
        lambda work: work.past.compared(["cards"], start=face.clock.now(), end=face.clock.now() + timedelta(hours=1))
    )
    assert sorted(one.withheld for one in found) == [False, True]
