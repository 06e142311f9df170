"""``python -m moonstation``: the command line."""

from moonstation.cli.main import run

run()
