"""``moonstation ephemeris``: the function that the command line registers."""

import json
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from moonstation.cli.ephemeris import ephemeris
from moonstation.core.errors import RangeError
from moonstation.sky.apparent import ephemeris_table

app = typer.Typer()
app.command()(ephemeris)
PLACE = ["--lat", "-89.45", "--lon", "222.7"]


def call(*options):
    return CliRunner().invoke(app, [*PLACE, *options])


def test_json_is_the_library_s_table():
    result = call("--at", "2030-01-01", "--at", "2030-02-01T06:00:00Z", "--height", "10", "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == ephemeris_table(-89.45, 222.7, ["2030-01-01", "2030-02-01T06:00:00Z"], 10.0)


def test_the_table_fits_a_terminal_of_eighty_columns():
    result = call("--at", "2030-01-01T00:00:00.123")
    assert result.exit_code == 0
    assert "2030-01-01T00:00:00.123Z" in result.output
    assert "[deg]" in result.output
    assert "…" not in result.output
    assert max(map(len, result.output.splitlines())) <= 80


def test_faults_reach_the_command_line_as_one_range_error(tmp_path):
    with pytest.raises(RangeError, match="absent.bsp"):
        CliRunner().invoke(
            app, [*PLACE, "--at", "2030", "--kernel", str(tmp_path / "absent.bsp")], catch_exceptions=False
        )
    with pytest.raises(RangeError, match="2050-12-31"):
        CliRunner().invoke(app, [*PLACE, "--at", "2070-01-01"], catch_exceptions=False)


def test_an_own_kernel_moves_the_earth(kernel):
    own = kernel((399, 3, 8e8, 10e8, (-6000.0, 0.0, 0.0)))
    shipped, moved = (call("--at", "2028-01-01", "--json", *more) for more in ([], ["--kernel", str(own)]))
    assert json.loads(shipped.output)[0]["earth_distance_km"] != json.loads(moved.output)[0]["earth_distance_km"]


def test_the_module_loads_no_numerics():
    probe = (
        "import sys, moonstation.cli.ephemeris; print([m for m in ('numpy', 'numba', 'jplephem') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
