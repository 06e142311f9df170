"""Numbers, shares, spans and dates as people read them."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import numpy as np

from moonstation.core.units import shown_unit
from moonstation.core.words import noun

#: What stands where there is no number.
NOTHING = "–"
_THIN = "\u202f"  # narrow no-break space between thousands
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: Any, digits: int = 3) -> str:
    """A number with ``digits`` significant digits and its thousands apart; powers of ten where it is tiny or huge."""
    if value is None or isinstance(value, str) or not math.isfinite(value):
        return NOTHING
    value = float(value)
    size = abs(value)
    if size and (size < 1e-3 or size >= 1e12):
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{mantissa}×10{str(int(exponent)).translate(_RAISED)}"
    decimals = max(digits - 1 - math.floor(math.log10(size)), 0) if 0 < size < 1000.0 else 0
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace(",", _THIN)


def amount(value: Any, unit: str, digits: int = 3) -> str:
    """A number and its unit; the unit ``-`` or ``1`` is not written."""
    text = number(value, digits)
    return text if text == NOTHING or not shown_unit(unit) else f"{text} {unit}"


def share(value: Any) -> str:
    """A fraction in percent; never rounded up to 100 % nor down to 0 %."""
    if value is None or not math.isfinite(value):
        return NOTHING
    percent = 100.0 * float(value)
    if 0.0 < percent < 0.01:
        return "under 0.01 %"
    if 99.99 < percent < 100.0:
        return "over 99.99 %"
    decimals = 2 if percent > 99.0 or percent < 1.0 else 1
    text = f"{percent:.{decimals}f}".rstrip("0").rstrip(".")
    return f"{text or '0'} %"


def span(hours: Any) -> str:
    """A length of time given in hours; longer ones also in days."""
    if hours is None or not math.isfinite(hours):
        return NOTHING
    text = amount(hours, "h")
    return f"{text} ({number(hours / 24.0)} days)" if hours >= 48.0 else text


def utc(moment: Any) -> datetime | None:
    """An aware datetime in UTC of a datetime, a datetime64 or ISO text; None where there is none or it is not one."""
    if moment is None or (isinstance(moment, np.datetime64) and np.isnat(moment)):
        return None
    if isinstance(moment, np.datetime64):
        return datetime.fromtimestamp(int(moment.astype("datetime64[ms]").astype(np.int64)) / 1e3, UTC)
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    try:
        return utc(datetime.fromisoformat(str(moment)))
    except ValueError:
        return None


def day(moment: Any) -> str:
    """The date of a moment, such as 2033-06-12."""
    when = utc(moment)
    return when.strftime("%Y-%m-%d") if when else NOTHING


def minute(moment: Any) -> str:
    """Date and time of a moment, UTC, such as 2033-06-12 14:00."""
    when = utc(moment)
    return when.strftime("%Y-%m-%d %H:%M") if when else NOTHING


def count(items: int, one: str, many: str = "") -> str:
    """A count with its noun: ``1 asset``, ``3 assets``."""
    return f"{number(items, 12)} {noun(items, one, many)}"


def listed(items: list[str], most: int = 6) -> str:
    """Items with commas and ``and``, no more than ``most`` of them."""
    shown = items[:most]
    if len(items) > most:
        return f"{', '.join(shown)} and {len(items) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def capital(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]
