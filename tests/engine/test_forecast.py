"""Forecasting calls, on invented days: level, weekdays, closed hours, today's correction, and how sure it is."""

import numpy as np

from vqueue.engine.forecast import Expectation, Floats, PastDay, Pattern, corrected, learn

SHAPE = 100.0 + 60.0 * np.sin(np.linspace(0.0, np.pi, 24))
"""Calls of each half hour of a usual day."""
MONDAY = 1.3


def invented(seed: int, days: int) -> list[PastDay]:
    """Weekdays of a bank: each is as a whole 20 % busier or quieter than usual, Mondays are busier yet."""
    chance = np.random.default_rng(seed)
    busy = chance.gamma(25.0, 1 / 25.0, days) * np.where(np.arange(days) % 5 == 0, MONDAY, 1.0)
    return [PastDay(n % 5, chance.poisson(SHAPE * busy[n]).astype(float)) for n in range(days)]


def learnt(days: list[PastDay]) -> Pattern:
    pattern = learn(days)
    assert pattern is not None
    return pattern


def error(days: list[PastDay], first: int, *, ahead: int | None) -> float:
    """Mean error of the last days' forecasts, as a part of what came; `ahead` None: nothing of the day is known."""
    wrong, came = 0.0, 0.0
    for n in range(first, len(days)):
        pattern, (weekday, counts) = learnt(days[:n]), days[n]
        for t in range(8, len(counts)):
            told = pattern.expect(weekday, t, None if ahead is None else counts[: t - ahead])
            assert told is not None
            wrong, came = wrong + abs(told.mean - counts[t]), came + counts[t]
    return float(wrong / came)


def test_what_came_today_halves_the_error_of_the_next_half_hours() -> None:
    days = invented(1, 60)
    blind = error(days, 45, ahead=None)
    assert error(days, 45, ahead=0) < 0.55 * blind
    assert error(days, 45, ahead=1) < 0.6 * blind


def test_a_weekday_has_its_own_level_and_the_day_its_shape() -> None:
    pattern = learnt(invented(2, 100))
    mondays, others = pattern.usual[0], np.nanmean(pattern.usual[1:5], axis=0)
    assert abs(mondays.sum() / others.sum() - MONDAY) < 0.25
    assert abs(others / others.mean() - SHAPE / SHAPE.mean()).max() < 0.1


def test_counts_stay_below_their_quantiles_as_often_as_those_say() -> None:
    days, below = invented(3, 110), {0.5: 0, 0.8: 0, 0.9: 0}
    told = 0
    for n in range(60, 110):
        pattern, (weekday, counts) = learnt(days[:n]), days[n]
        for t in range(4, 24):
            expected = pattern.expect(weekday, t, counts[:t])
            assert expected is not None
            told += 1
            for p in below:
                below[p] += counts[t] <= expected.quantile(p)
    assert all(abs(count / told - p) < 0.05 for p, count in below.items()), below


def test_a_quantile_is_that_of_the_negative_binomial_law() -> None:
    draws = np.random.default_rng(4).negative_binomial(1 / 0.04, 1 / (1 + 0.04 * 50.0), 200_000)
    expected = Expectation(50.0, 0.04)
    for p in (0.1, 0.5, 0.8, 0.9):
        found = expected.quantile(p)
        assert np.mean(draws <= found) >= p - 0.005
        assert np.mean(draws < found) <= p + 0.005
    assert Expectation(0.0, 0.04).quantile(0.9) == 0
    assert Expectation(0.05, 0.04).quantile(0.5) == 0
    assert Expectation(9.0, 0.0).quantile(0.5) == 9


def test_nothing_is_said_about_a_bank_that_is_new_or_a_weekday_never_seen() -> None:
    days = invented(5, 20)
    assert learn(days[:9]) is None
    assert learnt(days).expect(5, 3) is None
    assert learnt([*days, PastDay(5, SHAPE)]).expect(5, 3) is None
    assert learnt([*days, PastDay(5, SHAPE), PastDay(5, SHAPE)]).expect(5, 3) is not None


def test_hours_at_which_the_queue_is_closed_are_not_quiet_hours() -> None:
    closed = np.where(np.arange(24) < 4, np.nan, SHAPE)
    fridays = [PastDay(4, closed) if day.weekday == 4 else day for day in invented(6, 40)]
    pattern = learnt(fridays)
    assert pattern.expect(4, 2) is None
    afternoon = pattern.expect(4, 12)
    assert afternoon is not None
    assert 0.6 * SHAPE[12] < afternoon.mean < 1.5 * SHAPE[12]


def test_a_day_of_an_outage_teaches_nothing() -> None:
    days = invented(7, 40)
    silent = [PastDay(n % 5, np.zeros(24)) for n in range(3)]
    assert np.allclose(learnt([*days, *silent]).usual, learnt(days).usual, equal_nan=True)


def test_few_calls_hardly_correct_a_forecast() -> None:
    usual: Floats = np.full(20, 2.0)
    assert corrected(np.full(3, 4.0), usual, 0.01) < 1.1
    assert corrected(np.full(3, 400.0), 100 * usual, 0.01) > 1.5
    assert corrected(np.zeros(0), usual, 0.01) == 1.0
    assert corrected(np.full(3, np.nan), usual, 0.01) == 1.0


def test_the_correction_fades_further_ahead_and_the_scatter_grows() -> None:
    pattern = learnt(invented(8, 50))
    busy = 1.5 * pattern.usual[1, :6]
    told = [pattern.expect(1, t, busy) for t in (6, 12, 20)]
    factors = [each.mean / pattern.usual[1, t] for each, t in zip(told, (6, 12, 20), strict=True) if each]
    scatter = [each.phi for each in told if each]
    assert factors == sorted(factors, reverse=True)
    assert scatter == sorted(scatter)
    assert factors[0] > factors[-1] > 1.0
