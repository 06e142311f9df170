"""What of a station could be lost, and that what never comes is no survival."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from build import asset, at_hour, station

from moonstation.components.contract import Interlock, Process, Store
from moonstation.components.life_support.crew import Crew
from moonstation.moon.horizon import Horizon
from moonstation.station.assessment import Assessment, assess
from moonstation.station.go import GoRule, Landing, Wants
from moonstation.station.model import Asset, SurfaceSite
from moonstation.station.simulate import simulate
from moonstation.station.survival import Loss
from policies import LENIENT

HOURS = 48.0
FLAT = Horizon.flat(-89.0, 0.0, 2.0)
NEVER = GoRule("charge", Wants(charge_share=0.5), 6.0, 1.0, None, 0.0)


def judged(*assets: Asset, landings: tuple[Landing, ...] = ()) -> Assessment:
    built = station(*assets, hours=HOURS, policy=LENIENT, step_s=3600.0)
    sites = {name: SurfaceSite(name, -89.0, 0.0, 2.0, FLAT, FLAT) for name in ("ridge", "crater")}
    return assess(simulate(replace(built, sites=sites, main_site="ridge", landings=landings)))


def load(priority: int = 0, **more) -> Asset:
    return asset("load", Process("p", {"electricity": -1.0}, priority=priority), **more)


def source(**more) -> Asset:
    return asset("source", Process("p", {"electricity": 2.0}, limit=2.0), **more)


def link(series=None, **more) -> Asset:
    return asset("link", Process("p", {"data": -1.0, "data@earth": 1.0}, limit=2.0, series=series), **more)


def cabin(**more) -> Asset:
    return asset("cabin", capability={"cabin_crew": 2.0}, **more)


def test_what_of_a_station_could_be_lost_is_known_from_its_plan():
    opens = np.repeat([0.0, 1.0], int(HOURS) // 2).astype(np.float32)
    found = judged(source(), load(start=at_hour(3.0)), link(opens, start=at_hour(5.0)), cabin(start=at_hour(7.0)))
    assert found.stakes.due == {"energy": 3, "communication": 24, "life_support": 7}
    assert not found.stakes.nothing
    assert found.stakes.why_not_judged == ""


@pytest.mark.parametrize(
    "assets",
    [
        (),
        (source(),),
        (load(priority=9),),
        (link(np.zeros(int(HOURS), np.float32)),),
        (load(node="crater"),),
        (cabin(end=at_hour(40.0)),),
        (link(np.r_[np.ones(5), np.zeros(43)].astype(np.float32), start=at_hour(6.0)),),
        (link(np.repeat([0.0, 1.0], int(HOURS) // 2).astype(np.float32), end=at_hour(20.0)),),
    ],
    ids=[
        *("nothing", "a source", "no critical load", "no sight", "elsewhere", "a visit", "sight before it comes"),
        "sight after it is gone",
    ],
)
def test_a_station_of_which_nothing_could_be_lost_is_not_judged(assets):
    found = judged(*assets)
    assert found.loss is None
    assert found.stakes.nothing
    assert found.stakes.why_not_judged.startswith("nothing that could be lost ever comes to ridge")


def test_people_anywhere_are_enough_to_judge_by():
    people = Asset("people", Crew(crew_size=1.0), "crater", at_hour(3.0), at_hour(9.0), mission="visit")
    assert judged(people).stakes.why_not_judged == ""


def test_what_comes_too_late_to_be_looked_at_is_not_judged_and_says_so():
    """Of a run of two days the last is looked at."""
    assert judged(source(), load(start=at_hour(24.0))).stakes.why_not_judged == ""
    late = judged(source(), load(start=at_hour(36.0)))
    assert not late.stakes.nothing
    assert late.stakes.why_not_judged == (
        "what could be lost is at ridge for 0.5 days before the end at most, and it is judged by the last 1.0 days"
    )


def test_what_never_lands_for_want_of_a_go_is_lost_from_its_date():
    gated = {"start": at_hour(10.0), "mission": "cargo"}
    landing = Landing("cargo", "ridge", at_hour(10.0), NEVER)
    empty = asset("battery", stores=[Store("b", "electricity", 1.0)])
    assert judged(empty, load(**gated), landings=(landing,)).loss == Loss(10.0, "energy")
    assert judged(empty, cabin(**gated), landings=(landing,)).loss == Loss(10.0, "life_support")
    assert judged(empty, link(**gated), landings=(landing,)).loss == Loss(10.0, "communication")
    charged = asset("battery", stores=[Store("b", "electricity", 100.0, 100.0)])
    assert judged(charged, load(**gated), landings=(landing,)).loss is None, "it has its go"


def test_a_link_that_could_never_run_is_lost_from_its_first_sight_of_the_earth():
    opens = np.repeat([0.0, 1.0], int(HOURS) // 2).astype(np.float32)
    locked = Process("p", {"data": -1.0, "data@earth": 1.0}, series=opens, interlocks=(Interlock("water", 1.0, 2.0),))
    dry = asset("tank", stores=[Store("s", "water", 5.0)])
    assert judged(dry, asset("link", locked)).loss == Loss(24.0, "communication")
