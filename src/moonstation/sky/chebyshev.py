"""Chebyshev series of SPICE kernels (SPK types 2 and 3, PCK type 2), many epochs at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from moonstation.core.machine_code import compiled

FloatArray = NDArray[np.float64]


@compiled
def series_and_rate(
    tdb: FloatArray, begin: float, step_s: float, coefficients: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Three Chebyshev series and their time derivatives by Clenshaw's recurrence.

    Parameters
    ----------
    tdb : epochs [s past J2000 TDB], shape (n,); the caller has checked that the records cover them
    begin : start of the first record [s past J2000 TDB]
    step_s : length of a record [s]
    coefficients : shape (records, 3, terms)

    Returns
    -------
    Values, shape (n, 3), in the unit of the coefficients, and rates [unit/s], shape (n, 3).
    """
    records, _, terms = coefficients.shape
    value = np.empty((tdb.size, 3))
    rate = np.empty((tdb.size, 3))
    for i in range(tdb.size):
        record = int((tdb[i] - begin) // step_s)
        record = min(max(record, 0), records - 1)
        s = 2.0 * ((tdb[i] - begin) - record * step_s) / step_s - 1.0
        for axis in range(3):
            w1 = w2 = d1 = d2 = 0.0
            for k in range(terms - 1, 0, -1):
                d1, d2 = 2.0 * w1 + 2.0 * s * d1 - d2, d1
                w1, w2 = coefficients[record, axis, k] + 2.0 * s * w1 - w2, w1
            value[i, axis] = coefficients[record, axis, 0] + s * w1 - w2
            rate[i, axis] = (w1 + s * d1 - d2) * 2.0 / step_s
    return value, rate
