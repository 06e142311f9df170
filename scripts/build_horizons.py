"""Rebuild the shipped sky-lines of the named places from an elevation model of the lunar south pole.

Usage: python scripts/build_horizons.py [DEM]      (default ../shared/data/terrain/moon_south_75S_400m.tif)
"""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from moonstation.moon.dem import open_dem
from moonstation.moon.horizon import compute_horizon
from moonstation.moon.places import SHIPPED_HEIGHTS_M, named_places, table_name

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_DEM = ROOT.parent / "shared" / "data" / "terrain" / "moon_south_75S_400m.tif"
TABLES = ROOT / "src" / "moonstation" / "moon" / "horizons"
NOTES = {
    "dem_origin": "64 px/deg tiles of jaanga/moon (MIT): LROC WAC GLD100 with LOLA at the poles (NASA/GSFC/ASU)",
    "dem_true_resolution_m": "474",
    "honest_limit": "The far sky-line is right; peaks, slopes and shadows finer than about 0.5 km are not in it. "
    "Do not use for landing or for a mast's exact light.",
}


def main() -> None:
    dem = open_dem(sys.argv[1] if len(sys.argv) > 1 else DEFAULT_DEM)
    TABLES.mkdir(exist_ok=True)
    for place in named_places().values():
        for height_m in SHIPPED_HEIGHTS_M:
            horizon = compute_horizon([dem], place.latitude_deg, place.longitude_deg, height_m)
            provenance = {"place": place.name, **horizon.provenance, **NOTES}
            path = TABLES / table_name(place.name, height_m)
            dataclasses.replace(horizon, provenance=provenance).to_csv(path)
            print(f"{path.name}: {horizon.elevation_deg.min():.2f}..{horizon.elevation_deg.max():.2f} deg")


if __name__ == "__main__":
    main()
