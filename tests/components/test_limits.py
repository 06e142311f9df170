"""Limits in the wrong order are refused with both numbers, before anything runs."""

from __future__ import annotations

import pytest

from moonstation.components.registry import components
from moonstation.core.errors import RangeError

DISORDER = [
    ("battery", {"heater_setpoint_k": 275.0, "survive_min_k": 276.0}, ["survive_min_k"]),
    ("electronics_box", {"switch_closed_k": 400.0, "switch_open_k": 200.0}, ["switch_closed_k"]),
    (
        "electronics_box",
        {"work_min_k": 300.0, "work_max_k": 290.0, "survive_min_k": 300.0},
        ["work_min_k", "survive_min_k"],
    ),
    ("radiator_loop", {"bypass_closed_k": 310.0, "bypass_open_k": 310.0}, ["bypass_closed_k"]),
    (
        "radiator_loop",
        {"work_min_k": 292.0, "comfort_max_k": 310.0, "work_max_k": 305.0},
        ["work_min_k", "comfort_max_k"],
    ),
    ("radiator_loop", {"survive_min_k": 290.0, "heater_setpoint_k": 280.0}, ["survive_min_k"]),
    ("urine_processor", {"start_above": 0.1, "stop_below": 0.9}, ["stop_below"]),
]


@pytest.mark.parametrize(("kind", "given", "told"), DISORDER)
def test_limits_in_the_wrong_order_are_told(kind, given, told):
    cls = components()[kind]
    with pytest.raises(RangeError, match="must be below") as refused:
        cls(**{**cls.example, **given})
    assert [fault.where for fault in refused.value.faults] == told
    assert all("-" not in fault.unit for fault in refused.value.faults)
    assert all(fault.value == given[fault.where] for fault in refused.value.faults)
