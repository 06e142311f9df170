"""The page of a place: what is bright in it is what the light's own numbers call seen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest
from made_up import light_of, site_view
from reading import Page, array

from moonstation.report.figures.dome import dome, dome_words
from moonstation.report.view import SiteView


def test_the_page_says_what_it_shows_and_needs_no_network(place_page: str) -> None:
    read = Page(place_page)
    assert list(read.chapters) == ["horizon", "light"]
    assert "default-src 'none'" in place_page
    assert "<b>&" not in place_page.split("<script>", maxsplit=1)[0]
    for words in ("Terrain: cone.tif, 20 × 20 km", "Heights are drawn ×", "has no WebGL", "sky-line from the mast"):
        assert words in read.chapters["horizon"].replace("highest terrain", "sky-line"), words
    assert "longest dark" in read.chapters["light"]
    flat, solid = read.figures("horizon")
    go.Figure(flat)
    go.Figure(solid)
    terrain = next(trace for trace in solid["data"] if trace["type"] == "surface" and "customdata" in trace)
    assert array(terrain["customdata"]).max() == pytest.approx(3000, abs=10)


def test_the_sun_is_bright_where_its_centre_is_seen() -> None:
    figure = dome(site_view("ridge"))
    assert figure is not None
    go.Figure(figure.data, figure.layout)  # refuses unknown or wrong properties
    light = light_of("connecting-ridge")
    seen = {trace.get("name"): trace for trace in figure.data}
    times = [str(text) for text in seen["Sun in view"]["text"] if text]
    assert len(times) == len(set(times)) > 1500
    shown = np.isfinite(np.asarray(seen["Sun in view"]["x"], float)).sum()
    year = light.sun_centre_visible[:8766]
    assert shown / 2192 == pytest.approx(year.mean(), abs=0.03)


def test_the_words_tell_for_how_long_the_sun_was_followed() -> None:
    site = site_view("ridge")
    assert site.sun is not None
    assert "; the Sun's path over a year is bright" in dome_words(site)
    assert "; the Sun's path over 31 days is bright" in dome_words(replace(site, sun=replace(site.sun, days=31.0)))
    assert "Sun" not in dome_words(replace(site, sun=None))


def test_walls_reach_the_highest_point_between_their_posts() -> None:
    site = site_view("ridge")
    figure = dome(site)
    assert figure is not None
    assert site.mast_line is not None
    edge = next(trace for trace in figure.data if trace.get("name", "").startswith("sky-line"))
    top = np.asarray(edge["customdata"])[:, 1].max()
    assert top == pytest.approx(float(site.mast_line.elevation_deg.max()), abs=1e-3)


def test_a_figure_of_a_site_stays_small_and_a_site_without_sky_line_has_none() -> None:
    figure = dome(site_view("ridge"))
    assert figure is not None
    assert len(figure.to_json()) < 250_000
    assert dome(SiteView("nowhere")) is None
    assert dome_words(SiteView("nowhere")) == ""
