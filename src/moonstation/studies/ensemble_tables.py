"""What the lives of an ensemble tell, as tables: outcomes, series, quantiles and the summary."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from moonstation.components.quantities import quantities
from moonstation.core.time import iso_utc
from moonstation.core.units import unit_in_brackets
from moonstation.scenario.build import left_out
from moonstation.station.event_words import LOST_CODES
from moonstation.station.named_series import POWER
from moonstation.station.odds import percentiles, survival_band, survival_curve, wilson_interval
from moonstation.station.survival import CAUSES
from moonstation.station.upkeep import CHANGES, REPAIRS

if TYPE_CHECKING:
    import xarray as xr

    from moonstation.studies.ensemble import Ensemble

#: Outcomes of a life: unit, and what they are.
OUTCOMES: dict[str, tuple[str, str]] = {
    "survived": ("1", "1 where the station lived to the end; none where nothing of it could be lost"),
    "lost_h": ("h", "hours into the run at which the station was lost"),
    "lost_by": ("1", "what ended it: 0 crew, 1 energy, 2 communication, 3 life support"),
    "energy": ("1", "share of time in which all critical loads of the main site were served"),
    "communication": ("1", "share of time with an open, powered way from the main site to the Earth"),
    "life_support": ("1", "share of time in which life support sufficed or stood ready"),
    "longest_blackout_h": ("h", "longest time in which critical loads of the main site went unserved"),
    "longest_without_contact_h": ("h", "longest time without a way to the Earth"),
    "worst_dark_survived_h": ("h", "longest darkness come through with all critical loads served"),
    "lowest_charge": ("1", "least share of the main site's usable charge at the end of a day"),
    "crew_days": ("d", "days lived by people"),
    "crew_lost": ("1", "crews lost"),
    "crews_late": ("1", "crews that landed later than planned, for want of a go"),
    "crews_not_come": ("1", "crews that did not come, for want of a go"),
    "crews_left_early": ("1", "crews that left early"),
    "landing_wait_days": ("d", "days by which crews landed later than planned, sum"),
    "science_hours": ("h", "hours worked by instruments"),
    "data_returned_gbit": ("Gbit", "data that reached the Earth"),
    "assets_lost": ("1", "assets lost"),
    "spares_used": ("1", "spare units and kits used by repairs"),
    "repair_crew_h": ("h", "hours of people's work for repairs"),
    "repair_robot_h": ("h", "hours of robots' work for repairs"),
    "scheduled_changes": ("1", "units and parts changed by schedule, at their limit of life"),
    "scheduled_spares": ("1", "spare units and kits used by changes by schedule"),
    "scheduled_crew_h": ("h", "hours of people's work for changes by schedule"),
    "scheduled_robot_h": ("h", "hours of robots' work for changes by schedule"),
    "overdue_changes": ("1", "limits of life that were passed for want of a spare or of hands"),
    "failures": ("1", "failures"),
    "max_relative_residual": ("1", "greatest relative residual of the ledger"),
}
#: Series that every life keeps: unit, and what they are.
SERIES: dict[str, tuple[str, str]] = {
    "charge": ("1", "share of the main site's usable charge, end of the day"),
    "power_supply_kw": ("kW", "power that the main site's sources give, mean of the day"),
    "energy": ("1", "share of the day in which all critical loads of the main site were served"),
    "communication": ("1", "share of the day with an open, powered way from the main site to the Earth"),
    "life_support": ("1", "1 where life support sufficed or stood ready"),
    "assets_working": ("1", "share of the assets that should be there that work, by what is left, end of the day"),
    "crew": ("1", "people present"),
    "science_hours": ("h", "hours worked by instruments since the start"),
    "data_returned_gbit": ("Gbit", "data returned to the Earth since the start"),
    "data_backlog_gbit": ("Gbit", "data that wait in the main site's recorders, end of the day"),
    "cold_margin_k": (
        "K",
        "least distance of any part of the main site that lives to its death by cold, end of the day",
    ),
    "cabin_oxygen_kpa": ("kPa", "partial pressure of oxygen in the main site's cabins, end of the day"),
    "cabin_carbon_dioxide_kpa": ("kPa", "partial pressure of carbon dioxide in the main site's cabins, end of the day"),
}
#: Percentiles of each series that are told.
QUANTILES = (5.0, 50.0, 95.0)
#: The survival curve: share of lives not yet lost, and its interval.
SURVIVAL = {
    "survival": "share of the lives that were not yet lost",
    "survival_low": "lower end of its 95 % interval (Wilson)",
    "survival_high": "upper end of its 95 % interval (Wilson)",
}
#: Hours of each asset, and what they are.
DOWNTIMES = {
    "downtime_h": "hours lost: of an asset that is gone or has failed, of a partial failure the share that it takes",
    "degraded_h": "hours with an open failure in which the asset was of some use all the same",
}
#: Short names of outcomes and series that differ from their keys.
_TITLES = {
    "survived": "survival",
    "energy": "energy available",
    "communication": "communication available",
    "life_support": "life support available",
    "worst_dark_survived_h": "worst dark survived",
    "science_hours": "science hours",
    "crew_days": "crew days",
    "lost_h": "time of the loss",
    "lowest_charge": "lowest charge at the end of a day",
    "landing_wait_days": "crews waited",
    "spares_used": "spares used by repairs",
    "repair_crew_h": "people's work for repairs",
    "repair_robot_h": "robots' work for repairs",
    "scheduled_changes": "changes by schedule",
    "scheduled_spares": "spares used by changes by schedule",
    "scheduled_crew_h": "people's work for changes by schedule",
    "scheduled_robot_h": "robots' work for changes by schedule",
}
_UNIT_ENDINGS = ("_gbit", "_kwh", "_kpa", "_kw", "_kg", "_h", "_k")
AVAILABILITY = ("energy", "communication", "life_support")
#: Outcomes that are shares of a whole, written in percent.
SHARES = (*AVAILABILITY, "lowest_charge")
#: Outcomes whose causes are looked for.
EXPLAINED = (
    "survived",
    "energy",
    "communication",
    "life_support",
    "longest_blackout_h",
    "lowest_charge",
    "science_hours",
    "data_returned_gbit",
    "crew_days",
)
#: Outcomes of which more is worse; of all others less is.
WORSE_WHEN_MORE = frozenset(
    {
        "longest_blackout_h",
        "longest_without_contact_h",
        "crew_lost",
        "crews_late",
        "crews_not_come",
        "crews_left_early",
        "landing_wait_days",
        "assets_lost",
        *REPAIRS,
        *CHANGES,
        "failures",
        "max_relative_residual",
    }
)
_MOST_CAUSES = 12
_OF_PARTS = {"activity": "1", "shortfall": "1", "ready": "1", "temperature_k": "K", "alive": "1"}


def title_of(name: str) -> str:
    """Short name of an outcome or a series, without its unit."""
    if name in _TITLES:
        return _TITLES[name]
    variable, _, part = name.removeprefix("milestone.").partition("@")
    ending = next((end for end in _UNIT_ENDINGS if variable.endswith(end)), "")
    words = variable.removesuffix(ending).replace("_", " ")
    return f"{words} of {part}" if part else words


def described(name: str) -> tuple[str, str]:
    """Unit and meaning of an outcome."""
    if name.startswith("milestone."):
        return "h", f"hours into the run at which {name.partition('.')[2]!r} was reached"
    return OUTCOMES[name]


def shown(name: str) -> tuple[float, str]:
    """Factor and unit in which people read an outcome: shares in percent."""
    return (100.0, "%") if name in SHARES or name == "survived" else (1.0, described(name)[0])


def labelled(name: str) -> str:
    """Short name of an outcome with the unit in which people read it."""
    unit, reached = shown(name)[1], ", reached after" if name.startswith("milestone.") else ""
    return f"{title_of(name)}{reached}" + unit_in_brackets(unit)


def series_described(name: str) -> tuple[str, str]:
    """Unit and meaning of a tracked series."""
    variable, _, part = name.partition("@")
    if part:
        return {**POWER, **_OF_PARTS}.get(variable, ""), f"{variable} of {part}"
    if name in SERIES:
        return SERIES[name]
    quantity = quantities()[name.removesuffix("_kg")]
    return quantity.unit, f"{quantity.doc}, in store at the main site at the end of the day"


def timeseries(run: Ensemble) -> xr.Dataset:
    """Tracked series of every member, of the nominal life (``nominal_NAME``), quantiles, and the survival curve."""
    import xarray as xr

    data: dict[str, Any] = {}
    for name, values in run.gathered.series.items():
        unit, meaning = series_described(name)
        attrs: dict[str, Any] = {"units": unit, "long_name": meaning}
        data[name] = (("time", "member"), values.T, attrs)
        data[f"quantile_{name}"] = (("quantile", "time"), percentiles(values, QUANTILES), attrs)
        nominal = run.gathered.nominal[f"series.{name}"][0]
        data[f"nominal_{name}"] = (("time",), nominal, attrs | {"long_name": f"{meaning}; facts as in the tables"})
    lost_h, since_h = run.outcome("lost_h"), hours(run)
    curve = np.array((survival_curve(lost_h, since_h), *survival_band(lost_h, since_h)))
    if run.not_judged:
        curve[:] = np.nan
    for (name, meaning), share in zip(SURVIVAL.items(), curve, strict=True):
        data[name] = (("time",), share, {"units": "1", "long_name": meaning})
    about: dict[str, Any] = {"title": f"moonstation ensemble of {run.name}", "Conventions": "CF-1.11", "seed": run.seed}
    shares = [percent / 100.0 for percent in QUANTILES]
    coords = {"time": times(run), "member": np.arange(run.members), "quantile": shares}
    return xr.Dataset(data, coords=coords, attrs=about)


def times(run: Ensemble) -> NDArray[np.datetime64]:
    """Begin of each record, UTC, shape (record,)."""
    return run.plan.station.grid.utc[:: run.lives.record_steps].astype("datetime64[ns]")


def hours(run: Ensemble) -> NDArray[np.float64]:
    """Begin of each record from the start [h], shape (record,)."""
    record_h = run.lives.record_steps * run.plan.station.grid.step_h
    return np.arange(len(times(run)), dtype=np.float64) * record_h


def outcomes(run: Ensemble) -> xr.Dataset:
    """Outcomes, sampled facts and downtimes of every member."""
    import xarray as xr

    data: dict[str, Any] = {}
    for name in run.gathered.names:
        unit, meaning = described(name)
        data[name] = (("member",), run.outcome(name), {"units": unit, "long_name": meaning})
    data["fact_value"] = (("member", "fact"), run.lives.values, {"long_name": "sampled value, fact_unit"})
    for kind, meaning in DOWNTIMES.items():
        attrs = {"units": "h", "long_name": meaning}
        data[kind] = (("member", "asset"), getattr(run.gathered, kind), attrs)
    facts = {fact.key: fact.unit for fact in run.facts}
    keys = [fact.key for fact in run.plan.sampled]
    coords = {
        "member": np.arange(run.members),
        "fact": keys,
        "fact_unit": ("fact", [facts[key] for key in keys]),
        "asset": [asset.name for asset in run.plan.station.assets],
    }
    return xr.Dataset(data, coords=coords)


def summary(run: Ensemble) -> dict[str, Any]:
    """The numbers for machines."""
    scenario = run.plan.scenario
    return {
        "name": scenario.name,
        "title": scenario.title,
        "start": iso_utc(scenario.start),
        "end": iso_utc(scenario.end),
        "main_site": run.lives.shared.site,
        "members": run.members,
        "seed": run.seed,
        **survival(run),
        **_as_planned(run),
        "losses": losses(run),
        "availability": {name: _mean(run.outcome(name)) for name in AVAILABILITY},
        "outcomes": {name: _spread(run, name) for name in run.gathered.names if not name.startswith("milestone.")},
        "milestones": {item.name: _milestone(run, item) for item in run.plan.milestones},
        "longest_blackout_h": float(run.outcome("longest_blackout_h").max()),
        "science_hours": float(run.outcome("science_hours").mean()),
        "data_returned_gbit": float(run.outcome("data_returned_gbit").mean()),
        "crew_days": float(run.outcome("crew_days").mean()),
        "downtime": downtimes(run),
        "influences": {name: made.told(_MOST_CAUSES) for name in EXPLAINED if (made := run.causes(name)).found},
        "sampled_facts": len(run.plan.sampled),
        "held_facts": [asdict(fact) for fact in run.plan.held],
        "softened_members": int(run.gathered.softened.sum()),
        "assets": len(run.plan.station.assets),
        "left_out": left_out(scenario),
        "notes": [str(note) for note in scenario.notes],
        "max_relative_residual": float(run.outcome("max_relative_residual").max()),
        "facts": len(run.facts),
        "assumptions": len(run.assumptions),
        "assumption_keys": [fact.key for fact in run.assumptions],
    }


def survival(run: Ensemble) -> dict[str, Any]:
    """Share of the lives that lived with its interval, or None each and why no life of the station is judged."""
    if why := run.not_judged:
        return {"survival_probability": None, "survival_low": None, "survival_high": None, "not_judged": why}
    survived = run.outcome("survived")
    low, high = wilson_interval(int(survived.sum()), run.members)
    share = float(survived.mean())
    return {"survival_probability": share, "survival_low": low, "survival_high": high, "not_judged": None}


def as_planned(run: Ensemble) -> NDArray[np.bool_]:
    """Which lives a study would call lived: all people come, live and stay, nothing of the main site is lost, and
    every milestone planned within the run is reached, shape (member,). None where nothing comes that could be lost.
    """
    good = np.full(run.members, not run.lives.shared.stakes.nothing)
    for name in ("crew_lost", "crews_not_come", "crews_left_early"):
        good &= run.outcome(name) == 0
    for item in run.plan.milestones:
        if item.planned < run.plan.scenario.end:
            good &= np.isfinite(run.outcome(f"milestone.{item.name}"))
    events, assets = run.gathered.events, run.plan.station.assets
    lost = events[np.isin(events["code"], LOST_CODES)]
    here = [assets[number].node == run.lives.shared.site for number in lost["index"]]
    good[lost["member"][np.array(here, np.bool_)]] = False
    return good


def _as_planned(run: Ensemble) -> dict[str, float]:
    kept = int(as_planned(run).sum())
    low, high = wilson_interval(kept, run.members)
    return {"as_planned_probability": kept / run.members, "as_planned_low": low, "as_planned_high": high}


def losses(run: Ensemble) -> dict[str, int]:
    """Lives lost by their cause."""
    codes = run.outcome("lost_by")
    return {name: int((codes == number).sum()) for number, name in enumerate(CAUSES)}


def downtimes(run: Ensemble) -> list[dict[str, str | float]]:
    """Assets that were down or degraded in some life, by mean downtime [h], the longest first."""
    hours, partly = run.gathered.downtime_h, run.gathered.degraded_h
    assets = run.plan.station.assets
    means, partly_means = hours.mean(axis=0), partly.mean(axis=0)
    lives = ((hours > 0) | (partly > 0)).sum(axis=0)
    order = [int(number) for number in np.lexsort((-partly_means, -means)) if lives[number]]
    return [
        {
            "asset": assets[k].name,
            "mean_h": float(means[k]),
            "degraded_mean_h": float(partly_means[k]),
            "lives": int(lives[k]),
        }
        for k in order
    ]


def _spread(run: Ensemble, name: str) -> dict[str, Any]:
    p5, p50, p95 = map(float, percentiles(run.outcome(name)))
    unit, meaning = described(name)
    mean = _mean(run.outcome(name))
    nominal = run.nominal_outcome(name)
    return {"unit": unit, "meaning": meaning, "p5": p5, "p50": p50, "p95": p95, "mean": mean, "nominal": nominal}


def _milestone(run: Ensemble, item: Any) -> dict[str, Any]:
    """How likely a milestone is, and when it is reached in half and in four fifths of all lives."""
    reached_h = run.outcome(f"milestone.{item.name}")
    low, high = wilson_interval(int(np.isfinite(reached_h).sum()), run.members)
    grid = run.plan.station.grid
    waits = np.nan_to_num(reached_h, nan=np.inf)

    def moment(share: float) -> str | None:
        hours = float(np.sort(waits)[min(int(np.ceil(share * run.members)) - 1, run.members - 1)])
        return None if np.isinf(hours) else iso_utc(grid.start + timedelta(hours=hours))

    return {
        "title": item.title,
        "planned": iso_utc(item.planned),
        "probability": float(np.isfinite(reached_h).mean()),
        "low": low,
        "high": high,
        "p50": moment(0.5),
        "p80": moment(0.8),
    }


def _mean(values: Any) -> float | None:
    known = np.asarray(values)[np.isfinite(values)]
    return float(known.mean()) if known.size else None
