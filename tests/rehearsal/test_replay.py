"""A recorded day served again: its people are the same under any rules, and agents are there when they were."""

from dataclasses import replace

import numpy as np
import pytest

from tests.rehearsal.days import NINE, a_day, a_stay, rules
from vqueue.domain.causes import Cause
from vqueue.domain.past_day import Ring, Visit, apart, together, without
from vqueue.domain.rehearsal import Figure, Findings, Verdict
from vqueue.simulator.likely import Patience, uniforms
from vqueue.simulator.rehearsing import Rehearsing, Task
from vqueue.simulator.replaying import replay, served


def waits(day_waits: np.ndarray, gold: bool) -> float:
    rows = [n for n in range(len(day_waits)) if (n % 3 == 0) is gold]
    return float(np.nanmean(day_waits[rows]))


def findings(draft_gold_s: int = 600, **offer: object) -> Findings:
    task = Task(days=(a_day(),), in_force=rules(), draft=rules(gold_s=draft_gold_s, **offer), repetitions=2)
    return Rehearsing(processes=0).findings(task, lambda share: None)


def figure(found: Findings, name: str) -> Figure:
    return next(each for each in found.figures if each.name == name)


def test_the_same_rules_twice_differ_in_nothing_at_all() -> None:
    found = findings()
    compared = [each for each in found.figures if each.in_force is not None]
    assert len(compared) >= 8
    assert {(each.change, each.low, each.high, each.verdict) for each in compared} == {(0.0, 0.0, 0.0, Verdict.SAME)}


def test_half_the_credit_makes_that_class_wait_longer_and_the_others_shorter() -> None:
    """Nobody gives up here, so that the same customers are served under both."""
    day, off = a_day(), {"enabled": False}
    day = replace(day, visits=tuple(replace(visit, gave_up=False, handling_s=300.0) for visit in day.visits))
    full, half = (
        served(day, rules(gold_s=credit, **off), seed=1, repetition=0) for credit in (600, 300)
    )  # fmt: skip
    assert waits(half.wait_s, gold=True) > waits(full.wait_s, gold=True)
    assert waits(half.wait_s, gold=False) < waits(full.wait_s, gold=False)


def test_no_callbacks_at_all_is_told_as_a_difference() -> None:
    found = findings(enabled=False)
    offered = figure(found, "callbacks_offered")
    assert offered.draft == 0 and offered.change is not None and offered.change < 0
    assert offered.verdict is Verdict.NEITHER
    assert figure(found, "promise_coverage").draft is None
    assert figure(found, "hold_mean_s").verdict is Verdict.WORSE


def test_the_same_input_gives_the_same_output() -> None:
    day = a_day()
    assert replay(day, rules(), seed=3).figures == replay(day, rules(), seed=3).figures


def test_what_somebody_would_do_hangs_on_nobody_else() -> None:
    visits = a_day().visits
    alone = uniforms(visits[7:8], seed=1, repetition=2, columns=5)
    assert (uniforms(visits, seed=1, repetition=2, columns=5)[7] == alone).all()
    assert (uniforms(visits, seed=1, repetition=3, columns=5)[7] != alone).all()
    assert (uniforms(visits, seed=2, repetition=2, columns=5)[7] != alone).all()


def test_patience_is_a_censored_law() -> None:
    """1 gives up after 10 s; one is served after 15; of the two left one gives up after 20, one is served after 30."""
    visits = [
        Visit(id="a", arrived=0, stood_s=10, gave_up=True),
        Visit(id="b", arrived=0, stood_s=15),
        Visit(id="c", arrived=0, stood_s=20, gave_up=True),
        Visit(id="d", arrived=0, stood_s=30),
    ]
    law = Patience.of(visits)
    assert law.times.tolist() == [10, 20] and law.left.tolist() == pytest.approx([0.75, 0.375])
    stood = np.array([0.0, 0.0, 15.0, 15.0, 30.0])
    after = law.after(stood, np.array([0.2, 0.3, 0.2, 0.6, 0.5]))
    assert after[:3].tolist() == [10, 20, 20]
    assert after[3] > 20 and after[4] == pytest.approx(30 + np.log(2) / (2 / 75))


