"""Parts of a cell's voltage against measured cells (see README)."""

import csv
from collections import defaultdict

import numpy as np
import pytest

from moonstation.components.life_support.pem_cell import kinetic_v, ohmic_v, transport_v

pytestmark = pytest.mark.shared

#: Curves that nothing was fitted to.
JUDGED = ("1bar", "10bar", "40°C", "50°C", "60°C")
FITTED = ("30°C", "70°C", "100bar")
LEAST, MOST = 0.05, 2.5  # A/cm2
PARTS = ("kinetic", "ohmic", "mass_transport")


@pytest.fixture(scope="module")
def curves(shared_data):
    """By curve and part: temperature [K], pressure [bar], current density [A/cm2], overpotential [V]."""
    found = defaultdict(list)
    with (shared_data / "life_support" / "pem_electrolyser_overpotential.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            current = float(row["current_density_A_cm2"])
            if LEAST <= current <= MOST:
                values = float(row["temp_c"]) + 273.15, float(row["pressure_bar"]), current
                found[row["sheet"], row["component"]].append((*values, float(row["overpotential_V"])))
    return {key: np.array(sorted(rows, key=lambda row: row[2])) for key, rows in found.items()}


def modelled_v(part, kelvin, bar, current):
    if part == "kinetic":
        return kinetic_v(current, kelvin, bar)
    return {"ohmic": ohmic_v, "mass_transport": transport_v}[part](current, kelvin)


def rests_v(curves, sheets, part):
    rows = np.vstack([curves[sheet, part] for sheet in sheets])
    return modelled_v(part, *rows.T[:3]) - rows[:, 3]


@pytest.mark.parametrize(
    ("part", "median_mv", "p95_mv"), [("kinetic", 6, 12), ("ohmic", 10, 30), ("mass_transport", 12, 35)]
)
def test_each_part_of_the_voltage(curves, part, median_mv, p95_mv):
    rests = rests_v(curves, JUDGED, part)
    median, p95 = 1e3 * np.quantile(np.abs(rests), [0.5, 0.95])
    print(
        f"{part}: median {median:.0f} mV, P95 {p95:.0f} mV, bias {1e3 * rests.mean():+.0f} mV over {rests.size} points"
    )
    assert median <= median_mv
    assert p95 <= p95_mv


def test_the_sum_of_the_parts(curves):
    rests = []
    for sheet in JUDGED:
        currents = curves[sheet, "kinetic"][:, 2]
        kelvin, bar = curves[sheet, "kinetic"][0, :2]
        inside = [(curves[sheet, part][[0, -1], 2]) for part in PARTS]
        low, high = max(pair[0] for pair in inside), min(pair[1] for pair in inside)
        currents = currents[(currents >= low) & (currents <= high)]
        measured = sum(np.interp(currents, *curves[sheet, part].T[2:]) for part in PARTS)
        rests.append(sum(modelled_v(part, kelvin, bar, currents) for part in PARTS) - measured)
    median, p95 = 1e3 * np.quantile(np.abs(np.concatenate(rests)), [0.5, 0.95])
    print(f"sum: median {median:.0f} mV, P95 {p95:.0f} mV")
    assert median <= 15
    assert p95 <= 45
