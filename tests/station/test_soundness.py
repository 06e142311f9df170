"""A station made by hand is held to what components may be, as one from a scenario is: all faults at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
from build import Thing, asset, station

from moonstation.components.contract import Process, Store, ThermalNode
from moonstation.components.failure_modes import FailureMode
from moonstation.components.registry import components
from moonstation.core.errors import ScenarioError
from moonstation.facts.usage import recorded
from moonstation.moon.horizon import Horizon
from moonstation.station.model import SurfaceSite
from moonstation.station.simulate import simulate
from policies import LENIENT

STEPS = 12
FLAT = Horizon.flat(-89.0, 0.0, 2.0)
RIDGE = SurfaceSite("ridge", -89.0, 0.0, 2.0, FLAT, FLAT)
SOUND = asset("lamp", Process("p", {"electricity": -1.0}, limit=1.0))


def by_hand(*assets):
    built = station(*assets, hours=2.0, policy=LENIENT)
    return replace(built, sites={"ridge": RIDGE}, main_site="ridge")


def faults(*assets) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        simulate(by_hand(SOUND, *assets))
    return [str(fault) for fault in caught.value.faults]


def test_a_sound_station_made_by_hand_runs():
    assert len(simulate(by_hand(SOUND)).time) == 2


def test_what_is_looked_up_for_the_judgement_is_no_fact_of_the_run():
    unit = replace(SOUND, name="cell", component=components()["battery"](capacity_kwh=20.0))
    with recorded() as keys:
        simulate(by_hand(SOUND, unit))
    assert not [key for key in keys if key.startswith("failure.")]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            asset("spring", Process("p", {"oxygen": 1.0})),
            ("its mass does not close", "1 kg of oxygen", "boundary=True"),
        ),
        (asset("spring", Process("p", {"wine": -1.0})), ("unknown quantity on a bus", "'wine'")),
        (asset("cell", stores=[Store("s", "electricity", 5.0, 6.0)]), ("start is more than it holds", "0 to 5 kWh")),
        (
            asset("lamp 2", Process("p", {"electricity": -1.0}, series=np.full(STEPS, np.nan, np.float32))),
            ("series has values that are negative or no number",),
        ),
        (
            asset("lamp 2", Process("p", {"electricity": -1.0}, series=np.ones(STEPS + 1, np.float32))),
            ("series has the shape (13,)", "as the time grid"),
        ),
        (asset("body", nodes=[ThermalNode("body", -1.0, 280.0)]), ("heat_capacity_j_k is outside its range", "over 0")),
        (asset("loop", Process("p", {"electricity": -1.0}, drives="body")), ("no such thermal node", "'body'")),
        (asset("loop", Process("p", {}, drive_share=1.5)), ("drive_share is outside its range", "0 to 1")),
    ],
)
def test_what_cannot_be_is_refused_at_its_asset(wrong, words):
    (told,) = faults(wrong)
    assert told.startswith(f'asset "{wrong.name}": ')
    assert all(word in told for word in words), told


def test_all_faults_of_all_assets_come_at_once():
    told = faults(
        asset("spring", Process("p", {"water": 1.0})), asset("cell", stores=[Store("s", "electricity", -5.0)])
    )
    assert [fault.split(":")[0] for fault in told][0] == 'asset "spring"'
    assert any(fault.startswith('asset "cell"') for fault in told)


@dataclass(frozen=True)
class Fragile(Thing):
    failures: ClassVar = (FailureMode("lens", "breaks", affects=("lens",)),)


def test_failures_of_what_is_not_there_are_refused():
    lamp = replace(SOUND, name="fragile", component=Fragile(SOUND.component.processes))
    told = faults(lamp)
    assert any("affects what is not there" in fault for fault in told), told
