"""When a station counts as lost, on time lines that can be read off."""

from __future__ import annotations

import numpy as np

from moonstation.core.events import find_runs
from moonstation.station.survival import Loss, Presence, first_true, loss_of, worst_dark_survived_h

DAYS = 90
RUN_H = 24.0 * DAYS


def there(*spans: tuple[int, int]) -> np.ndarray:
    """True on the days of the spans, first inclusive, last exclusive."""
    out = np.zeros(DAYS, np.bool_)
    for first, last in spans:
        out[first:last] = True
    return out


def presence(*spans: tuple[int, int], since: int = 0) -> Presence:
    return Presence.of(there(*spans), since, 24.0)


def loss(crew_lost_h=None, **presences) -> Loss | None:
    return loss_of(presences, crew_lost_h, RUN_H)


def test_a_station_whose_infrastructure_is_there_at_the_end_lives():
    assert loss(energy=presence((0, 90)), communication=presence((0, 90)), life_support=presence((40, 90))) is None


def test_one_sight_of_it_in_the_last_synodic_day_is_enough():
    assert loss(energy=presence((0, 20), (65, 66))) is None  # the last 29.5 days begin on day 60


def test_what_is_never_there_again_is_lost_from_its_last_moment():
    assert loss(energy=presence((0, 20), (30, 50))) == Loss(50 * 24.0, "energy")


def test_the_first_loss_counts():
    late, early = presence((0, 55)), presence((0, 31))
    assert loss(energy=late, communication=early) == Loss(31 * 24.0, "communication")
    assert loss(crew_lost_h=100.0, energy=late) == Loss(100.0, "crew")
    assert loss(crew_lost_h=100.0, energy=presence((0, 90))) == Loss(100.0, "crew")


def test_what_was_expected_and_never_there_is_lost_from_the_moment_it_was_expected():
    assert loss(life_support=presence(since=40)) == Loss(40 * 24.0, "life_support")


def test_what_is_new_is_not_judged_before_a_window_has_passed():
    assert loss(life_support=presence(since=80)) is None


def test_of_a_short_run_the_last_half_is_looked_at():
    week = np.arange(14) < 6
    gone = Presence.of(week, 0, 12.0)
    assert loss_of({"energy": gone}, None, 7 * 24.0) == Loss(72.0, "energy")
    assert loss_of({"energy": Presence.of(week[::-1], 0, 12.0)}, None, 7 * 24.0) is None


def test_the_window_that_is_looked_at_begins_before_the_true_end_of_a_short_last_step():
    """Of 89.4 days the last 29.5 begin before day 60 has passed; of a run of 90 they do not."""
    cut = Presence.of(there((0, 20), (59, 60)), 0, 24.0, short=0.6)
    assert loss_of({"energy": cut}, None, 89.4 * 24.0) is None
    assert loss(energy=presence((0, 20), (59, 60))) == Loss(60 * 24.0, "energy")
    new = Presence.of(there(), 60, 24.0, short=0.6)
    assert loss_of({"life_support": new}, None, 89.4 * 24.0) is None, "expected for less than the window"
    assert loss(life_support=presence(since=60)) == Loss(60 * 24.0, "life_support")


def at(*steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Begins and ends of spells of a step each."""
    return np.array(steps, int), np.array(steps, int) + 1


def test_the_worst_dark_survived_is_the_longest_without_an_unserved_step():
    sunlit = np.array([1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1], np.bool_)
    dark, none, always = find_runs(~sunlit), at(), (0, 13)
    assert worst_dark_survived_h(dark, none, always, 0.5) == 2.0
    assert worst_dark_survived_h(dark, at(9), always, 0.5) == 1.5
    assert worst_dark_survived_h(dark, at(3, 7, 12), always, 0.5) == 2.0, "in the light they do not count"
    assert worst_dark_survived_h(dark, at(9), (0, 6), 0.5) == 1.0, "the second darkness ends after the loss"
    assert worst_dark_survived_h(dark, at(9), (5, 13), 0.5) == 1.0, "the station came half-way through it"
    whole = np.array([4]), np.array([8])
    assert worst_dark_survived_h(dark, whole, always, 0.5) == 2.0, "unserved in all of the second darkness alone"
    whole = np.array([2]), np.array([9])
    assert worst_dark_survived_h(dark, whole, always, 0.5) == 0.0, "unserved in a part of each"
    assert worst_dark_survived_h(find_runs(np.zeros(4, np.bool_)), none, (0, 4), 0.5) == 0.0


def test_what_is_never_true_is_first_true_past_its_end():
    assert first_true(np.array([False, False, True, True])) == 2
    assert first_true(np.zeros(3, np.bool_)) == 3
    assert first_true(np.zeros(0, np.bool_)) == 0
