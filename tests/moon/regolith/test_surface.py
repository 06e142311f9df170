"""The surface of one place: record by record, over conduction of two hours."""

from __future__ import annotations

import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.moon.regolith.surface import regolith_temperature_k

DAY_S = 2_551_443.0


def lunar_day(step_s, flux_w_m2=1000.0):
    moments = (np.arange(int(DAY_S / step_s)) + 0.5) * step_s
    flux = np.maximum(np.cos(2 * np.pi * moments / DAY_S), 0.0) * flux_w_m2
    return regolith_temperature_k(flux, step_s, flux, step_s)


@pytest.mark.parametrize(("step_s", "limit"), [(600.0, 0.5), (3600.0, 0.5), (8 * 3600.0, 2.0)])
def test_the_records_step_hardly_matters(step_s, limit):
    fine, other = lunar_day(120.0), lunar_day(step_s)
    assert other.mean() == pytest.approx(fine.mean(), abs=limit)
    assert other.min() == pytest.approx(fine.min(), abs=limit)
    assert other.max() == pytest.approx(fine.max(), abs=limit)


def test_records_of_ten_minutes_follow_a_sunrise_that_conduction_sees_every_two_hours():
    flux = np.zeros(2000)
    flux[1003:] = 100.0  # within a step of conduction
    surface = regolith_temperature_k(flux, 600.0, np.zeros(100), 3600.0)
    assert surface[1002] < surface[1003] - 20.0
    assert np.all(np.diff(surface[1010:1990]) > -0.5)


def test_a_record_of_any_length_comes_back_whole():
    for count in (1, 5, 12, 13, 25):
        assert regolith_temperature_k(np.full(count, 50.0), 600.0, [50.0, 50.0], 3600.0).shape == (count,)


@pytest.mark.parametrize("bad", [[-1.0], [np.nan], [np.inf], []])
def test_a_flux_that_cannot_be_is_refused(bad):
    with pytest.raises(RangeError) as caught:
        regolith_temperature_k(bad, 600.0, bad, 600.0)
    assert [fault.where for fault in caught.value.faults] == ["absorbed_w_m2", "before_w_m2"]
