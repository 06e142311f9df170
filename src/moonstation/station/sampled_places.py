"""Places seen at a few moments only: what a component compiles to there tells its numbers, at next to no cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.contract import Series, Surroundings
from moonstation.core.time import TimeGrid
from moonstation.facts.usage import recorded
from moonstation.station.model import Asset, Station

#: Moments at which places are sampled. A prime number, so that they fall on all hours and phases of the Moon.
MOMENTS = 211


@dataclass(frozen=True)
class _Sample:
    """A series at the moments; ``shared`` where the place gives the same array whenever it is asked."""

    values: Series
    shared: bool

    def given(self) -> Series:
        return self.values if self.shared else self.values.copy()


class SampledPlaces:
    """The places of a station at ``MOMENTS`` moments spread over its grid.

    A series that assets share stays one array, so that a station compiled here has the columns of the real one. Made
    before the real places are first asked, it hears of all facts on which they stand.
    """

    def __init__(self, station: Station, place_of: Callable[[Asset], Surroundings]) -> None:
        grid = station.grid
        count = min(MOMENTS, grid.count)
        self.moments: NDArray[np.int64] = np.linspace(0, grid.count - 1, count).astype(np.int64)
        self.grid = TimeGrid(grid.start, grid.step_s, count)
        self.facts: set[str] = set()  # on which the series stand that were asked for so far
        self._originals: dict[int, tuple[Series, Series]] = {}  # kept alive, so that no other array gets its number
        self._place_of = place_of
        self._places: dict[tuple[str, Any], SampledPlace] = {}

    def of_asset(self, asset: Asset) -> Surroundings:
        """Surroundings of one asset at the moments."""
        key = (asset.node, asset.start)
        if key not in self._places:
            self._places[key] = SampledPlace(self, self._place_of(asset))
        return self._places[key]

    def station(self, station: Station) -> Station:
        """The station on the short grid; its calendar means nothing there."""
        return replace(station, grid=self.grid)

    def sample(self, ask: Callable[[], Series]) -> _Sample:
        """What ``ask`` gives, at the moments."""
        with recorded() as keys:
            first, second = ask(), ask()
        self.facts |= keys
        if first is not second:
            return _Sample(first[self.moments], shared=False)
        _, values = self._originals.setdefault(id(first), (first, first[self.moments]))
        return _Sample(values, shared=True)


class SampledPlace:
    """``Surroundings`` of one asset at a few moments; whatever the real place gives or refuses, it does too."""

    def __init__(self, places: SampledPlaces, real: Surroundings) -> None:
        self.grid = places.grid
        self.node = real.node
        self._places = places
        self._real = real
        self._known: dict[tuple[Any, ...], _Sample] = {}

    def __getattr__(self, name: str) -> Callable[..., Series]:
        """The method of that name of the real place, sampled."""
        method = getattr(self._real, name)

        def sampled(*args: Any, **kwargs: Any) -> Series:
            key = (name, args, tuple(kwargs.items()))
            if key not in self._known:
                self._known[key] = self._places.sample(lambda: method(*args, **kwargs))
            return self._known[key].given()

        return sampled
