"""How a cap of the sphere looks from the eye: the highest it can seem, and the azimuths of a sector that cross it."""

from __future__ import annotations

import math

import numpy as np

from moonstation.core.machine_code import compiled_with

#: Up, the first azimuth and x and y of what lies right of it at the place; the eye's radius and the Moon's [m]; the z.
Frame = tuple[float, float, float, float, float, float, float, float, float, float, float]
#: Nearest and farthest t, then sine and cosine of their arcs.
Limits = tuple[float, float, float, float, float, float]
#: How many azimuths there are all round; the first of a sector's own and the one after its last. At most half a turn.
Sector = tuple[float, float, float]
#: Bound of the tangent, tangent at the middle, first azimuth of the sector and the one after the last (counted from
#: the sector's first).
Look = tuple[float, float, int, int]
_Triple = tuple[float, float, float]

UNSEEN: Look = (-math.inf, -math.inf, 0, 0)
_fast = compiled_with(error_model="numpy", nogil=True)


@_fast
def local(x: float, y: float, z: float, frame: Frame) -> _Triple:
    """East, north and up, in the eye's frame, of a vector in MOON_ME."""
    ux, uy, uz, nx, ny, nz, ex, ey, _, _, ez = frame
    return ex * x + ey * y + ez * z, nx * x + ny * y + nz * z, ux * x + uy * y + uz * z


@_fast
def look_at(
    centre: _Triple, radius: tuple[float, float], top: float, frame: Frame, limits: Limits, sector: Sector
) -> Look:
    """How a cap looks whose ``centre`` is given in the eye's frame, ``radius`` by sine and cosine, ``top`` [m]."""
    if not top > -math.inf:
        return UNSEEN
    east, north, up = centre
    eye, moon = frame[8], frame[9]
    sin_r, cos_r = radius
    across = math.sqrt(east * east + north * north)
    sin_0, cos_0 = across * cos_r - up * sin_r, up * cos_r + across * sin_r
    around = up >= cos_r or cos_r <= 0.0  # the cap holds the place itself
    if around or cos_0 > limits[3]:
        sin_0, cos_0 = limits[2], limits[3]
    elif cos_0 < limits[5] or sin_0 < 0.0:
        return UNSEEN
    r = moon + top
    if r < cos_0 * eye:  # below the eye the sphere's height r is best seen where the line of sight touches it
        sin_1, cos_1 = across * cos_r + up * sin_r, up * cos_r - across * sin_r
        if cos_1 < limits[5] or sin_1 < 0.0 or cos_r <= 0.0:
            sin_1, cos_1 = limits[4], limits[5]
        sin_0, cos_0 = (math.sqrt(1.0 - (r / eye) ** 2), r / eye) if r > cos_1 * eye else (sin_1, cos_1)
    high = (r * cos_0 - eye) / (r * sin_0)
    likely = (r * up - eye) / (r * max(across, limits[2]))
    ratio = sin_r / across
    if around or ratio >= 1.0:
        return high, likely, 0, int(sector[2] - sector[1])
    # 0.571 = pi / 2 - 1 makes this cubic an upper bound of the arc sine; 2e-5 is room for _azimuth
    half = ratio + 0.571 * ratio * ratio * ratio + 2e-5
    first, last = _within(_azimuth(east, north), half, sector)
    return high, likely, first, last


@_fast
def _within(middle: float, half: float, sector: Sector) -> tuple[int, int]:
    """The azimuths of a sector, counted from its first, within an angle [rad] of ``middle``."""
    n, low, high = sector
    per_rad = n / (2.0 * math.pi)
    middle, half = middle * per_rad, half * per_rad
    if half > 0.24 * n:  # it may reach into the sector from both sides
        return 0, int(high - low)
    middle -= n * math.floor((middle - 0.5 * (low + high)) / n + 0.5)
    first = max(math.ceil(middle - half), low)
    last = min(math.floor(middle + half) + 1.0, high)
    return int(first - low), int(last - low)


@_fast
def _azimuth(east: float, north: float) -> float:
    """Azimuth [rad], 0 to 2 pi, good to 1e-5 (Abramowitz and Stegun 1964, eq. 4.4.49 in kind)."""
    a, b = abs(east), abs(north)
    z = min(a, b) / max(a, b)
    q = z * z
    series = 0.19354346 + q * (-0.11643287 + q * (0.05265332 - q * 0.01172120))
    angle = z * (0.99997726 + q * (-0.33262347 + q * series))
    angle = 0.5 * math.pi - angle if a > b else angle
    angle = math.pi - angle if north < 0.0 else angle
    return 2.0 * math.pi - angle if east < 0.0 else angle


@_fast
def beats(best: np.ndarray, first: int, last: int, bound: float) -> bool:
    """Whether a bound is above what one azimuth of a span has."""
    for k in range(first, last):  # noqa: SIM110 (any() of a generator does not compile)
        if best[k] < bound:
            return True
    return False
