"""Temperatures in the reference kernel: a node of a thermal tree and its implicit step, in plain Python."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace as Row

from scipy import constants

from moonstation.station.packed import FAR_K, MOST_ROUNDS


def value_of(now: Sequence[float], series: int, otherwise: float) -> float:
    """Value of a series in this step, or a constant where there is none."""
    return now[series] if series >= 0 else otherwise


class Node:
    """A lump of equal temperature."""

    def __init__(self, given: Row, step_h: float) -> None:
        self.given = given
        self.per_step_w_k = given.heat_capacity / (step_h * 3600.0)
        self.temperature = self.before = self.point = self.from_children = self.from_children_w_k = self.other_w = 0.0
        self.heat_w = self.late_w = self.controlled_w = 0.0  # late: what stores lost in the last step
        self.driven, self.flow = False, 0.0  # whether pumps feed its radiator, and the share of it that they do

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
        given, self.before, self.point = self.given, self.temperature, self.temperature
        sink_k = value_of(now, given.sink_series, given.sink_k)
        self.sink_k4 = (sink_k * sink_k) * (sink_k * sink_k)
        self.ground_k = value_of(now, given.ground_series, given.ground_k)
        self.source_w = value_of(now, given.heat_series, given.heat_w)
        self.fed = constants.sigma * given.radiating_m2 * self.open_share()  # [W/K4] at full flow
        self.emission = self.fed * self.flow if self.driven else self.fed  # with the flow of the last step
        self.opening_w_k = self.swing_w_k = self.swing()
        self.flow = 0.0
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

    def swing(self) -> float:
        """Heat that the louver lets out per kelvin by which it opens [W/K]."""
        closed_k, open_k, square = self.given.closed_k, self.given.open_k, self.temperature * self.temperature
        if not closed_k < self.temperature < open_k:
            return 0.0
        slope = (1.0 - self.given.closed_share) / (open_k - closed_k)
        return float(constants.sigma * self.given.radiating_m2 * slope * max(square * square - self.sink_k4, 0.0))

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
        """Its row of the implicit step, radiation linearised about ``point``; the parent gets its share."""
        if self.driven:
            self.flow = min(self.flow, 1.0)
            self.emission, self.swing_w_k = self.fed * self.flow, self.opening_w_k * self.flow
        point, coupling = self.point, self.given.parent_w_k
        cube, before = point * point * point, self.before
        self.other_w = self.heat_w - self.controlled_w
        self.inverse = 1.0 / (self.fixed_w_k + 4.0 * self.emission * cube + self.swing_w_k - self.from_children_w_k)
        self.right = self.source_w + self.heat_w + self.emission * (3.0 * point * cube + self.sink_k4)
        beside = self.given.conductance * self.ground_k + self.per_step_w_k * before + self.swing_w_k * before
        self.right += beside + self.from_children
        self.from_children = self.from_children_w_k = 0.0
        if self.parent:
            self.parent.from_children_w_k += coupling * self.inverse * coupling
            self.parent.from_children += coupling * self.inverse * self.right

    def substitute(self) -> None:
        """New temperature, once that of the parent is known."""
        coupled = self.given.parent_w_k * self.parent.temperature if self.parent else 0.0
        self.temperature = (self.right + coupled) * self.inverse

    def came_far(self) -> bool:
        """Whether it came out far from where its radiation was linearised, which is then moved there.

        It is moved no more than twice as high: the tangent of a low temperature sends a light node far beyond its sink.
        """
        far = bool(abs(self.temperature - self.point) > FAR_K)
        if far:
            self.point = min(self.temperature, 2.0 * self.point)
        return far

    def residual(self) -> float:
        """Share of its heat that the step leaves open; its children have told what they gave [-]."""
        rise = self.temperature - self.before
        radiated = self.emission * self.point**3 * (self.point + 4.0 * (self.temperature - self.point))
        received, source = self.emission * self.sink_k4, self.source_w + self.heat_w
        conducted = self.given.conductance * (self.temperature - self.ground_k)
        to_parent = self.given.parent_w_k * (self.temperature - self.parent.temperature) if self.parent else 0.0
        rest = self.per_step_w_k * rise + radiated - received + conducted + to_parent - source - self.from_children
        rest += self.swing_w_k * rise
        if self.parent:
            self.parent.from_children += to_parent
        self.from_children = 0.0
        scale = self.per_step_w_k * self.temperature + abs(radiated) + received + abs(conducted) + abs(source)
        return float(abs(rest) / scale)


def find_temperatures(live: Sequence[Node]) -> Iterator[float]:
    """New temperatures: every node stands before its parent, so up the trees and down again; gives what is left open.

    Where one came out far from where its radiation was linearised, all is done again from there.
    """
    for again in range(MOST_ROUNDS):
        if again and not any([node.came_far() for node in live]):
            break
        for node in live:
            node.eliminate()
        for node in reversed(live):
            node.substitute()
        yield from [node.residual() for node in live]
