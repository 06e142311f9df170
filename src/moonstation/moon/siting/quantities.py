"""What a place can be judged by: every quantity with its unit, what is better, and its meaning in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a place. ``better`` is 'more' or 'less'; ``part`` names what has to be known to compute it."""

    name: str
    unit: str
    better: str
    part: str
    words: str

    @property
    def sense(self) -> float:
        """1 where more is better, -1 where less is."""
        return 1.0 if self.better == "more" else -1.0

    @property
    def has_mast(self) -> bool:
        """Whether it depends on the height of the eye."""
        return self.part == LIGHT


LIGHT, RELIEF, LANDING, COLD_TRAP, WAY, ICE = "light", "relief", "landing", "cold_trap", "way", "ice"

_ALL = (
    Quantity("sun_visible_mean", "-", "more", LIGHT, "mean visible share of the Sun's disc"),
    Quantity("sun_any_mean", "-", "more", LIGHT, "share of time with any part of the Sun"),
    Quantity("longest_dark_h", "h", "less", LIGHT, "longest time without any part of the Sun"),
    Quantity("earth_visible_mean", "-", "more", LIGHT, "mean visible share of the Earth's disc"),
    Quantity("earth_any_mean", "-", "more", LIGHT, "share of time with any part of the Earth"),
    Quantity("longest_without_earth_h", "h", "less", LIGHT, "longest time without any part of the Earth"),
    Quantity("slope_deg", "deg", "less", RELIEF, "slope of the ground over two postings"),
    Quantity("roughness_m", "m", "less", RELIEF, "rms deviation of the ground from a plane over five postings"),
    Quantity("landing_slope_deg", "deg", "less", LANDING, "steepest slope within the landing ellipse"),
    Quantity("landing_flat_share", "-", "more", LANDING, "share of the landing ellipse that is flat enough"),
    Quantity("cold_trap_km", "km", "less", COLD_TRAP, "distance to permanent shadow"),
    Quantity("cold_trap_way_km", "km", "less", WAY, "length of the drivable way to permanent shadow"),
    Quantity("ice_stable_depth_m", "m", "less", ICE, "depth at which water ice is stable at the place"),
    Quantity("ice_km", "km", "less", ICE, "distance to ground with stable water ice near enough to the surface"),
)

#: Every quantity by name.
QUANTITIES = {quantity.name: quantity for quantity in _ALL}


def label(name: str, mast_m: float | None) -> str:
    """Name of a quantity as a column, with the height of the mast where it has one: ``sun_visible_mean_10m``."""
    return name if mast_m is None else f"{name}_{mast_m:g}m"


def percent(share: float) -> str:
    """A share [-] in percent, for people: two digits at least, a tenth of a percent where that is more."""
    value = 100.0 * share
    return f"{value:.1f} %" if value >= 1.0 or value == 0.0 else f"{value:.2g} %"


def spoken(name: str, value: float) -> str:
    """A value with its unit, for people."""
    unit = QUANTITIES[name].unit
    if unit == "-":
        return f"{100.0 * value:.1f} %"
    digits = 0 if unit == "h" else 1 if unit in {"km", "deg"} else 2
    return f"{value:.{digits}f} {unit}"
