"""Sunlight and heat that the terrain around a place throws in, where only its sky-line is known.

The terrain above the level plane is taken as the wall of a bowl that rises to the sky-line. In a spherical bowl the
chord between two places meets the ground at both ends under the same angle, so that what stands at an elevation e
leans towards the place by 2 e; and whatever the wall sends out arrives everywhere in it alike (Ingersoll, Svitek &
Murray 1992). For a bowl this is exact; docs/models/regolith-temperature.md says what it is for other terrain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.constants import Stefan_Boltzmann

from moonstation.core.machine_code import compiled
from moonstation.moon.horizon import Horizon
from moonstation.moon.illumination import sun_radius_deg, sun_visible_fraction
from moonstation.moon.regolith.albedo import diffuse_albedo, rough_albedo
from moonstation.moon.regolith.column import step_columns, take_up
from moonstation.moon.regolith.ground import Ground
from moonstation.moon.regolith.spin_up import first_guess, settled
from moonstation.sky.apparent import AU_KM

FloatArray = NDArray[np.float64]

SECTORS = 12
_AZIMUTHS = 36  # of the patches of the wall: three a sector
#: Edges of the bands of a patch, one above the other, by share in the view: a low Sun lights but the rim.
_EDGES = np.array([0.0, 0.3, 0.5, 0.65, 0.75, 0.82, 0.87, 0.91, 0.94, 0.96, 0.975, 0.985, 0.992, 0.997, 1.0])
_BANDS = len(_EDGES) - 1
_RIM_POINTS = 360
_SUN_AZIMUTHS = 36
_SUN_ELEVATIONS = 41


@dataclass(frozen=True)
class Bowl:
    """The wall around a place in sectors of azimuth.

    level_view, side_view : share of the view of level ground, and of the upright sides of a box averaged over their
        headings, that each sector fills [-], shape (sectors,)
    sun_azimuth_deg, sun_elevation_deg : where the shares below are tabulated [deg]; azimuth goes once round
    takes, throws : per sunlight on a surface that faces the Sun, what a sector's ground absorbs of the direct light
        and what it throws back [-], shape (sun azimuths, sun elevations, sectors)
    """

    level_view: FloatArray
    side_view: FloatArray
    sun_azimuth_deg: FloatArray
    sun_elevation_deg: FloatArray
    takes: FloatArray
    throws: FloatArray

    @property
    def terrain_share(self) -> float:
        """Share of the view of level ground that is terrain [-]."""
        return float(self.level_view.sum())


@dataclass(frozen=True)
class TerrainGlow:
    """What the terrain sends, series of the same shape [W/m2]: to level ground, and to a box's sides (mean of them)."""

    level_sunlight_w_m2: FloatArray
    level_infrared_w_m2: FloatArray
    side_sunlight_w_m2: FloatArray
    side_infrared_w_m2: FloatArray

    def at(self, own_s: FloatArray, asked_s: FloatArray) -> TerrainGlow:
        """The same at other moments, linear between: ``own_s`` and ``asked_s`` [s] ascend."""
        series = (
            self.level_sunlight_w_m2,
            self.level_infrared_w_m2,
            self.side_sunlight_w_m2,
            self.side_infrared_w_m2,
        )
        return TerrainGlow(*(np.interp(asked_s, own_s, values) for values in series))


