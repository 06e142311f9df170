"""Masses of what missions bring, spares with them, against what they land."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextvars import Context
from dataclasses import dataclass

from moonstation.components.failure_modes import kit_mass_kg, modes_of
from moonstation.components.registry import components
from moonstation.core.errors import Fault, MoonstationError
from moonstation.facts.table import lookup
from moonstation.scenario.assets import component_of
from moonstation.scenario.draft import Draft, keeper_of
from moonstation.scenario.messages import Source
from moonstation.scenario.schema import AssetEntry, DeliveryEntry, MissionEntry, SiteEntry


def own_mass_kg(entry: AssetEntry) -> float:
    """Mass of one asset without what its tank holds [kg]; 0 where nothing tells it.

    It is ``landed_kg``, else the component's ``mass_kg`` (a parameter, or what follows from its size).
    """
    mass_kg = entry.landed_kg
    if mass_kg is None:
        try:
            known = getattr(component_of(entry), "mass_kg", 0.0)
        except (MoonstationError, ValueError, TypeError):  # told where the component is checked
            return 0.0
        mass_kg = known() if callable(known) else known
    return float(mass_kg)


def unit_mass_kg(entry: AssetEntry) -> float:
    """Mass of one asset and of what its tank holds on landing [kg]; 0 where nothing tells the mass."""
    return own_mass_kg(entry) + float(getattr(entry, "start_kg", 0.0))


def spare_mass_kg(entry: AssetEntry) -> float:
    """Mass of one spare or kit of parts [kg]: ``spare_kg``, else that of the parts changed, else a share of a unit.

    Parts and share are facts, and not noted: no run stands on them.
    """
    if entry.spare_kg is not None:
        return entry.spare_kg
    kit_kg = Context().run(kit_mass_kg, entry.type, modes_of(components()[entry.type]))
    if kit_kg is not None:
        return kit_kg
    return Context().run(lookup, "failure.general.spare_mass").value * own_mass_kg(entry)


@dataclass(frozen=True)
class Load:
    """What a mission brings, as far as masses are known [kg], and what it lands; None where that is not said."""

    mission: str
    assets_kg: float
    spares_kg: float
    deliveries_kg: float
    landed_kg: float | None

    @property
    def total_kg(self) -> float:
        """All that it brings [kg]."""
        return self.assets_kg + self.spares_kg + self.deliveries_kg


def loads_of(
    missions: Iterable[MissionEntry],
    assets: Iterable[AssetEntry],
    deliveries: Iterable[DeliveryEntry],
    sites: Mapping[str, SiteEntry],
) -> list[Load]:
    """Load of each mission, in order."""
    assets, deliveries = list(assets), list(deliveries)
    carried = [
        (entry.mission, entry.count * unit_mass_kg(entry), entry.spares * spare_mass_kg(entry) if entry.spares else 0.0)
        for entry in assets
    ]
    carried += [(item.mission, 0.0, _spares_kg(item, assets, sites)) for item in deliveries]
    landed = [(item.mission, sum(item.amounts().values())) for item in deliveries]
    return [
        Load(
            mission=mission.name,
            assets_kg=sum(own_kg for name, own_kg, _ in carried if name == mission.name),
            spares_kg=sum(spare_kg for name, _, spare_kg in carried if name == mission.name),
            deliveries_kg=sum(amount for name, amount in landed if name == mission.name),
            landed_kg=mission.landed_mass_kg,
        )
        for mission in missions
    ]


def _spares_kg(delivery: DeliveryEntry, assets: Iterable[AssetEntry], sites: Mapping[str, SiteEntry]) -> float:
    """Mass of the spares that a delivery brings [kg]: of each as those of the type's first asset that lands any.

    That is one at the site, or else one that is tended from the same. What stands nowhere is told elsewhere.
    """
    of_type: dict[str, AssetEntry] = {}
    for entry in sorted(assets, key=lambda entry: (entry.site != delivery.site, not entry.spares)):
        if keeper_of(entry.site, sites) == keeper_of(delivery.site, sites):
            of_type.setdefault(entry.type, entry)
    return sum(count * spare_mass_kg(of_type[kind]) for kind, count in delivery.spares.items() if kind in of_type)


def faults_of_masses(draft: Draft, source: Source) -> Iterator[Fault]:
    """What a mission brings, as far as its masses are known, cannot weigh more than the mission lands."""
    sound = [entry for number, entry in draft.assets if draft.sound("assets", number)]
    missions, deliveries = [entry for _, entry in draft.missions], [entry for _, entry in draft.deliveries]
    loads = loads_of(missions, sound, deliveries, dict(draft.sites))
    for (number, _), load in zip(draft.missions, loads, strict=True):
        if load.landed_kg is None or load.total_kg <= load.landed_kg:
            continue
        of_them = f", {load.spares_kg:.0f} kg of them spares" if load.spares_kg else ""
        hint = f"its assets and deliveries weigh {load.total_kg:.0f} kg{of_them}; land more or bring less"
        path = ("missions", number, "landed_mass_kg")
        yield source.fault(path, "is less than what it brings", unit="kg", hint=hint)
