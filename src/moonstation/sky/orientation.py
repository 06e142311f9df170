"""How the Moon lies in space: rotation from the ICRF to the mean Earth and rotation axes (MOON_ME)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from moonstation.core.machine_code import compiled
from moonstation.facts.table import lookup
from moonstation.facts.usage import fact_cache
from moonstation.sky.chebyshev import FloatArray
from moonstation.sky.ephemeris import Ephemeris

_ARCSEC = np.pi / 648000.0


def moon_me_from_icrf(tdb: ArrayLike, ephemeris: Ephemeris | None = None) -> FloatArray:
    """Matrices that turn ICRF vectors into MOON_ME vectors.

    Parameters
    ----------
    tdb : epochs [s past J2000 TDB], shape (...)
    ephemeris : the kernels; the shipped ones by default

    Returns
    -------
    Rotation matrices [-], shape (..., 3, 3).

    Raises RangeError for an epoch outside the kernels. The kernels give the 3-1-3 Euler angles of the principal axes
    (PA) of the lunar ephemeris; a small fixed rotation leads on to the mean Earth axes (ME): NAIF frame kernels
    moon_080317.tf (DE421) and moon_de440_220930.tf (DE440).
    """
    kernels = ephemeris or Ephemeris.default()
    epochs = np.asarray(tdb, dtype=np.float64)
    flat = np.ascontiguousarray(epochs.reshape(-1))
    matrices = np.empty((flat.size, 3, 3))
    for realisation, chosen, angles in kernels.principal_axes(flat):
        matrices[chosen] = _matrices(angles, me_from_pa(realisation))
    return matrices.reshape(*epochs.shape, 3, 3)


@fact_cache
def me_from_pa(realisation: str) -> FloatArray:
    """Fixed rotation from the principal axes ``pa421`` or ``pa440`` to MOON_ME, shape (3, 3)."""
    z, y, x = (lookup(f"sky.{realisation}_to_me_{axis}").value * _ARCSEC for axis in "zyx")
    return _turn(0, -x) @ _turn(1, -y) @ _turn(2, -z)


def _turn(axis: int, angle_rad: float) -> FloatArray:
    """Matrix that turns the frame by ``angle_rad`` about its axis 0, 1 or 2."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    matrix = np.eye(3)
    matrix[i, i] = matrix[j, j] = np.cos(angle_rad)
    matrix[i, j], matrix[j, i] = np.sin(angle_rad), -np.sin(angle_rad)
    return matrix


@compiled
def _matrices(angles: FloatArray, me_from_pa: FloatArray) -> FloatArray:
    """ME <- PA <- ICRF for 3-1-3 Euler angles [rad], shape (n, 3); shape (n, 3, 3)."""
    out = np.empty((len(angles), 3, 3))
    pa = np.empty((3, 3))
    for n in range(len(angles)):
        cf, sf = np.cos(angles[n, 0]), np.sin(angles[n, 0])
        ct, st = np.cos(angles[n, 1]), np.sin(angles[n, 1])
        cp, sp = np.cos(angles[n, 2]), np.sin(angles[n, 2])
        pa[0, 0], pa[0, 1], pa[0, 2] = cp * cf - sp * ct * sf, cp * sf + sp * ct * cf, sp * st
        pa[1, 0], pa[1, 1], pa[1, 2] = -sp * cf - cp * ct * sf, -sp * sf + cp * ct * cf, cp * st
        pa[2, 0], pa[2, 1], pa[2, 2] = st * sf, -st * cf, ct
        for i in range(3):
            for j in range(3):
                out[n, i, j] = me_from_pa[i, 0] * pa[0, j] + me_from_pa[i, 1] * pa[1, j] + me_from_pa[i, 2] * pa[2, j]
    return out
