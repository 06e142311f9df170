"""Elevation models that lie over each other must show the same heights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_terrain import SOUTH, write_bowl
from moonstation.cli.terrain import open_named_dems
from moonstation.core.errors import TerrainError
from moonstation.moon.dem import open_dem
from moonstation.moon.overlap import height_factor, overlap_faults

RELAXED = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hills(path: Path, half_m: float, posting_m: float, *, times=1.0, plus_m=0.0, rough_m=0.0, shift_m=0.0) -> Path:
    """Rolling ground round the pole, its heights in another unit, from another zero, rough, or of another place."""
    at = np.arange(-half_m, half_m + 1.0, posting_m)
    x, y = np.meshgrid(at + shift_m, at)
    heights = 400.0 * np.sin(x / 3000.0) * np.cos(y / 2500.0) + 0.02 * x
    heights += rough_m * np.random.default_rng(3).normal(size=heights.shape)
    corner_m = half_m + posting_m / 2.0
    transform = rasterio.Affine(posting_m, 0.0, -corner_m, 0.0, -posting_m, corner_m)
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "width": at.size, "height": at.size}
    with rasterio.open(path, "w", crs=SOUTH, transform=transform, **profile) as file:
        file.write((times * heights + plus_m).astype("float32"), 1)
    return path


@RELAXED
@given(times=st.floats(0.1, 10.0), plus_m=st.floats(-500.0, 500.0), rough_m=st.floats(0.0, 15.0))
def test_the_factor_is_found_whatever_the_zero_of_heights(tmp_path, times, plus_m, rough_m):
    fine = open_dem(hills(tmp_path / "fine.tif", 4000.0, 100.0, rough_m=rough_m))
    coarse = open_dem(hills(tmp_path / "coarse.tif", 20_000.0, 400.0, times=times, plus_m=plus_m))
    assert height_factor(fine, coarse) == pytest.approx(1.0 / times, rel=0.05)
    if not 1.4 < max(times, 1.0 / times) < 1.6:  # beside the limit it hangs on the last hundredth
        assert bool(overlap_faults([coarse, fine])) == (max(times, 1.0 / times) > 1.5)


@pytest.mark.parametrize("in_feet", ["fine.tif", "coarse.tif"])
def test_feet_beside_metres_are_refused_with_the_file_that_holds_them(tmp_path, in_feet):
    scale = {name: 1.0 / 0.3048 if name == in_feet else 1.0 for name in ("fine.tif", "coarse.tif")}
    paths = [
        hills(tmp_path / "coarse.tif", 20_000.0, 400.0, times=scale["coarse.tif"]),
        hills(tmp_path / "fine.tif", 4000.0, 100.0, times=scale["fine.tif"], rough_m=5.0),
    ]
    with pytest.raises(TerrainError) as caught:
        open_named_dems(paths)
    (fault,) = caught.value.faults
    other = "coarse.tif" if in_feet == "fine.tif" else "fine.tif"
    assert fault.where == str(tmp_path / in_feet)
    assert f"times those of {other} where both have ground" in fault.message
    assert fault.hint == 'feet? convert: gdal_calc.py --calc="A*0.3048"'


def test_nothing_is_said_of_models_that_do_not_show_the_same_ground(tmp_path):
    fine = open_dem(hills(tmp_path / "fine.tif", 4000.0, 100.0))
    flat = open_dem(write_bowl(tmp_path / "flat.tif", 20_000.0, 400.0, 0.0))
    elsewhere = open_dem(hills(tmp_path / "elsewhere.tif", 20_000.0, 400.0, times=5.0, shift_m=4700.0))
    assert height_factor(fine, flat) is None
    assert height_factor(fine, elsewhere) is None
    assert overlap_faults([fine]) == overlap_faults([fine, flat]) == overlap_faults([fine, elsewhere]) == []


def test_real_models_agree(shared_data):
    names = ("moon_south_85S_400m.tif", "moon_south_75S_400m.tif")
    one, other = (open_dem(shared_data / "terrain" / name) for name in names)
    assert overlap_faults([one, other]) == []
    assert height_factor(one, other) == pytest.approx(1.0, abs=1e-3)
