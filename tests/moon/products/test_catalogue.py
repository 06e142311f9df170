"""The catalogue: every product can be asked for, and its numbers agree with each other."""

from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.moon.products.catalogue import product, products

PRODUCTS = products().values()


def test_the_products_that_a_polar_study_needs_are_there():
    for pole in ("south", "north"):
        for posting in (5, 10, 20, 40, 80, 240):
            assert product(f"lola-{pole}-{posting}m").posting_m == posting
    assert {f"sldem2015-{ppd}ppd" for ppd in (128, 256)} <= set(products())
    assert sum(name.startswith("sldem2015-512ppd-") for name in products()) == 32


@pytest.mark.parametrize("one", PRODUCTS, ids=lambda one: one.name)
def test_every_product_says_who_where_and_how(one):
    assert re.fullmatch(r"https://[\w.-]+/\S+\.(img|IMG|tif|TIF)", one.url())
    assert one.url().count("//") == 1
    assert one.documented.startswith("https://")
    assert all((one.title, one.publisher, one.licence, one.reference, one.coverage))
    assert one.status in {"verified", "pattern"}
    assert 1.0 <= one.posting_m <= 8000.0
    assert bool(one.label_file) == one.file.lower().endswith(".img")
    assert not one.sha256 or re.fullmatch(r"[0-9a-f]{64}", one.sha256)


@pytest.mark.parametrize("one", [one for one in PRODUCTS if one.label_file], ids=lambda one: one.name)
def test_the_size_of_a_raw_image_follows_from_its_grid(one):
    values, odd = divmod(one.size_bytes, 4 if "float" in one.file else 2)
    assert not odd
    if "polar" in one.base_url:  # a square round the pole whose half side reaches the latitude of its name
        side = round(values**0.5)
        assert side**2 == values
        colatitude = 2.0 * np.degrees(np.arctan(side * one.posting_m / 2.0 / (2.0 * 1_737_400.0)))
        latitude = float(re.search(r"_(\d\d)(\d?)[ns]_", one.file).expand(r"\1.\2"))
        assert colatitude == pytest.approx(90.0 - latitude, abs=0.01)
    else:  # all squares of one posting: a degree of the Moon is 30 323.35 m
        degrees = values * (one.posting_m / 30_323.35) ** 2
        asked = 360 * 180 if "global" in one.name else 360 * 120 if "tiles" not in one.base_url else 30 * 45
        assert degrees == pytest.approx(asked, rel=1e-4)


def test_label_and_mirror_addresses():
    one = product("lola-south-5m")
    assert one.url() == (
        "https://pds-geosciences.wustl.edu/lro/lro-l-lola-3-rdr-v1/lrolol_1xxx/data/lola_gdr/polar/float_img/"
        "ldem_875s_5m_float.img"
    )
    assert one.label_url().endswith("/ldem_875s_5m_float.lbl")
    assert one.url("http://mirror/moon") == "http://mirror/moon/ldem_875s_5m_float.img"
    assert one.url("http://mirror/moon/") == one.url("http://mirror/moon")
    assert product("lola-south-20m-adjusted").label_url() == ""


def test_an_unknown_name_is_told_with_its_neighbours():
    with pytest.raises(RangeError, match=r"no known product; got 'lola-south-25m'; did you mean lola-south-"):
        product("lola-south-25m")


@pytest.mark.shared
def test_the_sum_in_the_catalogue_is_that_of_the_genuine_file(lola):
    one = product("lola-global-4ppd")
    assert one.sha256 == hashlib.sha256(lola).hexdigest()
    assert one.size_bytes == len(lola)
