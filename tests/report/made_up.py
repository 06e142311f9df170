"""A made-up study that looks like a real one: real light at two named ridges, invented machines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import xarray as xr

from moonstation.core.time import TimeGrid
from moonstation.facts.table import all_facts
from moonstation.moon.places import shipped_horizon
from moonstation.moon.site import SiteLight, site_light
from moonstation.report.view import SiteView, SkyLine, StudyView, Track, Verdict

START, YEARS = datetime(2030, 1, 1, tzinfo=UTC), 3
SITES = {"ridge": ("connecting-ridge", "Connecting Ridge"), "rim": ("de-gerlache-rim", "Rim of de Gerlache")}
RELAY = "queqiao"
FIELDS = ("geology", "astronomy", "sun-earth-moon", "fundamental", "resources")
PARTNERS = ("CNSA", "Roscosmos", "CNSA + Roscosmos", "ASAL")


@cache
def light_of(name: str, years: float = YEARS) -> SiteLight:
    end = START + timedelta(days=round(365.25 * years))
    return site_light(shipped_horizon(name, 10.0), TimeGrid.between(START, end, "1h"))


def site_view(name: str) -> SiteView:
    place, title = SITES[name]
    light = light_of(place)
    year = slice(0, 8766, 2)

    def line(height_m: float) -> SkyLine:
        shipped = shipped_horizon(place, height_m)
        return SkyLine(shipped.azimuth_deg, shipped.elevation_deg, height_m, shipped.provenance)

    return SiteView(
        name,
        title,
        light.horizon.latitude_deg,
        light.horizon.longitude_deg,
        10.0,
        line(10.0),
        line(2.0),
        Track(light.directions.sun_azimuth_deg[year], light.directions.sun_elevation_deg[year]),
        Track(light.directions.earth_azimuth_deg[year], light.directions.earth_elevation_deg[year]),
        light.summary,
    )


def battery(supply_kw: np.ndarray, demand_kw: np.ndarray, capacity_kwh: float) -> tuple[np.ndarray, np.ndarray]:
    """Charge and shed power of a simple store, hour by hour."""
    charge, shed = np.empty_like(supply_kw), np.zeros_like(supply_kw)
    held = capacity_kwh
    for hour, (gives, takes) in enumerate(zip(supply_kw, demand_kw, strict=True)):
        held += gives - takes
        if held < 0.15 * capacity_kwh:
            shed[hour] = min(takes * 0.6, 0.15 * capacity_kwh - held)
            held += shed[hour]
        held = min(max(held, 0.0), capacity_kwh)
        charge[hour] = held
    return charge, shed


def site_series() -> dict[str, np.ndarray]:
    """Every series per site, shape (time, site); the third node is the relay."""
    lights = [light_of(place) for place, _ in SITES.values()]
    count = lights[0].grid.count
    hours = np.arange(count)
    columns: dict[str, list[np.ndarray]] = {}
    for number, light in enumerate(lights):
        sun = light.sun_disc_fraction.astype(float)
        supply = (14.0 - 5.0 * number) * sun * (hours >= 4000 * number) + 0.9
        demand = np.full(count, 6.0 - 2.0 * number) + 0.8 * np.sin(hours / 24.0)
        capacity = 520.0 - 240.0 * number
        charge, shed = battery(supply, demand, capacity)
        share = charge / capacity
        rows = {
            "sun_disc_fraction": sun,
            "earth_disc_fraction": light.earth_disc_fraction,
            "earth_contact": light.earth_centre_visible * (np.sin(hours / 3.8) > -0.95),
            "relay_visible": (hours % 24) > 5,
            "power_supply_kw": supply,
            "power_demand_kw": demand,
            "power_served_kw": demand - shed,
            "power_shed_kw": shed,
            "power_spilled_kw": np.maximum(supply - demand, 0) * (share >= 1),
            "charge_kwh": charge,
            "charge_capacity_kwh": np.full(count, capacity),
            "mode": np.select([share < 0.2, share < 0.4, (share < 0.95) & (sun < 0.5)], [3, 2, 1], 0),
            "critical_served": np.where(shed > 2.5, 0.5, 1.0),
            "data_backlog_gbit": 300 * np.abs(np.sin(hours / 240.0)) * (light.earth_disc_fraction < 0.5) + 3,
            "crew": 3.0 * ((hours > 9000) & (hours < 12000) | (hours > 17000) & (hours < 21500)) * (number == 0),
        }
        for name, values in rows.items():
            columns.setdefault(name, []).append(np.asarray(values, np.float32))
    for name, rows in columns.items():
        idle = {
            "critical_served": np.full(count, np.nan),
            "sun_disc_fraction": (hours % 12 > 0),
            "earth_contact": (hours % 12 > 2),
            "earth_disc_fraction": hours >= 0,
        }
        rows.append(np.asarray(idle.get(name, np.zeros(count)), np.float32))
    return {name: np.stack(rows, axis=1) for name, rows in columns.items()}


PROCESSES = [
    # asset, name, site, type, partner, priority, power_kw, capability
    *[
        (f"{field} instrument {n}", "observing", ("ridge", "rim")[n], "instrument", PARTNERS[(i + n) % 4], 7, -0.2,
         f"science_field:{field}=1")
        for i, field in enumerate(FIELDS)
        for n in range(2)
    ],
    ("radio", "sending", "ridge", "direct_link", "CNSA", 2, -0.01, ""),
    ("relay", "downlink", RELAY, "relay_downlink", "CNSA", 2, -0.01, ""),
    ("oxygen plant", "electrolysis", "ridge", "oxygen_generator", "Roscosmos", 1, -2.0, "crew_oxygen=4"),
    ("array", "array", "ridge", "solar_array", "CNSA", 0, 1.0, ""),
]  # fmt: skip
STORES = [
    ("water tank", "ridge", "water", "kg", 900.0),
    ("oxygen tank", "ridge", "oxygen", "kg", 300.0),
    ("pantry", "ridge", "food", "kg", 1500.0),
    ("air bottle", "ridge", "nitrogen", "kg", 80.0),
    ("recorder", "ridge", "data", "Gbit", 512.0),
    ("battery", "ridge", "electricity", "kWh", 520.0),
]
NODES = [
    ("lander: box", "lander", "ridge", 253.0, 323.0, 218.0, 343.0, 262.0, 12.0),
    ("battery: cells", "battery", "ridge", 273.0, 313.0, 253.0, 333.0, 279.0, 4.0),
    ("cabin: air", "cabin", "ridge", 290.0, 300.0, 0.0, np.inf, 295.0, 1.5),
    ("rover: body", "rover", "rim", 243.0, 323.0, 193.0, 343.0, 240.0, 38.0),
]


def dataset() -> xr.Dataset:
    light = light_of("connecting-ridge")
    time = light.grid.utc.astype("datetime64[ns]")
    hours = np.arange(time.size)
    rng = np.random.default_rng(7)
    sun = light.sun_disc_fraction
    data: dict[str, Any] = {name: (("time", "site"), values) for name, values in site_series().items()}
    activity = np.stack([0.5 * sun * rng.uniform(0.2, 1.0) for _ in PROCESSES], axis=1).astype(np.float32)
    activity[:, 10:12] *= 12.0
    data |= {
        "activity": (("time", "process"), activity),
        "shortfall": (("time", "process"), 0.1 * (1 - sun)[:, np.newaxis] * np.ones((1, len(PROCESSES)), np.float32)),
        "ready": (("time", "process"), np.ones_like(activity)),
        "amount": (
            ("time", "store"),
            np.stack([row[4] * (0.6 + 0.35 * np.cos(hours / 3000 + n)) for n, row in enumerate(STORES)], axis=1),
        ),
        "capacity": (("time", "store"), np.tile([row[4] for row in STORES], (time.size, 1))),
        "temperature_k": (
            ("time", "thermal_node"),
            np.stack([row[7] + row[8] * (2 * sun - 1 + 0.1 * np.sin(hours / 100)) for row in NODES], axis=1),
        ),
        "unit_charge_kwh": (("time", "unit"), (0.6 + 0.4 * np.sin(hours / 200))[:, np.newaxis]),
        "unit_charge_capacity_kwh": (("time", "unit"), np.ones((time.size, 1))),
        "unit_mode": (("time", "unit"), np.zeros((time.size, 1))),
        "unit_power_shed_kw": (("time", "unit"), np.zeros((time.size, 1))),
    }
    process = zip(*PROCESSES, strict=True)
    keys = ("asset", "name", "site", "type", "partner", "priority", "power_kw", "capability")
    coords: dict[str, Any] = {
        f"process_{key}": ("process", list(values)) for key, values in zip(keys, process, strict=True)
    }
    links = np.array([row[3] in ("direct_link", "relay_downlink") for row in PROCESSES], float)
    coords |= {
        "process_data_gbit_h": ("process", -links),
        "process_returned_gbit_h": ("process", links),
        "time": time,
        "site": [*SITES, RELAY],
        "unit": ["rover"],
        "process": [f"{row[0]}: {row[1]}" for row in PROCESSES],
        "store": [f"{row[0]}: tank" for row in STORES],
        "thermal_node": [row[0] for row in NODES],
    }
    coords |= {
        f"store_{key}": ("store", [row[n] for row in STORES])
        for n, key in enumerate(("asset", "site", "quantity", "unit"))
    }
    thermal = ("asset", "site", "work_min_k", "work_max_k", "survive_min_k", "survive_max_k")
    coords |= {f"thermal_{key}": ("thermal_node", [row[n + 1] for row in NODES]) for n, key in enumerate(thermal)}
    data["temperature_k"][1][:3000, 3] = np.nan
    return xr.Dataset(data, coords, {"record_h": 1.0})


def missions() -> list[dict[str, Any]]:
    rows = []
    for number in range(9):
        arrival = START + timedelta(days=90 * number - 120)
        rows.append(
            {
                "name": f"ILRS-{number + 1}",
                "title": ("energy and communication", "research", "in-situ resources")[number % 3],
                "partners": PARTNERS[number % 4].split(" + "),
                "launch": arrival - timedelta(days=6),
                "arrival": None if number == 4 else arrival,
                "status": "failed" if number == 4 else "flown" if number < 1 else "planned",
                "site": ("ridge", "rim", RELAY)[number % 3],
                "brings": [f"asset {number}.{n}" for n in range(4)],
            }
        )
    return rows


def milestones() -> list[dict[str, Any]]:
    def condition(metric: str, least: float, unit: str, reached: datetime | None, best: float) -> dict[str, Any]:
        share = 0.97 if reached else 0.0
        return {"metric": metric, "least": least, "unit": unit, "reached": reached, "best": best, "held_since": share}

    later = START + timedelta(days=260)
    return [
        {
            "name": "basic-infrastructure",
            "title": "Basic infrastructure complete",
            "planned": START + timedelta(days=200),
            "reached": later,
            "conditions": [
                condition("energy_kw", 10, "kW", later, 14.9),
                condition("life_support_crew", 3, "people", later, 4),
            ],
            "landed": {"ILRS-1": START - timedelta(days=120)},
            "waits_for": (),
        },
        {
            "name": "water",
            "title": "A tonne of water won",
            "planned": START + timedelta(days=700),
            "reached": None,
            "conditions": [condition("water_kg", 1000, "kg", None, 312.5)],
            "landed": {"ILRS-5": None},
            "waits_for": ("basic-infrastructure",),
        },
    ]


def assets() -> list[dict[str, Any]]:
    common = {"type": "instrument", "site": "ridge", "facility": "science", "start": START, "end": None, "lost": None}
    rows = [
        common | {"name": f"asset {m}.{n}", "mission": f"ILRS-{m + 1}", "partner": PARTNERS[m % 4]}
        for m in range(9)
        for n in range(4)
        if m != 4
    ]
    rows.append(rows[0] | {"name": "rover", "type": "rover", "site": "rim"})
    rows[5] |= {"lost": START + timedelta(days=400), "loss": "colder than it survives"}
    return rows


def events() -> list[dict[str, Any]]:
    kinds = ("landed", "mode", "critical-unserved", "delivery", "lost-cold")
    return [
        {
            "utc": START + timedelta(hours=31 * n),
            "kind": kinds[n % 5 if n % 7 == 0 else 1],
            "subject": ("ridge", "rim")[n % 2],
            "detail": "survival" if n % 3 else "nominal",
            "value": float(n),
            "unit": "K" if n % 5 == 4 else "",
        }
        for n in range(700)
    ]


def ledger() -> list[dict[str, Any]]:
    columns = ("delivered", "produced", "consumed", "spilled", "lost", "removed", "stored_end")
    rows = {
        "water": (2000.0, 6800.0, 7900.0, 0.0, 0.0, 0.0, 900.0),
        "oxygen": (500.0, 950.0, 1200.0, 0.0, 3.0, 0.0, 247.0),
        "electricity": (520.0, 2e5, 1.8e5, 1.9e4, 1e3, 0.0, 520.0),
    }
    return [
        {
            "quantity": q,
            "node": "ridge",
            "unit": "kWh" if q == "electricity" else "kg",
            **dict(zip(columns, v, strict=True)),
        }
        for q, v in rows.items()
    ]


def made_up_study(**changes: Any) -> StudyView:
    facts = [
        {
            key: getattr(fact, key)
            for key in ("key", "value", "low", "high", "unit", "source", "locator", "status", "note")
        }
        for fact in list(all_facts().values())[:120]
    ]
    sites = {name: site_view(name) for name in SITES}
    sites[RELAY] = SiteView(RELAY, "Queqiao relay", orbit="200 x 16000 km, inclination 62.4 deg")
    study = StudyView(
        name="made-up",
        title="A made-up station at the south pole",
        start=START,
        end=START + timedelta(days=round(365.25 * YEARS)),
        verdict=Verdict(
            lives=True,
            reasons=["critical loads were served in 99.98 % of all steps", "no crew was without oxygen"],
            margins=[{"label": "charge", "value": 15.0, "unit": "%", "detail": "above the floor of the batteries"}],
        ),
        summary={
            "availability": {"energy": 0.99981, "communication": 0.931, "life_support": 1.0},
            "longest_blackout_h": 7.5,
            "science_hours": 43210.0,
            "data_returned_gbit": 123456.0,
            "crew_days": 937.5,
            "max_relative_residual": 3.2e-13,
        },
        dataset=dataset(),
        main_site="ridge",
        sites=sites,
        events=events(),
        milestones=milestones(),
        missions=missions(),
        assets=assets(),
        facts=facts,
        ledger=ledger(),
        manifest={
            "versions": {"moonstation": "0.1.0", "numpy": np.__version__},
            "seed": 1,
            "inputs": {"made-up.toml": "sha256:0123abcd"},
        },
    )
    return replace(study, **changes)
