"""The named places that moonstation ships with: where they are, and their sky-lines."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources

import numpy as np

from moonstation.core.errors import Fault, RangeError
from moonstation.facts.table import lookup
from moonstation.facts.usage import MadeWhenAsked, fact_cache
from moonstation.moon.horizon import Horizon, read_horizon
from moonstation.moon.sphere import moon_radius_m

#: Eye and mast heights [m] of the shipped sky-lines.
SHIPPED_HEIGHTS_M = (2.0, 10.0)

_DESCRIPTIONS = {
    "connecting-ridge": ("ridge", "Connecting Ridge, between the craters Shackleton and de Gerlache"),
    "change-7": ("ridge", "ridge near the announced landing region of Chang'e-7, about 88.8 S 123.8 E"),
    "de-gerlache-rim": ("ridge", "rim of the crater de Gerlache"),
    "nobile-rim": ("ridge", "western rim of the crater Nobile"),
    "malapert-massif": ("ridge", "Malapert massif, with the Earth nearly always in view"),
    "shackleton-rim": ("ridge", "rim of the crater Shackleton, nearest to the pole"),
    "mons-mouton": ("ridge", "Mons Mouton, a plateau mountain"),
    "amundsen-rim": ("ridge", "rim of the crater Amundsen"),
    "shackleton-floor": ("cold trap", "floor of the crater Shackleton, in permanent shadow"),
    "haworth-floor": ("cold trap", "floor of the crater Haworth, in permanent shadow"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A named place on the Moon: ``kind`` is 'ridge' (well lit) or 'cold trap' (permanent shadow)."""

    name: str
    latitude_deg: float
    longitude_deg: float
    kind: str
    description: str


@cache
def named_places() -> Mapping[str, Place]:
    """Every shipped place by name."""
    return MadeWhenAsked(_DESCRIPTIONS, _place)


@fact_cache
def _place(name: str) -> Place:
    latitude_deg, longitude_deg = (lookup(f"place.{name}.{angle}").value for angle in ("latitude", "longitude"))
    return Place(name, latitude_deg, longitude_deg, *_DESCRIPTIONS[name])


def place(name: str) -> Place:
    """The place called ``name``; raises RangeError with near names for an unknown one."""
    places = named_places()
    if name in places:
        return places[name]
    near = get_close_matches(name.lower(), places, n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else "or give latitude and longitude"
    raise RangeError(Fault("place", "no such place", name, allowed=", ".join(places), hint=hint))


def nearest_place(lat_deg: float, lon_deg: float) -> tuple[Place, float]:
    """The shipped place nearest to a latitude and longitude [deg], and the arc to it [km]."""
    from moonstation.moon.projection import unit_vectors

    here = unit_vectors(lat_deg, lon_deg)

    def away_km(known: Place) -> float:
        chord = np.linalg.norm(unit_vectors(known.latitude_deg, known.longitude_deg) - here)
        return 2.0 * math.asin(min(0.5 * float(chord), 1.0)) * moon_radius_m() / 1e3

    nearest = min(named_places().values(), key=away_km)
    return nearest, away_km(nearest)


@fact_cache
def shipped_horizon(name: str, height_m: float) -> Horizon:
    """The shipped sky-line of a named place; raises RangeError that lists what is shipped."""
    known = place(name)
    if height_m not in SHIPPED_HEIGHTS_M:
        where = f"horizon of {name}"
        shipped = " and ".join(f"{height:g} m" for height in SHIPPED_HEIGHTS_M)
        if height_m < 0.0:
            raise RangeError(Fault(where, "the eye would be under the ground", height_m, "m", shipped))
        hint = "compute this height from an elevation model: moonstation horizon --dem FILE"
        raise RangeError(Fault(where, "height not shipped", height_m, "m", shipped, hint))
    table = resources.files("moonstation.moon") / "horizons" / table_name(known.name, height_m)
    return read_horizon(table.read_bytes(), table.name)


def table_name(name: str, height_m: float) -> str:
    """File name of a shipped sky-line."""
    return f"{name}_{height_m:g}m.csv.gz"
