"""Mean sunlight of polar blocks against the map that the LOLA team made; run it for the whole table:

    python tests/truth/lola_illumination/compare.py ../shared/data

It prints the agreement of the disc fraction and of "any part of the disc" and takes about a quarter of an hour.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from moonstation.core.time import TimeGrid
from moonstation.moon.dem import Dem, open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.illumination import sun_disc_fraction
from moonstation.sky.apparent import apparent_directions_on_grid

RADIUS_M = 1_737_400.0
APART_M = 360.0  # of the 3 x 3 points of a block
REACH_KM = 220.0
AZIMUTHS = 360
ALL_POINTS = tuple(range(9))
QUINCUNX = (0, 2, 4, 6, 8)
#: One turn of the Moon's node, in steps that drift through the lunar day.
GRID = TimeGrid.between("2026-01-01", "2044-08-08", "8h")


@dataclass(frozen=True)
class Block:
    """Centre of a block [deg], its mean visibility by the LOLA map [%] and what we find: disc and any part [%]."""

    lat_deg: float
    lon_deg: float
    lola_pct: float
    disc_pct: float
    any_pct: float


@dataclass(frozen=True)
class Agreement:
    """How ours agrees with the map: correlation [-], bias, rms and quantiles of the absolute error [points]."""

    count: int
    correlation: float
    bias: float
    rms: float
    median: float
    p90: float
    p99: float


def compare(
    shared: Path, rows: slice = slice(None), azimuths: int = AZIMUTHS, chosen: tuple[int, ...] = ALL_POINTS
) -> Iterator[Block]:
    """Our light at ``rows`` of the table: sky-lines of so many ``azimuths`` at the ``chosen`` points of each block."""
    dem = open_dem(shared / "terrain" / "moon_south_75S_400m.tif")
    with (shared / "illumination" / "lola_avgvisib_blocks.csv").open() as file:
        table = list(csv.DictReader(file))[rows]
    for row in table:
        lat, lon = float(row["lat_deg"]), float(row["lon_deg"])
        places = list(points(lat, lon))
        disc, part = np.mean([light(dem, *places[i], azimuths) for i in chosen], axis=0)
        yield Block(lat, lon, float(row["mean_illum_pct"]), 100.0 * disc, 100.0 * part)


def points(lat_deg: float, lon_deg: float) -> Iterator[tuple[float, float]]:
    """Latitude and longitude [deg] of the 3 x 3 points of a block, laid out on the polar stereographic plane."""
    rho = 2.0 * RADIUS_M * np.tan(np.radians(90.0 + lat_deg) / 2.0)
    x, y = rho * np.sin(np.radians(lon_deg)), rho * np.cos(np.radians(lon_deg))
    for dx in (-APART_M, 0.0, APART_M):
        for dy in (-APART_M, 0.0, APART_M):
            lat = np.degrees(2.0 * np.arctan(np.hypot(x + dx, y + dy) / (2.0 * RADIUS_M))) - 90.0
            yield float(lat), float(np.degrees(np.arctan2(x + dx, y + dy)))


def light(dem: Dem, lat_deg: float, lon_deg: float, azimuths: int = AZIMUTHS) -> tuple[float, float]:
    """Mean visible fraction of the solar disc, and share of time with any part of it, on the ground of a place [-]."""
    horizon = compute_horizon([dem], lat_deg, lon_deg, 0.0, azimuths, REACH_KM)
    fraction = sun_disc_fraction(horizon, apparent_directions_on_grid(lat_deg, lon_deg, GRID, "sun"))
    return float(fraction.mean()), float(np.mean(fraction > 0))


def agreement(ours_pct: np.ndarray, lola_pct: np.ndarray) -> Agreement:
    """Statistics of ours less the map's."""
    error = ours_pct - lola_pct
    quantiles = np.quantile(np.abs(error), (0.5, 0.9, 0.99))
    correlation = np.corrcoef(ours_pct, lola_pct)[0, 1]
    rms = np.sqrt(np.mean(error**2))
    return Agreement(error.size, float(correlation), float(error.mean()), float(rms), *map(float, quantiles))


def main(shared: Path) -> None:
    """Print the agreement over the whole table."""
    blocks = list(compare(shared))
    lola = np.array([block.lola_pct for block in blocks])
    sys.stdout.write(f"disc fraction: {agreement(np.array([block.disc_pct for block in blocks]), lola)}\n")
    sys.stdout.write(f"any part:      {agreement(np.array([block.any_pct for block in blocks]), lola)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