def bowl_of(horizon: Horizon, lowest_sun_deg: float, highest_sun_deg: float) -> Bowl:
    """The wall that a sky-line stands for; table of its sunlight for Sun elevations between two [deg].

    Where the sky-line's distance is not known, it is taken as the same all round.
    """
    around, azimuth = _middles_deg(_RIM_POINTS), _middles_deg(_AZIMUTHS)
    rise = np.radians(np.minimum(horizon.elevation_at(around), 85.0))
    away = _distance(horizon, around)
    view, side, elevation, distance = _patches(rise, away)
    sun_azimuth = _middles_deg(_SUN_AZIMUTHS) - 180.0 / _SUN_AZIMUTHS
    sun_elevation = np.linspace(lowest_sun_deg, highest_sun_deg, _SUN_ELEVATIONS)
    rim = np.stack([away * np.sin(np.radians(around)), away * np.cos(np.radians(around)), away * np.tan(rise)])
    toward = np.radians(azimuth)[:, None]
    patch = np.stack([distance * np.sin(toward), distance * np.cos(toward), distance * np.tan(elevation)])
    over_rim = _rim_elevation_deg(rim, patch.reshape(3, -1), sun_azimuth)  # (patches, sun azimuths)
    lit = sun_visible_fraction(
        sun_elevation, over_rim[:, :, None], float(sun_radius_deg(AU_KM))
    )  # (patches, sun azimuths, sun elevations)
    cosine = _incidence_cosine(toward, elevation, sun_azimuth, sun_elevation).reshape(lit.shape)
    albedo = rough_albedo(90.0 - np.degrees(np.arccos(cosine)))
    sector = np.repeat(np.arange(_AZIMUTHS) * SECTORS // _AZIMUTHS, _BANDS)
    level_view, side_view = (_by_sector(sector, weights.reshape(-1)) for weights in (view, side))
    mean = view.reshape(-1) / np.maximum(level_view[sector], np.finfo(float).tiny)
    reached = mean[:, None, None] * lit * cosine
    takes, throws = (
        np.ascontiguousarray(np.moveaxis(_by_sector(sector, reached * share), 0, -1))
        for share in (1.0 - albedo, albedo)
    )
    return Bowl(level_view, side_view, sun_azimuth, sun_elevation, takes, throws)


def terrain_glow(  # noqa: PLR0913, PLR0917 (a series of the Sun, another before it)
    bowl: Bowl,
    sunlight: tuple[ArrayLike, ArrayLike, ArrayLike],
    before: tuple[ArrayLike, ArrayLike, ArrayLike],
    step_s: tuple[float, float],
    ground: Ground,
) -> tuple[TerrainGlow, TerrainGlow]:
    """What the wall sends in each step, and in each step of the time before.

    Every sector of the wall is a column of regolith, warmed by its own direct light and by what the bowl throws in.

    Parameters
    ----------
    bowl : the wall
    sunlight : of each step, on a free surface that faces the Sun [W/m2], the Sun's azimuth and elevation [deg],
        each of shape (n,)
    before : the same for a time just before, which is repeated until the columns settle, shape (m,)
    step_s : of the two [s]
    ground : the layers
    """
    views = bowl.level_view, bowl.side_view, np.array([diffuse_albedo(), bowl.terrain_share])
    takes, throws = _direct(bowl, *before)
    sent: list[FloatArray] = []

    def march(layers_k: FloatArray, skin_k: FloatArray, sums: FloatArray) -> None:
        sent[:] = [_exchange(layers_k, skin_k, takes, throws, *views, step_s[1], ground, sums)]

    mean = takes.mean(axis=0) + bowl.level_view @ takes.mean(axis=0)
    wall = settled(march, first_guess(mean, (takes**0.25).mean(axis=0), ground), len(takes), ground)
    direct = _direct(bowl, *sunlight)
    glow = _exchange(wall.layers_k, wall.skin_k, *direct, *views, step_s[0], ground, np.empty((0, 0, 0)))
    return TerrainGlow(*glow), TerrainGlow(*sent[0])


def _middles_deg(count: int) -> FloatArray:
    """Middles of equal parts of a turn [deg]."""
    return (np.arange(count, dtype=np.float64) + 0.5) * (360.0 / count)


def _distance(horizon: Horizon, around: FloatArray) -> FloatArray:
    """Of the sky-line at the azimuths ``around`` [km], the same all round where some are not known."""
    known = horizon.distance_km
    if not np.all(np.isfinite(known)) or known.min() <= 0.0:
        return np.ones(around.size)
    return np.asarray(np.interp(around, horizon.azimuth_deg, known, period=360.0))


def _patches(rise: FloatArray, away: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Patches of the wall by azimuth and band: views from level ground and from a side, elevation [rad], distance."""
    up = np.maximum(rise, 0.0).reshape(_AZIMUTHS, -1)
    filled = (np.sin(up) ** 2).mean(axis=1)
    weight = np.maximum(np.sin(up) ** 2, np.finfo(float).tiny)
    reach = (weight * away.reshape(_AZIMUTHS, -1)).sum(axis=1) / weight.sum(axis=1)
    edge = np.arcsin(np.sqrt(filled[:, None] * _EDGES))
    lower, upper = edge[:, :-1], edge[:, 1:]
    turn = 2.0 * np.pi / _AZIMUTHS
    view = filled[:, None] * np.diff(_EDGES) / _AZIMUTHS
    side = turn / np.pi**2 * (0.5 * (upper - lower) + 0.25 * (np.sin(2.0 * upper) - np.sin(2.0 * lower)))
    middle = np.arcsin(np.sqrt(0.5 * (np.sin(lower) ** 2 + np.sin(upper) ** 2)))
    top = edge[:, -1:]
    along = np.sin(2.0 * np.minimum(middle, np.pi / 4)) / np.maximum(np.sin(2.0 * np.minimum(top, np.pi / 4)), 1e-12)
    return view, side, middle, reach[:, None] * np.minimum(along, 1.0)


def _rim_elevation_deg(rim: FloatArray, patch: FloatArray, sun_azimuth_deg: FloatArray) -> FloatArray:
    """Elevation of the rim as each patch sees it towards each azimuth of the Sun [deg], shape (patches, azimuths)."""
    highest = _over_rim(np.ascontiguousarray(rim), np.ascontiguousarray(patch), np.radians(sun_azimuth_deg))
    for _ in range(sun_azimuth_deg.size):
        empty = highest == -np.inf
        if not empty.any():
            break
        beside = np.maximum(np.roll(highest, 1, axis=1), np.roll(highest, -1, axis=1))
        highest[empty] = beside[empty]  # a patch outside the rim takes the higher of the azimuths beside
    return np.degrees(np.arctan(highest))


@compiled
def _over_rim(rim: FloatArray, patch: FloatArray, azimuth: FloatArray) -> FloatArray:
    """Tangent of the rim's elevation from each patch at each azimuth [rad] (evenly round from north), -inf where none.

    The rim is straight between its points, so that nothing of it is missed or lent to another azimuth.
    """
    points, count = rim.shape[1], azimuth.size
    step = 2.0 * np.pi / count
    ahead, aside = np.cos(azimuth), np.sin(azimuth)
    out = np.full((patch.shape[1], count), -np.inf)
    for p in range(patch.shape[1]):
        east, north, up = (rim[0, -1] - patch[0, p], rim[1, -1] - patch[1, p], rim[2, -1] - patch[2, p])
        bearing = np.arctan2(east, north)
        for i in range(points):
            e, n, u = rim[0, i] - patch[0, p], rim[1, i] - patch[1, p], rim[2, i] - patch[2, p]
            last = bearing
            bearing = np.arctan2(e, n)
            turn = (bearing - last + np.pi) % (2.0 * np.pi) - np.pi
            low, high = min(last, last + turn), max(last, last + turn)
            for k in range(int(np.ceil(low / step)), int(np.floor(high / step)) + 1):
                m = k % count
                here, there = north * aside[m] - east * ahead[m], n * aside[m] - e * ahead[m]
                share = here / (here - there) if here != there else 0.0
                x, y = east + share * (e - east), north + share * (n - north)
                away = max(x * aside[m] + y * ahead[m], 1e-9)
                out[p, m] = max(out[p, m], (up + share * (u - up)) / away)
            east, north, up = e, n, u
    return out


def _incidence_cosine(
    toward: FloatArray, elevation: FloatArray, sun_azimuth_deg: FloatArray, sun_elevation_deg: FloatArray
) -> FloatArray:
    """Between the Sun and the normals of the patches, which lean by twice their elevation towards the place [-]."""
    tilt = np.minimum(2.0 * elevation, 0.5 * np.pi)[..., None, None]
    sun_up, azimuth = np.radians(sun_elevation_deg), np.radians(sun_azimuth_deg)[:, None]
    ahead = -np.cos(azimuth - toward[..., None, None])  # the normal points back at the place
    return np.asarray(np.clip(np.sin(sun_up) * np.cos(tilt) + np.cos(sun_up) * np.sin(tilt) * ahead, 0.0, 1.0))


def _by_sector(sector: NDArray[np.intp], values: FloatArray) -> FloatArray:
    """Sums over the patches of each sector, the first axis."""
    out = np.zeros((SECTORS, *values.shape[1:]))
    np.add.at(out, sector, values)
    return out


def _direct(
    bowl: Bowl, sunlight_w_m2: ArrayLike, azimuth_deg: ArrayLike, elevation_deg: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Direct sunlight absorbed and thrown back by every sector [W/m2], shape (n, sectors)."""
    light, azimuth, elevation = (
        np.ascontiguousarray(values, np.float64) for values in (sunlight_w_m2, azimuth_deg, elevation_deg)
    )
    first, last = bowl.sun_elevation_deg[[0, -1]]
    span = max(last - first, 1e-9)
    row = np.mod(azimuth, 360.0) * (_SUN_AZIMUTHS / 360.0)
    column = np.clip((elevation - first) / span, 0.0, 1.0) * (_SUN_ELEVATIONS - 1)
    return _looked_up(bowl.takes, row, column, light), _looked_up(bowl.throws, row, column, light)


@compiled
def _looked_up(table: FloatArray, row: FloatArray, column: FloatArray, light: FloatArray) -> FloatArray:
    """Bilinear in the table, periodic in its rows, times the light; shape (n, sectors)."""
    rows, columns, sectors = table.shape
    out = np.empty((row.size, sectors))
    for i in range(row.size):
        r = int(row[i]) % rows
        c = min(int(column[i]), columns - 2)
        x, y = row[i] - np.floor(row[i]), column[i] - c
        after = (r + 1) % rows
        for k in range(sectors):
            here = (1.0 - y) * table[r, c, k] + y * table[r, c + 1, k]
            there = (1.0 - y) * table[after, c, k] + y * table[after, c + 1, k]
            out[i, k] = light[i] * ((1.0 - x) * here + x * there)
    return out


@compiled
def _exchange(  # noqa: PLR0913, PLR0917 (state, forcing, views)
    layers: FloatArray,
    skin: FloatArray,
    takes: FloatArray,
    throws: FloatArray,
    level_view: FloatArray,
    side_view: FloatArray,
    exchange: FloatArray,
    step_s: float,
    ground: Ground,
    sums: FloatArray,
) -> FloatArray:
    """Wall through a series of direct light; sunlight and infrared to level ground and to sides [W/m2], shape (4, n).

    ``exchange`` holds the albedo for diffuse light and the share of terrain in the view [-].
    """
    steps, lanes = takes.shape
    albedo, share = exchange[0], exchange[1]
    scratch = np.empty((4, layers.shape[0], lanes))
    out = np.empty((4, steps))
    absorbed = np.empty(lanes)
    black = ground.emissivity * Stefan_Boltzmann
    thrown_back = 1.0 - ground.emissivity
    infrared = 0.0
    for k in range(lanes):
        infrared += level_view[k] * black * skin[k] ** 4
    infrared /= 1.0 - thrown_back * share
    for i in range(steps):
        sunlight = 0.0
        for k in range(lanes):
            sunlight += level_view[k] * throws[i, k]
        sunlight /= 1.0 - albedo * share
        for k in range(lanes):
            absorbed[k] = takes[i, k] + (1.0 - albedo) * sunlight + ground.emissivity * infrared
        step_columns(layers, skin, absorbed, step_s, ground, scratch)
        infrared = 0.0
        for k in range(lanes):
            infrared += level_view[k] * black * skin[k] ** 4
        infrared /= 1.0 - thrown_back * share
        out[0, i], out[1, i] = sunlight, infrared
        out[2, i] = out[3, i] = 0.0
        for k in range(lanes):
            out[2, i] += side_view[k] * (throws[i, k] + albedo * sunlight)
            out[3, i] += side_view[k] * (black * skin[k] ** 4 + thrown_back * infrared)
        if sums.size:
            take_up(layers, skin, ground, scratch[0], sums)
    return out
