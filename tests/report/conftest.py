"""Gives the studies that the tests share."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def study():
    """Three years, two sites and a relay, with crew."""
    from made_up import made_up_study

    return made_up_study()


@pytest.fixture(scope="session")
def page(study) -> str:
    from moonstation.report.html import render_report

    return render_report(study)


@pytest.fixture(scope="session")
def place_page(tmp_path_factory) -> str:
    """A ridge with a cone of terrain round it, as ``moonstation site --view`` writes it."""
    from made_up import light_of
    from terrain import cone

    from moonstation.moon.dem import open_dem
    from moonstation.report.site_view import render_site_view

    light = light_of("connecting-ridge")
    place = light.horizon.latitude_deg, light.horizon.longitude_deg
    dem = cone(tmp_path_factory.mktemp("terrain") / "cone.tif", *place)
    return render_site_view(light, "A ridge <b>&", [open_dem(dem)], size_km=20.0)
