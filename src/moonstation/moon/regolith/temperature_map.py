"""Temperatures of every pixel of a map through a year of seasons, and how deep ice would last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError, TerrainError
from moonstation.core.time import DAY_S, HOUR_S, TimeGrid, iso_utc, parse_utc
from moonstation.facts.table import lookup
from moonstation.moon.area import MapArea
from moonstation.moon.illumination import sun_radius_deg
from moonstation.moon.regolith.albedo import diffuse_albedo, rough_albedo
from moonstation.moon.regolith.cells import FACETS, blend
from moonstation.moon.regolith.exchange import (
    LANES,
    Lie,
    Lights,
    SunRays,
    Surfaces,
    direct_light,
    note_extremes,
    send,
    step_surfaces,
)
from moonstation.moon.regolith.ground import Ground, lunar_ground
from moonstation.moon.regolith.ice import ice_loss_kg_m2_s, ice_stable_depth_m
from moonstation.moon.regolith.scene import Scene, around_faults, scene_of
from moonstation.moon.regolith.spin_up import first_guess, settled
from moonstation.moon.regolith.views import SIDES
from moonstation.moon.regolith.workers import Workers
from moonstation.sky.apparent import AU_KM, body_vectors_moon_me_km

if TYPE_CHECKING:
    from moonstation.moon.dem import Dem
    from moonstation.sky.ephemeris import Ephemeris

FloatArray = NDArray[np.float64]
Floats = NDArray[np.float32]

STEP_H = 4.0
#: Side of a tile [pixels]: a larger map is made tile by tile, each with the terrain around it; 3 kB of memory a pixel.
TILE_PX = 300
#: Most pixels of a map: most of a day of one core, and a third of a gigabyte for the layers.
MOST_PIXELS = 20_000_000
_S_PER_PIXEL = 3e-3  # of one core, for the words on maps that are too large
AROUND_KM = 20.0
_COARSER = 3  # steps of the spin-up are as many times as long
_MOMENTS = 2  # of a step at which the Sun is looked at
_AT_ONCE = 16  # steps whose direct light is kept
_SETTLED_K = 0.1  # near 110 K, 5 % of the loss of ice
_MOST_REPETITIONS = 12
_LOSS_PER_K = 4.0
_HOTTEST_K = 500.0
_LAYERS = ("temperature_max_k", "temperature_mean_k", "temperature_min_k", "ice_stable_depth_m")


@dataclass(frozen=True, eq=False)
class TemperatureMap:
    """Temperatures of the surface over a year of seasons, rasters of the area's shape, NaN without ground.

    temperature_max_k, temperature_mean_k, temperature_min_k : [K]
    ice_stable_depth_m : depth at which ice would outlast a billion years [m], 0 in the open, NaN nowhere in the column
    notes : what made it, in texts
    """

    area: MapArea
    temperature_max_k: Floats
    temperature_mean_k: Floats
    temperature_min_k: Floats
    ice_stable_depth_m: Floats
    notes: dict[str, str]


def temperature_map(  # noqa: PLR0913, PLR0917 (what, when, how finely)
    dems: Sequence[Dem],
    area: MapArea,
    start: str | datetime = "2030-01-01",
    step_h: float = STEP_H,
    around_km: float = AROUND_KM,
    reach_km: float | None = None,
    threads: int | None = None,
    tell: Callable[[float, str], None] = lambda share, what: None,
    ephemeris: Ephemeris | None = None,
) -> TemperatureMap:
    """Temperatures of the pixels of an area over one year of seasons from ``start``.

    Parameters
    ----------
    dems : elevation models, nested
    area : the pixels
    start : first moment, UTC
    step_h : step [h]
    around_km : how far beyond the area the terrain is followed that shines on it [km]
    reach_km : of the sky-lines [km], as in ``sky_lines``
    threads : all cores by default
    tell : is called with the share that is done and with what is being done
    ephemeris : the kernels; the shipped ones by default

    Raises RangeError for numbers out of range and a year outside the kernels, TerrainError where there is no ground.
    """
    from moonstation.sky.ephemeris import Ephemeris

    refuse_numbers(area, step_h, around_km)
    kernels = ephemeris or Ephemeris.default()
    begin = parse_utc(start) if isinstance(start, str) else start
    year, coarse = (_year(begin, hours, kernels) for hours in (step_h, _COARSER * step_h))
    made, settled_so = _of_tiles(dems, area, (year, coarse), (around_km, reach_km, threads), tell)
    notes = {
        "period_start": iso_utc(begin),
        "period_end": iso_utc(year.end),
        "step_h": f"{step_h:g}",
        "terrain_around_km": f"{around_km:g}",
        "spin_up": f"at most {settled_so.repetitions} repetitions; the last changed no mean by more than "
        f"{settled_so.changed_k:.2f} K",
    }
    return TemperatureMap(area, **made, notes=notes)


def refuse_numbers(area: MapArea | None, step_h: float, around_km: float) -> None:
    """Raise RangeError with all that keeps a map from being made within reason; no area where that is not known yet."""
    faults = around_faults(around_km)
    pixels = area.shape[0] * area.shape[1] if area else 0
    if pixels > MOST_PIXELS:
        hours = pixels * _S_PER_PIXEL / 3600.0
        hint = f"about {hours:,.0f} hours of one core: take a part of it, or a coarser elevation model"
        faults.append(Fault("map", "has too many pixels", pixels, "", f"at most {MOST_PIXELS:,}", hint))
    if not 0.25 <= step_h <= 24.0:
        faults.append(Fault("step_h", "out of range", step_h, "h", "0.25 to 24"))
    if faults:
        raise RangeError(faults)


def _of_tiles(
    dems: Sequence[Dem],
    area: MapArea,
    grids: tuple[TimeGrid, TimeGrid],
    terrain: tuple[float, float | None, int | None],
    tell: Callable[[float, str], None],
) -> tuple[dict[str, Floats], _Settled]:
    """The layers, and the worst of how columns settled; raises TerrainError where no tile has ground."""
    tiles = area.tiles(TILE_PX)
    made: dict[str, Floats] = {name: np.full(area.shape, np.nan, np.float32) for name in _LAYERS}
    settled_so, empty = _Settled(0, 0.0), []
    for number, tile in enumerate(tiles):

        def part(share: float, what: str, number: int = number) -> None:
            tell((number + share) / len(tiles), what)

        try:
            layers, so = _tile(dems, area.part(*tile), grids, terrain, part)
        except TerrainError as error:  # of a large map, some tiles may have no ground
            empty.append(error)
            continue
        settled_so = _Settled(max(settled_so.repetitions, so.repetitions), max(settled_so.changed_k, so.changed_k))
        for name, values in layers.items():
            made[name][tile] = values
    if len(empty) == len(tiles):
        raise empty[0]
    return made, settled_so


class _Settled(NamedTuple):
    """How the columns settled: repetitions, and the largest change of a mean by the last [K]."""

    repetitions: int
    changed_k: float


def _tile(
    dems: Sequence[Dem],
    area: MapArea,
    grids: tuple[TimeGrid, TimeGrid],
    terrain: tuple[float, float | None, int | None],
    tell: Callable[[float, str], None],
) -> tuple[dict[str, Floats], _Settled]:
    """The layers of one tile, and how its columns settled."""
    year, coarse = grids
    around_km, reach_km, threads = terrain
    tell(0.0, "sky-lines")
    with Workers(threads) as workers:
        scene = scene_of(dems, area, around_km, reach_km, workers)
        pixels = _Pixels(scene, lunar_ground(), workers)
        settled_so = pixels.settle(coarse, lambda share: tell(0.1 + 0.6 * share, "deep ground"))
        extremes, lost = pixels.year(year, lambda share: tell(0.7 + 0.3 * share, "year of seasons"))
    depth_m = np.concatenate([[0.0], pixels.ground.depth_m])
    of_nodes = (extremes[1], extremes[2], extremes[0], ice_stable_depth_m(lost, depth_m))
    return {name: scene.on_map(values) for name, values in zip(_LAYERS, of_nodes, strict=True)}, settled_so


class _Pixels:
    """The columns under the patches of a scene, carried through time."""

    def __init__(self, scene: Scene, ground: Ground, workers: Workers) -> None:
        self.scene, self.ground, self.workers = scene, ground, workers
        count = scene.patches.count
        blocks, lights = -(-count // LANES), SIDES * scene.count + len(scene.blends.share)
        self.state = Surfaces(
            np.full((blocks, len(ground.thick_m), LANES), 100.0),
            np.full((blocks, LANES), 100.0),
            *(np.zeros(shape, np.float32) for shape in (count, count, (lights, 2))),
        )
        cosines = np.linspace(0.0, 1.0, 201)
        self.albedo = rough_albedo(np.degrees(np.arcsin(cosines)))

    def settle(self, grid: TimeGrid, tell: Callable[[float], None]) -> _Settled:
        """Bring the columns into the rhythm of a year."""
        done = 0

        def march(layers_k: FloatArray, skin_k: FloatArray, sums: FloatArray) -> None:
            nonlocal done
            self._put(layers_k, skin_k)
            blocked = np.zeros((len(self.state.layers), *sums.shape[:2], LANES))
            self._run(grid, blocked, lambda: None, lambda share: tell((done + share) / _MOST_REPETITIONS))
            done += 1
            sums[:] = np.moveaxis(blocked, 0, -2).reshape(*sums.shape[:2], -1)[..., : self.scene.patches.count]
            layers_k[:], skin_k[:] = self._taken()

        mean_w_m2, fourth_root = self._means(grid)
        guess = first_guess(mean_w_m2, fourth_root, self.ground)
        columns = settled(march, guess, grid.count, self.ground, _SETTLED_K, _MOST_REPETITIONS)
        self._put(columns.layers_k, columns.skin_k)
        return _Settled(columns.repetitions, float(columns.changed_k.max()))

    def year(self, grid: TimeGrid, tell: Callable[[float], None]) -> tuple[FloatArray, FloatArray]:
        """Least, greatest, mean temperature of the map's pixels [K], mean loss of bare ice [kg/m2/s] at all depths."""
        pixels = self.scene.pixels
        extremes = np.zeros((3, pixels))
        extremes[0] = np.inf
        lost = np.zeros((len(self.ground.thick_m) + 1, pixels))
        loss = ice_loss_kg_m2_s(np.arange(int(_HOTTEST_K * _LOSS_PER_K) + 1) / _LOSS_PER_K)

        def note() -> None:
            self.workers.share(
                -(-pixels // LANES),
                lambda part: note_extremes(part, self.state, loss, _LOSS_PER_K, extremes, lost),
            )

        self._run(grid, np.empty((0, 0, 0, 0)), note, tell)
        extremes[2] /= grid.count
        return extremes, lost / grid.count

    def _run(self, grid: TimeGrid, sums: FloatArray, after: Callable[[], None], tell: Callable[[float], None]) -> None:
        """Carry the patches through a time grid."""
        for first in range(0, grid.count, _AT_ONCE):
            lights = self._direct(grid, first)
            for direct in lights:
                self._step(direct, grid.step_s, sums)
                after()
            tell((first + len(lights)) / grid.count)

    def _step(self, direct: Lights, step_s: float, sums: FloatArray) -> None:
        state, patch = self.state, self.scene.patches.of
        views = self.scene.first, self.scene.hit, self.scene.weight
        albedo, blends = diffuse_albedo(), self.scene.blends
        self.workers.share(self.scene.count, lambda part: send(part, state, direct, patch, blends.facets, albedo))
        for level in range(len(blends.levels) - 1):
            self._blend(blends.levels[level], blends.levels[level + 1])
        self.workers.share(
            len(state.layers),
            lambda part: step_surfaces(part, state, direct.patch_takes, views, step_s, self.ground, albedo, sums),
        )

    def _blend(self, first: int, last: int) -> None:
        """What cells of one width send, from that of the narrower ones."""
        blends, lights = self.scene.blends, self.state.sent

        def mix(part: tuple[int, int]) -> None:
            blend((first + part[0], first + part[1]), blends.member, blends.share, lights)

        self.workers.share(last - first, mix)

    def _direct(self, grid: TimeGrid, first: int) -> list[Lights]:
        """Direct light of the steps from ``first`` on."""
        steps = min(_AT_ONCE, grid.count - first)
        moments = (np.arange(_MOMENTS) + 0.5) / _MOMENTS
        tdb = grid.tdb[first : first + steps, None] + grid.step_s * moments
        sun_km = body_vectors_moon_me_km("sun", tdb)
        distance_km = np.linalg.norm(sun_km, axis=-1, keepdims=True)
        light = lookup("sun.irradiance_1au").value / (distance_km[:, :, 0].mean(axis=1) / AU_KM) ** 2
        radius = float(np.radians(sun_radius_deg(distance_km.mean())))
        scene = self.scene
        takes = np.empty((steps, scene.count), np.float32)
        throws = np.empty((steps, scene.count, FACETS), np.float32)
        sun, lie = SunRays(sun_km / distance_km, light, radius), Lie(scene.frame, scene.facets, scene.sky)
        self.workers.share(scene.count, lambda part: direct_light(part, sun, lie, self.albedo, takes, throws))
        by_patch = scene.patches.mean(takes.T).T.astype(np.float32)
        return [Lights(*one) for one in zip(by_patch, takes, throws, strict=True)]

    def _means(self, grid: TimeGrid) -> tuple[FloatArray, FloatArray]:
        """Mean of the direct light that is absorbed [W/m2] and of its fourth root."""
        mean, root = np.zeros(self.scene.patches.count), np.zeros(self.scene.patches.count)
        for first in range(0, grid.count, _AT_ONCE):
            takes = np.array([direct.patch_takes for direct in self._direct(grid, first)], np.float64)
            mean += takes.sum(axis=0)
            root += (takes**0.25).sum(axis=0)
        return mean / grid.count, root / grid.count

    def _put(self, layers_k: FloatArray, skin_k: FloatArray) -> None:
        count, blocks = self.scene.patches.count, len(self.state.layers)
        for target, source in ((self.state.layers, layers_k), (self.state.skin, skin_k)):
            padded = np.pad(source, [(0, 0)] * (source.ndim - 1) + [(0, blocks * LANES - count)], mode="edge")
            shaped = padded.reshape(*source.shape[:-1], blocks, LANES)
            target[:] = np.moveaxis(shaped, -2, 0)

    def _taken(self) -> tuple[FloatArray, FloatArray]:
        count = self.scene.patches.count
        layers, skin = self.state.layers, self.state.skin
        return np.moveaxis(layers, 0, -2).reshape(layers.shape[1], -1)[:, :count], skin.reshape(-1)[:count]


def _year(begin: datetime, step_h: float, kernels: Ephemeris) -> TimeGrid:
    """A year of seasons; raises RangeError where it leaves the kernels."""
    count = round(lookup("regolith.season_period").value * DAY_S / (step_h * HOUR_S))
    grid = TimeGrid(begin, step_h * HOUR_S, count)
    for moment in (begin, grid.end):
        if not kernels.covers_utc(moment):
            raise RangeError(kernels.date_fault(iso_utc(moment), "--start"))
    return grid
