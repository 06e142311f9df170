"""The cold coil against test points of the station's (see README)."""

import csv

import numpy as np
import pytest

from moonstation.components.life_support.cooling_coil import Streams, pass_coil, station_coil
from moonstation.facts.table import lookup

pytestmark = pytest.mark.shared
ZERO_C = 273.15


@pytest.fixture(scope="module")
def points(shared_data):
    with (shared_data / "life_support" / "ccaa_protoflight.csv").open(encoding="utf-8") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def errors(point):
    """Model less measurement: air [K], coolant [K], condensate [kg/h]."""
    into = Streams(
        air_k=point["air_in_C"] + ZERO_C,
        dew_point_k=point["dew_point_C"] + ZERO_C,
        coolant_k=point["coolant_in_C"] + ZERO_C,
        air_m3_s=point["air_flow_m3_s"],
        coolant_kg_s=point["coolant_flow_kg_s"],
        through=lookup("ccaa.through_at_40_deg").value if point["tccv_angle_deg"] > 20 else 1.0,
    )
    out = pass_coil(station_coil(), into)
    return (
        out.air_k - point["measured_air_out_K"],
        out.coolant_k - point["measured_coolant_out_K"],
        out.condensate_kg_h - point["measured_condensate_kg_h"],
    )


def test_the_points_that_nothing_was_fitted_to(points):
    judged = np.array([errors(point) for point in points[1::2]])
    print("air [K], coolant [K], condensate [kg/h] at points 2, 4, 6:", judged.round(2).tolist())
    assert np.abs(judged[:, 0]).max() <= 0.3
    assert np.abs(judged[:, 1]).max() <= 1.0
    assert np.abs(judged[1:, 2]).max() <= 0.15
    assert abs(judged[0, 2]) <= 0.6


def test_the_points_of_the_fit(points):
    fitted = np.array([errors(point) for point in points[::2]])
    assert np.abs(fitted).max(axis=0) == pytest.approx([0.48, 1.03, 0.33], abs=0.03)