def test_without_anybody_who_gave_up_everybody_is_patient() -> None:
    law = Patience.of([Visit(id="a", arrived=0, stood_s=10)])
    assert np.isinf(law.after(np.array([5.0]), np.array([0.9]))).all()


def test_whoever_gave_up_gives_up_then_under_any_rules() -> None:
    """Nobody is at work: every wait ends by patience, that of the record where it is known."""
    day = a_day(stays=())
    found = served(day, rules(enabled=False), seed=1, repetition=0)
    known = [n for n, visit in enumerate(day.visits) if visit.gave_up]
    assert found.abandoned[known].all()
    assert found.hold_s[known].tolist() == pytest.approx([day.visits[n].stood_s for n in known])


def test_agents_are_there_when_they_were() -> None:
    """One agent, away for the second hour: nobody is connected in it."""
    day = a_day(agents=1, stays=(a_stay(0, (0.0, 3600.0), (7200.0, 8 * 3600.0)),))
    outcome = replay(day, rules(enabled=False))
    begun = [each.at - NINE for each in outcome.tally.ended]
    assert begun and not [at for at in begun if 3600 < at < 7200]


def test_who_comes_while_it_is_closed_is_left_out() -> None:
    day = a_day()
    late = rules()
    late = replace(late, hours=replace(late.hours, week=dict.fromkeys(late.hours.week, (("10:00", "17:00"),))))
    found = served(day, late, seed=1, repetition=0)
    assert found.turned_away == 60 and len(found.arrived) == 180
    task = Task(days=(day,), in_force=rules(), draft=late, repetitions=1)
    assert "turned_away" in Rehearsing(processes=0).findings(task, lambda share: None).remarks


def test_a_recorded_miss_is_missed_again_and_a_recorded_acceptance_accepted() -> None:
    """Everybody takes a callback; who did not answer the first ring of the record does not answer it here."""
    missed = Ring(cause=Cause.NO_ANSWER)
    day = a_day(agents=2)
    visits = tuple(
        replace(visit, takes_callback=True, gave_up=False, stood_s=0.0, handling_s=300.0,
                rings=(missed, Ring(cause=None, ring_s=5.0)) if n % 2 else (Ring(cause=None, ring_s=5.0),))
        for n, visit in enumerate(day.visits)
    )  # fmt: skip
    found = served(replace(day, visits=visits), rules(threshold_s=0), seed=1, repetition=0)
    rung = found.accepted & np.isfinite(found.wait_s)
    odd = np.arange(len(rung)) % 2 == 1
    assert rung[odd].sum() > 10 and rung[~odd].sum() > 10
    assert np.nanmean(found.wait_s[rung & odd]) > np.nanmean(found.wait_s[rung & ~odd])


def test_days_go_together_and_spells_come_apart() -> None:
    assert apart([(5, 9), (1, 3), (2, 4), (7, 7)]) == ((1, 4), (5, 9))
    assert without([(0, 10)], [(2, 3), (8, 12)]) == ((0, 2), (3, 8))
    both = together([a_day(customers=3), a_day(customers=2)])
    assert len(both.visits) == 5 and len(both.stays) == 4
    assert [visit.arrived for visit in both.visits] == sorted(visit.arrived for visit in both.visits)


def test_in_other_processes_it_comes_to_the_same() -> None:
    task = Task(days=(a_day(customers=60),), in_force=rules(), draft=rules(enabled=False), repetitions=1)
    told: list[float] = []
    assert Rehearsing(processes=2).findings(task, told.append) == Rehearsing(processes=0).findings(task, lambda _: None)
    assert told == sorted(told) and told[-1] == 1.0
