"""Criteria files: the shipped one, and every fault of a bad one at once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moonstation.core.errors import MoonstationError, RangeError
from moonstation.moon.siting.criteria import criteria_of, read_criteria, shipped_criteria
from moonstation.moon.siting.quantities import QUANTITIES, label, spoken

GOOD = '[[criteria]]\nquantity = "slope_deg"\nmax = 10\nweight = 1\n'


def faults(text):
    with pytest.raises(RangeError) as caught:
        criteria_of(text, "my.toml")
    return [str(fault) for fault in caught.value.faults]


def test_the_shipped_file_is_good_and_says_what_it_means():
    criteria = criteria_of(shipped_criteria())
    assert criteria.masts_m == (2.0, 10.0)
    assert {one.quantity for one in criteria.wishes} >= {"sun_visible_mean", "longest_dark_h", "cold_trap_way_km"}
    assert {one.label for one in criteria.constraints} >= {"slope_deg", "longest_dark_h_10m"}
    assert criteria.pairs is not None
    assert criteria.grid.step_h == 1.0


def test_the_smallest_file_has_defaults_for_the_rest():
    criteria = criteria_of(GOOD)
    assert criteria.search.candidates == 15
    assert criteria.pairs is None
    assert criteria.parts == {"relief"}
    assert criteria.criteria[0].max == 10.0


def test_all_faults_come_at_once_with_their_key_paths():
    found = faults(
        """
        [search]
        candidates = 0
        stpe = "1h"
        start = 5
        [landing]
        semi_major_m = -1
        [way]
        max_cross_slope_deg = 99
        [[criteria]]
        quantity = "sun_visible_men"
        weight = 1
        [[criteria]]
        quantity = "slope_deg"
        mast_m = 2
        min = 3
        max = 2
        [[criteria]]
        weight = "x"
        [[criteria]]
        quantity = "longest_dark_h"
        [extra]
        """
    )
    for text in (
        "search.candidates: is outside its range; got 0; allowed: at least 1",
        "search.stpe: unknown key; did you mean step?",
        "search.start: must be a text in quotes; got 5",
        "landing.semi_major_m: is outside its range; got -1 m",
        "landing.semi_minor_m: is missing",
        "way.max_cross_slope_deg: is outside its range; got 99 deg; allowed: above 0, at most 60",
        'criteria[0] "sun_visible_men".quantity: no such quantity',
        "did you mean sun_visible_mean",
        'criteria[1] "slope_deg".mast_m: slope_deg does not depend on the height of the eye',
        'criteria[1] "slope_deg".min: is above max 2',
        "criteria[2].quantity: is missing",
        "criteria[2].weight: must be a number",
        'criteria[3] "longest_dark_h".mast_m: is missing',
        'criteria[3] "longest_dark_h".weight: neither min, max nor a weight',
        "extra: unknown key; there are: search",
    ):
        assert any(text in fault for fault in found), text
    assert all(fault.startswith("my.toml ") for fault in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x=", "is not TOML"),
        ("", "criteria: is missing"),
        ("criteria = []", "holds no criterion"),
        ("criteria = 1", "must be a list of tables"),
        (GOOD + '[search]\nend = "2020"\n', "search.end: time '2020' is not ISO 8601"),
        (GOOD + '[search]\nend = "2020-01-01"\n', "is not after the start"),
        (GOOD + '[search]\nstep = "1s"\n', "makes more than"),
        (GOOD + '[[criteria]]\nquantity = "landing_slope_deg"\nmax = 3\n', "landing: is missing"),
        (GOOD + "[landing]\nsemi_major_m = 1.0\nsemi_minor_m = 2.0\n", "is longer than semi_major_m"),
        (GOOD.replace("weight = 1", ""), "nothing to rank places by"),
        (GOOD + GOOD, "stands there twice"),
        (GOOD + "worst = 1\nbest = 2\n", "best: is not better than worst 1: less is better"),
        (GOOD + "weight = 2", "is not TOML"),
        (GOOD.replace("10", "nan"), "is outside its range"),
    ],
)
def test_each_fault_has_its_words(text, words):
    assert any(words in fault for fault in faults(text)), faults(text)


def test_faults_of_one_kind_hide_none_of_another():
    found = faults(
        """
        [search]
        candidates = 0
        start = "soon"
        step = "a while"
        [landing]
        semi_major_m = 100
        semi_minor_m = 200
        [[criteria]]
        quantity = "slop_deg"
        min = 3
        max = 2
        [[criteria]]
        quantity = "landing_flat_share"
        weight = 1
        [[criteria]]
        quantity = "landing_flat_share"
        max = 1
        """
    )
    for words in (
        "search.candidates: is outside its range",
        "search.start: time 'soon'",
        "search.step: ",
        "landing.semi_minor_m: is longer than semi_major_m",
        'criteria[0] "slop_deg".quantity: no such quantity',
        'criteria[0] "slop_deg".min: is above max 2',
        "criteria: stands there twice",
    ):
        assert any(words in one for one in found), (words, found)
    assert len(found) == 7
    assert any(
        "landing: is missing" in one
        for one in faults('[search]\ncandidates = 0\n[[criteria]]\nquantity = "landing_flat_share"\nweight = 1\n')
    )


def test_files_that_cannot_be_read_say_why(tmp_path):
    for name, content, words in (
        ("absent.toml", None, "No such file"),
        ("latin.toml", b"\xff\xfe", "UTF-8"),
        ("long.toml", b"#" * 1_000_001, "too long"),
        (".", None, "directory"),
    ):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(RangeError, match=words):
            read_criteria(tmp_path / name)
    (tmp_path / "good.toml").write_text(GOOD)
    assert read_criteria(tmp_path / "good.toml").criteria[0].quantity == "slope_deg"


_values = st.one_of(st.integers(-5, 5), st.floats(), st.text(max_size=4), st.booleans(), st.none())


@settings(max_examples=60, deadline=None)
@given(
    section=st.sampled_from(["search", "landing", "way", "ice", "pairs", "criteria", "other"]),
    key=st.sampled_from(["start", "step", "semi_major_m", "depth_m", "within_km", "quantity", "weight", "mast_m", "x"]),
    value=_values,
)
def test_no_document_brings_anything_but_words(section, key, value):
    shown = {True: "true", False: "false"}.get(value, repr(value)) if not isinstance(value, str) else repr(value)
    text = f"[{section}]\n{key} = {shown}\n" + (GOOD if section != "criteria" else "")
    with suppress(MoonstationError):
        criteria_of(text)


def test_quantities_have_words_and_units():
    for quantity in QUANTITIES.values():
        assert quantity.words
        assert quantity.better in {"more", "less"}
        ending = quantity.name.rsplit("_", 1)[-1]
        assert quantity.unit in {ending, "-"}
    assert label("longest_dark_h", 2.0) == "longest_dark_h_2m"
    assert label("slope_deg", None) == "slope_deg"
    assert spoken("sun_visible_mean", 0.9261) == "92.6 %"
    assert spoken("longest_dark_h", 70.6) == "71 h"
    assert spoken("slope_deg", 4.04) == "4.0 deg"
