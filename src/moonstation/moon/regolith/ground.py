"""What a column of regolith is made of: its layers, and the density, conductivity and heat capacity of each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from moonstation.core.errors import Fault, RangeError
from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache

FloatArray = NDArray[np.float64]

#: Layers by default: the first half a centimetre thick, each a quarter thicker than the one above, to over 2 m.
FIRST_LAYER_M = 0.005
GROWTH = 1.25
LAYER_COUNT = 21


class Ground(NamedTuple):
    """A column from the top, one value a layer unless said otherwise.

    thick_m : thickness [m]; depth_m : depth of the layer's middle [m]
    density : [kg/m3]
    contact : conductance by contact from one layer's middle down to the next, of the last 0 [W/m2/K]
    skin_contact : the same from the surface to the first layer's middle, a number [W/m2/K]
    capacity : coefficients of the heat capacity's polynomial in temperature, lowest power first [J/kg/K^(i+1)]
    chi : radiative share of conduction, K = Kc (1 + chi (T / 350 K)^3), a number [-]
    emissivity, heat_flow : numbers [-], [W/m2]; heat from the interior enters the last layer
    """

    thick_m: FloatArray
    depth_m: FloatArray
    density: FloatArray
    contact: FloatArray
    skin_contact: float
    capacity: FloatArray
    chi: float
    emissivity: float
    heat_flow: float


@fact_cache
def lunar_ground(
    first_layer_m: float = FIRST_LAYER_M, growth: float = GROWTH, layer_count: int = LAYER_COUNT
) -> Ground:
    """Regolith as Diviner sees it (Hayne et al. 2017, Appendix A), cut into layers.

    Parameters
    ----------
    first_layer_m : thickness of the uppermost layer [m]
    growth : thickness of each layer over that of the one above [-]
    layer_count : how many

    Raises RangeError with every fault.
    """
    faults = []
    if not 0.0 < first_layer_m <= 1.0:
        faults.append(Fault("first_layer_m", "out of range", first_layer_m, "m", "above 0, to 1"))
    if not 1.0 <= growth <= 3.0:
        faults.append(Fault("growth", "out of range", growth, "-", "1 to 3"))
    if not 2 <= layer_count <= 1000:
        faults.append(Fault("layer_count", "out of range", layer_count, "", "2 to 1000"))
    if faults:
        raise RangeError(faults)
    thick_m = first_layer_m * growth ** np.arange(layer_count, dtype=np.float64)
    depth_m = np.cumsum(thick_m) - 0.5 * thick_m
    capacity = np.array([lookup(f"regolith.heat_capacity_c{i}").value for i in range(5)])
    return layered(thick_m, _profile("density", depth_m), _profile("conductivity", depth_m), capacity)


def layered(
    thick_m: FloatArray,
    density: FloatArray,
    conductivity: FloatArray,
    capacity: FloatArray,
    chi: float | None = None,
    heat_flow: float | None = None,
) -> Ground:
    """A column of given layers; radiative share and heat from the interior are the Moon's where not given.

    Parameters
    ----------
    thick_m, density, conductivity : of each layer [m], [kg/m3], contact part [W/m/K], shape (n,)
    capacity : five coefficients, lowest power first [J/kg/K^(i+1)]
    chi, heat_flow : [-], [W/m2]
    """
    resistance = 0.5 * thick_m / conductivity
    contact = np.zeros(len(thick_m))
    contact[:-1] = 1.0 / (resistance[:-1] + resistance[1:])
    return Ground(
        thick_m=np.ascontiguousarray(thick_m, np.float64),
        depth_m=np.cumsum(thick_m) - 0.5 * thick_m,
        density=np.ascontiguousarray(density, np.float64),
        contact=contact,
        skin_contact=float(1.0 / resistance[0]),
        capacity=np.ascontiguousarray(capacity, np.float64),
        chi=lookup("regolith.radiative_conduction").value if chi is None else chi,
        emissivity=lookup("regolith.emissivity").value,
        heat_flow=lookup("regolith.heat_flow").value if heat_flow is None else heat_flow,
    )


def _profile(name: str, depth_m: FloatArray) -> FloatArray:
    """Density or contact conductivity at a depth (Hayne 2017 Eq. A2, A4)."""
    surface, deep = lookup(f"regolith.{name}_surface").value, lookup(f"regolith.{name}_deep").value
    loose = np.exp(-depth_m / lookup("regolith.scale_depth").value)
    return np.asarray(deep - (deep - surface) * loose)
