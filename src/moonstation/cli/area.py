"""Options --bounds, --around and --size: the part of the finest elevation model that a map covers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moonstation.core.errors import Fault
    from moonstation.moon.area import MapArea
    from moonstation.moon.dem import Dem

#: What --bounds, --around and --size gave.
Where = tuple[tuple[float, float, float, float] | None, tuple[float, float] | None, float | None]


def where_faults(where: Where) -> list[Fault]:
    """What does not go together, and bounds that are no box."""
    from dataclasses import replace

    from moonstation.core.errors import Fault
    from moonstation.moon.area import box_faults

    bounds, around, size = where
    found = []
    if bounds is not None and (around is not None or size is not None):
        found.append(Fault("--bounds", "stands beside --around or --size", hint="give one of them"))
    if (around is None) != (size is None):
        missing = "--size" if size is None else "--around"
        found.append(Fault(missing, "is missing", hint="--around LAT LON and --size KM go together"))
    if bounds is not None:
        found += [replace(fault, where="--bounds") for fault in box_faults(bounds)]
    return found


def area_asked(dems: Sequence[Dem], where: Where) -> MapArea:
    """The area, on the finest of the models; whole where nothing was given. Raises RangeError or TerrainError."""
    from moonstation.cli.faults import by_option
    from moonstation.moon.area import area_around, area_of

    bounds, around, size = where
    finest = min(dems, key=lambda dem: dem.posting_m)
    with by_option(area_options(where)):
        return area_around(finest, *around, size) if around and size is not None else area_of(finest, bounds)


def area_options(where: Where) -> dict[str, str]:
    """By which option a person gave what faults of an area name; the model where the area is the whole of it."""
    bounds, around, _ = where
    largest = "--bounds" if bounds is not None else "--size" if around is not None else "--dem"
    place = {"latitude_deg": "--around", "longitude_deg": "--around", "size_km": "--size", "bounds": "--bounds"}
    return {**place, "area": largest, "map": largest}
