"""Shadow that upright solar arrays in a row throw on each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class ArrayRow:
    """Equal arrays in a straight line on level ground, each turned to the Sun.

    count : arrays in the row; spacing_m : from axis to axis [m]; azimuth_deg : of the line, east of north [deg]
    width_m, height_m : of one array [m]; strings : of cells side by side across the width
    """

    count: int
    spacing_m: float
    azimuth_deg: float
    width_m: float
    height_m: float
    strings: int

    def shadow(
        self, mount: str, sun_azimuth_deg: ArrayLike, sun_elevation_deg: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the width and of the height [-] of an array that its neighbour towards the Sun shades.

        Only the next neighbour counts: the shadows of those beyond it fall within its own. ``mount`` as in
        ``incidence_cosine``: a two-axis panel leans back, so shadows slip by the sine of the elevation, an upright
        one's by its tangent. Shape of the Sun's place [deg].
        """
        turn = np.radians(self.azimuth_deg - np.asarray(sun_azimuth_deg, dtype=np.float64))
        elevation = np.radians(np.abs(np.asarray(sun_elevation_deg, dtype=np.float64)))
        slope = np.sin(elevation) if mount == "two-axis" else np.tan(elevation)
        across = self.spacing_m * np.abs(np.sin(turn))
        down = self.spacing_m * np.abs(np.cos(turn)) * slope
        return np.clip(1.0 - across / self.width_m, 0.0, 1.0), np.clip(1.0 - down / self.height_m, 0.0, 1.0)

    def lost_share(self, mount: str, sun_azimuth_deg: ArrayLike, sun_elevation_deg: ArrayLike) -> NDArray[np.float64]:
        """Share of its power [-] that an array of the row loses, mean over the row.

        A string that is shaded anywhere gives nothing: its cells are in series, and what is left of them does not
        reach the voltage of the others. One array of the row has no neighbour towards the Sun. A horizontal panel
        shades nobody.
        """
        if mount == "horizontal":
            return np.zeros(np.shape(sun_elevation_deg))
        wide, tall = self.shadow(mount, sun_azimuth_deg, sun_elevation_deg)
        hit = np.ceil(wide * self.strings - 1e-9) / self.strings
        return np.where(tall > 0.0, hit, 0.0) * (self.count - 1) / self.count
