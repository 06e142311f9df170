"""How many cores this program may use."""

from __future__ import annotations

import os


def core_count() -> int:
    """Cores that the system lets this process use, at least 1; fewer than the machine has where it is bound to some."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
