"""Keys at the top that are given in place of a file's."""

from __future__ import annotations

import tomllib

import pytest

from moonstation.core.errors import ScenarioError
from moonstation.scenario.reading import load_scenario


def test_parts_of_a_loaded_scenario_are_refused_in_words_and_the_data_that_they_stand_for_is_taken():
    loaded = load_scenario("first-night")
    with pytest.raises(ScenarioError) as refused:
        load_scenario("first-night", sites=loaded.sites, missions=loaded.missions[:1], policy=loaded.policy)
    told = [str(fault) for fault in refused.value.faults]
    assert [line.partition(":")[0] for line in told] == [
        "sites.landing-place, given in place of the file's",
        "missions[0], given in place of the file's",
        "policy, given in place of the file's",
    ]
    assert all(": is an object; give tables, lists, numbers and texts as the file has them" in line for line in told)
    given = tomllib.loads(loaded.text)
    again = load_scenario("first-night", **{key: given[key] for key in ("sites", "missions", "policy")})
    assert again.sites == loaded.sites
