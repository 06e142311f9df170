"""What the three calls of the package refuse in words, as their verbs do."""

from __future__ import annotations

import pytest

import moonstation as ms
from moonstation.core.errors import RangeError, ScenarioError
from moonstation.scenario.reading import load_scenario
from moonstation.studies.running import Workers


def test_what_only_many_lives_have_is_refused_where_one_is_asked_for():
    asked = {"seed": 0, "series": ["charge_kwh@rover"], "workers": Workers(1), "failures": True}
    with pytest.raises(RangeError) as refused:
        ms.simulate("first-night", **asked)
    assert [fault.where for fault in refused.value.faults] == ["seed", "series", "workers", "failures"]
    assert "is for many lives; got 0; say how many lives with members" in str(refused.value)


def test_one_life_takes_what_is_true_of_it_and_tells_its_stages():
    told: list[tuple[str, float, float]] = []
    run = ms.simulate("first-night", step="1h", failures=False, series=[], progress=lambda *given: told.append(given))
    assert run.summary["verdict"] == "lives"
    assert told[0] == ("reading the scenario", 0.0, 0.0)


def test_a_parameter_that_is_none_is_told():
    with pytest.raises(TypeError, match="no parameter sede"):
        ms.simulate("first-night", sede=1)


def test_one_pair_is_too_few_to_compare():
    with pytest.raises(RangeError, match="members: is too few to tell a difference; got 1; allowed: 2 or more"):
        ms.compare("first-night", "first-night", members=1)


def test_refusals_name_the_arguments_of_python():
    with pytest.raises(RangeError) as refused:
        ms.simulate("first-night", members=0, seed=-1, series="charge_kwh@rover", workers=Workers(0))
    assert [fault.where for fault in refused.value.faults] == ["members", "seed", "threads", "series"]
    with pytest.raises(RangeError) as refused:
        ms.campaign("first-night", look_days=0.0, units=["rover"], one_of_each=True)
    assert [fault.where for fault in refused.value.faults] == ["look_days", "one_of_each"]
    assert "--" not in str(refused.value)
    with pytest.raises(ScenarioError, match=r"^step: is outside its range"):
        ms.study(load_scenario("first-night", step="2d"))
