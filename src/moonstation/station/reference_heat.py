"""Temperatures in the reference kernel: a node of a thermal tree and its implicit step, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace as Row

from scipy import constants


def value_of(now: Sequence[float], series: int, otherwise: float) -> float:
    """Value of a series in this step, or a constant where there is none."""
    return now[series] if series >= 0 else otherwise


class Node:
    """A lump of equal temperature."""

    def __init__(self, given: Row, step_h: float) -> None:
        self.given = given
        self.per_step_w_k = given.heat_capacity / (step_h * 3600.0)
        self.temperature = self.before = self.from_children = self.from_children_w_k = self.other_w = 0.0
        self.heat_w = self.late_w = self.controlled_w = 0.0  # late: what stores lost in the last step

    def join(self, nodes: Sequence[Node]) -> None:
        """Find the parent, and sum the conductances that never change."""
        number = nodes.index(self)
        self.parent = nodes[self.given.parent] if self.given.parent >= 0 else None
        self.fixed_w_k = self.per_step_w_k + self.given.conductance
        self.fixed_w_k += self.given.parent_w_k if self.parent else 0.0
        for child in nodes:
            self.fixed_w_k += child.given.parent_w_k if child.given.parent == number else 0.0

    def open(self, now: Sequence[float]) -> None:
        """Begin a step: the surroundings, and the louver where the temperature puts it; only stores have warmed it."""
        given = self.given
        sink_k = value_of(now, given.sink_series, given.sink_k)
        self.sink_k4 = (sink_k * sink_k) * (sink_k * sink_k)
        self.ground_k = value_of(now, given.ground_series, given.ground_k)
        self.source_w = value_of(now, given.heat_series, given.heat_w)
        self.emission = constants.sigma * given.radiating_m2 * self.open_share()  # [W/K4]
        self.heat_w, self.late_w, self.controlled_w = self.late_w, 0.0, 0.0

    def open_share(self) -> float:
        """Share of the radiating area that the louver lets work [-]."""
        closed_share, closed_k, open_k = self.given.closed_share, self.given.closed_k, self.given.open_k
        if self.temperature <= closed_k:
            return float(closed_share)
        if self.temperature >= open_k:
            return 1.0
        slope = (1.0 - closed_share) / (open_k - closed_k)
        return float(closed_share + slope * (self.temperature - closed_k))

    def within(self, low_k: float, high_k: float) -> bool:
        """True while its temperature lies in a range."""
        return bool(low_k <= self.temperature <= high_k)

    def works(self) -> bool:
        """True while what works in it can."""
        return self.within(self.given.work_min_k, self.given.work_max_k)

    def need_w(self, target: float) -> float:
        """Power that brings it to ``target`` within the step, with the other heats of the last step [W]."""
        fourth = (target * target) * (target * target)
        need = self.per_step_w_k * (target - self.temperature) + self.emission * (fourth - self.sink_k4)
        need += self.given.conductance * (target - self.ground_k) - self.source_w - self.other_w
        if self.parent:
            need += self.given.parent_w_k * (target - self.parent.temperature)
        return float(need)

    def eliminate(self) -> None:
        """Its row of the implicit step, radiation linearised about the old temperature; the parent gets its share."""
        old, coupling = self.temperature, self.given.parent_w_k
        cube = old * old * old
        self.before, self.other_w = old, self.heat_w - self.controlled_w
        self.inverse = 1.0 / (self.fixed_w_k + 4.0 * self.emission * cube - self.from_children_w_k)
        self.right = self.source_w + self.heat_w + self.emission * (3.0 * old * cube + self.sink_k4)
        self.right += self.given.conductance * self.ground_k + self.per_step_w_k * old + self.from_children
        self.from_children = self.from_children_w_k = 0.0
        if self.parent:
            self.parent.from_children_w_k += coupling * self.inverse * coupling
            self.parent.from_children += coupling * self.inverse * self.right

    def substitute(self) -> None:
        """New temperature, once that of the parent is known."""
        coupled = self.given.parent_w_k * self.parent.temperature if self.parent else 0.0
        self.temperature = (self.right + coupled) * self.inverse

    def residual(self) -> float:
        """Share of its heat that the step leaves open; its children have told what they gave [-]."""
        rise = self.temperature - self.before
        radiated = self.emission * self.before**3 * (self.before + 4.0 * rise)
        received, source = self.emission * self.sink_k4, self.source_w + self.heat_w
        conducted = self.given.conductance * (self.temperature - self.ground_k)
        to_parent = self.given.parent_w_k * (self.temperature - self.parent.temperature) if self.parent else 0.0
        rest = self.per_step_w_k * rise + radiated - received + conducted + to_parent - source - self.from_children
        if self.parent:
            self.parent.from_children += to_parent
        self.from_children = 0.0
        scale = self.per_step_w_k * self.temperature + abs(radiated) + received + abs(conducted) + abs(source)
        return float(abs(rest) / scale)
