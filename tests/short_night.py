"""The first night, cut short."""

from __future__ import annotations

from moonstation.scenario.reading import library

#: Steps of an hour, as a change of its text.
HOURLY = {'step = "10min"': 'step = "1h"'}


def short_night(end: str, *, before: str = "[[milestones]]", **changes: str) -> str:
    """Text of the first night up to a date, without what stands from ``before`` on; ``changes`` replace texts of it."""
    text = library()["first-night"].read_text("utf-8")
    for old, new in {"end = 2029-08-01": f"end = {end}", **changes}.items():
        assert old in text, old
        text = text.replace(old, new)
    return text[: text.index(before)]
