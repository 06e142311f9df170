"""Makes ``made_up.py`` of this folder importable, and gives the studies that the tests share."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

_HERE = str(Path(__file__).parent)
if _HERE not in sys.path:
    sys.path.insert(0, _HERE)


@pytest.fixture(scope="session")
def study():
    """Three years, two sites and a relay, with crew."""
    from made_up import made_up_study

    return made_up_study()


@pytest.fixture(scope="session")
def page(study) -> str:
    from moonstation.report.html import render_report

    return render_report(study)
