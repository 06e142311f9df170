"""Checks of stocks: a store that nothing uses, a delivery that nothing holds, a load that nothing feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from moonstation.components.quantities import quantities
from moonstation.components.registry import components
from moonstation.core.errors import Fault
from moonstation.scenario.draft import Draft
from moonstation.scenario.messages import Source
from moonstation.scenario.parts import Bus, Parts
from moonstation.scenario.schema import cargo_keys

_MOST_NAMED = 3


def faults_of_stocks(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """Stores on a bus that no process takes from or gives to, and deliveries of what nothing at the site holds.

    Missions that fail, and dates, are left aside: what the file never uses is refused, what it lacks for a time is not.
    """
    if not parts.settled:
        return
    for unit in parts.units:
        for bus in sorted(unit.stored if unit.parts else ()):
            if not parts.takers(bus) and not parts.givers(bus):
                quantity, place = bus
                yield source.fault(
                    ("assets", unit.number),
                    f"is a store without a user: {_nobody(bus)} takes or gives {quantity}",
                    value=None,
                    hint=_other_users(parts, quantity, place),
                )
    for number, delivery in draft.deliveries:
        given = delivery.amounts() if draft.sound("deliveries", number) else {}
        for key, quantity in cargo_keys().items():
            if quantity in given and not parts.keepers((quantity, delivery.site)):
                hint = f'add an asset of type tank with quantity = "{quantity}" there, or leave it out'
                yield source.fault(
                    ("deliveries", number, key), f"nothing at {delivery.site} holds {quantity}", unit="kg", hint=hint
                )


def _nobody(bus: Bus) -> str:
    return "it" if bus[1].startswith("self ") else f"nothing at {bus[1]}"


def _other_users(parts: Parts, quantity: str, place: str) -> str:
    """Where else the quantity is used, else what could use it."""
    elsewhere = {
        bus[1] for unit in parts.units for bus in unit.taken | unit.given if bus[0] == quantity and bus[1] != place
    }
    sites = sorted(name for name in elsewhere if not name.startswith("self "))
    if sites:
        return f"put it where {quantity} is used, at {', '.join(sites)}, or leave it out"
    kinds = [
        kind
        for kind, cls in components().items()
        if any(flow.bus == quantity and flow.direction != "store" for flow in getattr(cls, "flows", ()))
    ]
    return f"add what uses it, such as {', '.join(kinds[:4])}, or leave it out" if kinds else "leave it out"


def supplied(draft: Draft, parts: Parts, bus: Bus, comes: Callable[[str], bool] = lambda mission: True) -> bool:
    """Whether anything ever brings something to a bus: a giver, a store that is not empty on landing, a delivery.

    comes : whether what the mission of a name brings counts
    """
    if any(comes(unit.entry.mission) for unit in parts.givers(bus)):
        return True
    for unit in parts.keepers(bus):
        full = unit.parts is None or any(store.start > 0.0 for store in unit.stores_on(bus))
        if full and comes(unit.entry.mission):
            return True
    return any(
        delivery.site == bus[1]
        and comes(delivery.mission)
        and (not draft.sound("deliveries", number) or bus[0] in delivery.amounts())
        for number, delivery in draft.deliveries
    )


def notes_on_supply(draft: Draft, parts: Parts, source: Source) -> Iterator[Fault]:
    """A note for each bus from which assets take what nothing that lands ever gives, so that they will never work."""
    wanted = dict.fromkeys(bus for unit in parts.units for bus in sorted(unit.taken))
    for quantity, place in wanted if parts.settled else ():
        takers = [unit for unit in parts.takers((quantity, place)) if draft.lands(unit.entry.mission)]
        if supplied(draft, parts, (quantity, place), draft.lands) or not takers:
            continue
        names = listed([unit.entry.name for unit in takers])
        meaning = quantities()[quantity].doc
        where = f"at {place}" if not place.startswith("self ") else "of its own"
        yield source.fault(
            ("assets", takers[0].number),
            f"nothing {where} ever gives {quantity} ({meaning}), which {names} take{'s' if len(takers) == 1 else ''}",
            value=None,
            hint="what needs it will never work",
        )


def listed(names: Iterable[str]) -> str:
    """Names with commas, the first of many."""
    given = list(names)
    more = f" and {len(given) - _MOST_NAMED} more" if len(given) > _MOST_NAMED else ""
    return ", ".join(given[:_MOST_NAMED]) + more
