"""Coordinate systems bear IAU's names, and lay every place where they did before."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import CRS, Transformer

from moonstation.moon.crs import named_wkt, sphere_crs, stereographic_wkt

SOUTH = "+proj=stere +lat_0=-90 +lon_0=0 +k=1 +R=1737400 +units=m +no_defs"


@pytest.mark.parametrize(
    ("proj", "name"),
    [
        (SOUTH, "Moon (2015) - Sphere / Ocentric / South Polar"),
        (SOUTH.replace("-90", "90"), "Moon (2015) - Sphere / Ocentric / North Polar"),
        (SOUTH.replace("lat_0=-90 +lon_0=0", "lat_0=-89.5 +lon_0=222.5"), "Stereographic at 89.5 S 222.5 E"),
        (SOUTH.replace("+k=1", "+k=0.99"), "Stereographic at 90 S 0 E"),
        ("+proj=eqc +R=1737400 +units=m", "at 0 N 0 E"),
        ("+proj=longlat +R=1737400 +no_defs", "Moon (2015) - Sphere / Ocentric"),
    ],
)
def test_a_nameless_system_gets_its_name_and_stays_where_it_is(proj, name):
    named = CRS.from_wkt(named_wkt(CRS.from_proj4(proj).to_wkt()))
    assert named.name.endswith(name)
    assert named.ellipsoid.name == "Moon (2015) - Sphere"
    lon, lat = np.array([10.0, 200.0, -30.0]), np.array([-88.0, -70.0, -20.0])
    for crs in (named, CRS.from_proj4(proj)):
        found = Transformer.from_crs(sphere_crs(), crs, always_xy=True).transform(lon, lat)
        plain = Transformer.from_crs("+proj=longlat +R=1737400 +no_defs", proj, always_xy=True).transform(lon, lat)
        np.testing.assert_allclose(found, plain, rtol=1e-12, atol=1e-6)


def test_iau_s_own_definition_has_the_name_that_ours_gets():
    assert CRS.from_wkt(stereographic_wkt(-90.0, 0.0)).name == CRS.from_authority("IAU_2015", 30135).name


def test_names_that_are_there_are_kept_and_other_bodies_left_alone():
    mine = CRS.from_proj4(SOUTH).to_wkt().replace('"unknown"', '"Mine"', 1)
    assert CRS.from_wkt(named_wkt(mine)).name == "Mine"
    earth = CRS.from_epsg(3031)
    assert CRS.from_wkt(named_wkt(earth.to_wkt())).name == earth.name
