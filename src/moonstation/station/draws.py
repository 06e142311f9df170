"""Random numbers by counter: Philox4x64-10, so that a draw depends on its name alone and not on the order of drawing.

A draw is named by four numbers: the member of the ensemble, the thing that it is for, the purpose, and which one it
is. The key is the seed. So every thread, chunk and machine draws the same, and a station with one more asset draws
the same for all others. Salmon, Moraes, Dror & Shaw 2011, Parallel Random Numbers: As Easy as 1, 2, 3 (SC'11).
"""

from __future__ import annotations

import hashlib
import math

import numpy as np
from numpy.typing import NDArray

from moonstation.station.compiling import compiled, inlined

_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_MASK = 2**64 - 1
_ROUNDS = 10
_LOW32 = np.uint64(0xFFFFFFFF)
_BITS32 = np.uint64(32)
_M0, _M1 = (np.uint64(value) for value in _MULTIPLIERS)
_W0, _W1 = (np.uint64(value) for value in _WEYL)
_DROPPED_BITS = np.uint64(11)
_STEP_OF_53_BITS = 2.0**-53

#: Second word of the key: draws of other parts of a simulation from the same seed are others.
STREAM = int.from_bytes(hashlib.blake2b(b"moonstation failures", digest_size=8).digest(), "little")


def name_hash(*names: str) -> int:
    """Number of 63 bits for a name: the same on every machine, whatever stands beside it."""
    text = "\x1f".join(names).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 1


def philox(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """Philox4x64-10 in plain Python: four random words of 64 bits (Salmon et al. 2011, section 3.3)."""
    c0, c1, c2, c3 = map(int, counter)
    k0, k1 = key
    for _ in range(_ROUNDS):
        first, second = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (second >> 64) ^ c1 ^ k0, second & _MASK, (first >> 64) ^ c3 ^ k1, first & _MASK
        k0, k1 = (k0 + _WEYL[0]) & _MASK, (k1 + _WEYL[1]) & _MASK
    return c0, c1, c2, c3


def uniform(counter: tuple[int, int, int, int], seed: int) -> float:
    """Random number in [0, 1) of a counter."""
    return float(philox(counter, (seed & _MASK, STREAM))[0] >> 11) * _STEP_OF_53_BITS


@inlined
def _high(a: np.uint64, b: np.uint64) -> np.uint64:
    """Upper 64 bits of a product."""
    a0, a1, b0, b1 = a & _LOW32, a >> _BITS32, b & _LOW32, b >> _BITS32
    middle = a1 * b0 + ((a0 * b0) >> _BITS32)
    return a1 * b1 + (middle >> _BITS32) + (((middle & _LOW32) + a0 * b1) >> _BITS32)


@inlined
def draw(member: np.uint64, thing: np.uint64, purpose: np.uint64, number: np.uint64, seed: np.uint64) -> float:
    """Random number in [0, 1), as ``uniform``."""
    c0, c1, c2, c3 = member, thing, purpose, number
    k0, k1 = seed, np.uint64(STREAM)
    for _ in range(_ROUNDS):
        high0, low0 = _high(_M0, c0), _M0 * c0
        high1, low1 = _high(_M1, c2), _M1 * c2
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0 += _W0
        k1 += _W1
    return np.float64(c0 >> _DROPPED_BITS) * _STEP_OF_53_BITS


@compiled
def uniforms(counters: NDArray[np.uint64], seed: int, out: NDArray[np.float64]) -> None:
    """Fill ``out`` with the random number of every row of ``counters``, shape (n, 4)."""
    for i in range(len(counters)):
        row = counters[i]
        out[i] = draw(row[0], row[1], row[2], row[3], np.uint64(seed))


@inlined
def life_h(share: float, scale_h: float, shape: float) -> float:
    """Life [h] that a share of all things does not reach: inverse of 1 - exp(-(t / scale)^shape).

    A shape of 1 is the exponential law, whose scale is the mean.
    """
    hours = -math.log1p(-share)
    return scale_h * (hours if shape == 1.0 else hours ** (1.0 / shape))


def life_of(share: float, scale_h: float, shape: float) -> float:
    """The same in plain Python [h]."""
    hours = -math.log1p(-share)
    return scale_h * (hours if shape == 1.0 else math.pow(hours, 1.0 / shape))


@compiled
def lives_h(shares: NDArray[np.float64], scale_h: float, shape: float, out: NDArray[np.float64]) -> None:
    """Fill ``out`` with the life [h] that each share of all things does not reach."""
    for i in range(len(shares)):
        out[i] = life_h(shares[i], scale_h, shape)
