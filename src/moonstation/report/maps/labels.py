"""Names on a map that never cover each other: the largest feature first, each where there is room for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from moonstation.report.maps.frame import Frame

Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels of the picture
_GAP_PX = 4.0


class Named(Protocol):
    """Anything with a name and a middle [deg]; ``diameter_km``, where it has one, says how large it is."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def latitude_deg(self) -> float:
        """Latitude of its middle [deg]."""

    @property
    def longitude_deg(self) -> float:
        """Longitude of its middle [deg]."""


@dataclass(frozen=True)
class Feature:
    """A name on the Moon; ``diameter_km`` is 0 for a point."""

    name: str
    latitude_deg: float
    longitude_deg: float
    diameter_km: float = 0.0


@dataclass(frozen=True)
class Label:
    """A name with its box [px], the point that it speaks of, and whether that point needs a mark."""

    name: str
    box: Box
    point: tuple[float, float]
    marked: bool


@dataclass
class Room:
    """What is taken of a picture already."""

    bounds: Box
    taken: list[Box] = field(default_factory=list)

    def free(self, box: Box) -> bool:
        """Whether a box lies in the picture and touches nothing."""
        left, bottom, right, top = self.bounds
        inside = box[0] >= left and box[1] >= bottom and box[2] <= right and box[3] <= top
        return inside and not any(_touch(box, other) for other in self.taken)

    def take(self, box: Box) -> None:
        """Nothing else may stand there from now on."""
        self.taken.append(box)


def placed(
    features: Sequence[Feature],
    frame: Frame,
    room: Room,
    size_px: Callable[[str], tuple[float, float]],
    most: int = 40,
) -> list[Label]:
    """Labels of the features in a frame, largest first, without those that find no room.

    A name that fits into its feature stands in its middle, any other beside a mark. ``size_px`` is width and height
    of a text; ``room.bounds`` are the pixels onto which the frame is drawn.
    """
    found: list[Label] = []
    for each in sorted(features, key=lambda one: (-one.diameter_km, one.name)):
        if len(found) == most:
            break
        if not bool(frame.holds(each.latitude_deg, each.longitude_deg)):
            continue
        point, radius = _on_picture(each, frame, room.bounds)
        width, height = size_px(each.name)
        for box, marked in _candidates(point, radius, width, height):
            if room.free(box):
                room.take(box)
                if marked:
                    room.take((point[0] - 3, point[1] - 3, point[0] + 3, point[1] + 3))
                found.append(Label(each.name, box, point, marked))
                break
    return found


def _on_picture(feature: Feature, frame: Frame, bounds: Box) -> tuple[tuple[float, float], float]:
    """Middle and radius of a feature in pixels."""
    x, y = (float(value) for value in frame.map_of(feature.latitude_deg, feature.longitude_deg))
    per_m = (bounds[2] - bounds[0]) / frame.size_m[0]
    x0, y0, _, _ = frame.bounds_m
    point = bounds[0] + (x - x0) * per_m, bounds[1] + (y - y0) * per_m
    return point, feature.diameter_km * 500.0 * frame.scale(x, y) * per_m


def _candidates(point: tuple[float, float], radius: float, width: float, height: float) -> Iterator[tuple[Box, bool]]:
    x, y = point
    if 2.0 * radius >= 0.8 * width:
        for shift in (0.0, -0.45, 0.45, -0.75, 0.75):
            yield _box(x, y + shift * radius, width, height), False
        return
    off = 3.0 + _GAP_PX
    yield _box(x + off + width / 2.0, y, width, height), True
    yield _box(x - off - width / 2.0, y, width, height), True
    yield _box(x, y + off + height / 2.0, width, height), True
    yield _box(x, y - off - height / 2.0, width, height), True
    for right in (1, -1):
        for up in (1, -1):
            yield _box(x + right * (off + width / 2.0), y + up * (off + height / 2.0), width, height), True


def _box(x: float, y: float, width: float, height: float) -> Box:
    return x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0


def _touch(one: Box, other: Box) -> bool:
    gap = _GAP_PX / 2.0
    return bool(
        one[0] - gap < other[2] and other[0] - gap < one[2] and one[1] - gap < other[3] and other[1] - gap < one[3]
    )


def spread(positions: Sequence[float], extents: Sequence[float], least_gap: float) -> list[int]:
    """Which of some labels along a side stay, in their order, so that none comes nearer than a gap to one before."""
    kept: list[int] = []
    for index in range(len(positions)):
        if all(
            abs(positions[index] - positions[other]) >= (extents[index] + extents[other]) / 2.0 + least_gap
            for other in kept
        ):
            kept.append(index)
    return kept


def features_of(items: Sequence[Named]) -> list[Feature]:
    """Plain features of anything that has the names' attributes; a missing diameter is a point."""
    return [
        Feature(one.name, one.latitude_deg, one.longitude_deg, float(np.nan_to_num(getattr(one, "diameter_km", 0.0))))
        for one in items
    ]
