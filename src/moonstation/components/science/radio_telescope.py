"""Low-frequency radio astronomy: the sky under 50 MHz, which the Earth's ionosphere hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Surroundings, component, fact, param
from moonstation.components.science.conditions import condition_series
from moonstation.components.science.observer import PAYLOAD, UPSET, Observer
from moonstation.core.time import HOUR_S


def correlator_gbit_h(antennas: float, channels: float, sample_bits: float, integration_s: float) -> float:
    """Data of all auto- and cross-spectra of an array [Gbit/h].

    n antennas give n real auto-spectra and n (n - 1) / 2 complex cross-spectra, n^2 real numbers per channel.
    """
    return antennas**2 * channels * sample_bits / integration_s * HOUR_S / 1e9


@component("radio_telescope")
@dataclass(frozen=True, slots=True)
class RadioTelescope(Observer):
    """Dipoles on the ground and a correlator, observing while Earth and Sun are below the sky-line."""

    antennas: float = param(unit="-", doc="dipoles", low=1, high=4096)
    channels: float = fact("radio.channels", unit="-", doc="spectral channels", low=1, high=1e6)
    sample_bits: float = fact("radio.sample_bits", unit="-", doc="bits per number kept", low=1, high=64)
    integration_s: float = fact("radio.integration", unit="s", doc="time of one spectrum", low=0.001, high=3600)
    antenna_power_kw: float = fact("radio.antenna_power", unit="kW", doc="receiver per dipole", low=0, high=1)
    condition: str = param(
        unit="name", doc="silence that it needs", choices=("radio-quiet", "earth-hidden"), default="radio-quiet"
    )

    example: ClassVar = {"antennas": 4}
    leaves_out: ClassVar = (
        "interference of the station's own electronics and of relays, dust charging, calibration, beams, "
        "waves that bend over the sky-line"
    )
    failures: ClassVar = (PAYLOAD, UPSET)
    flows: ClassVar = (
        Flow("electricity", "in", "receivers and correlator"),
        Flow("data", "out", "spectra"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Observing (activity: share of the hour)."""
        data = correlator_gbit_h(self.antennas, self.channels, self.sample_bits, self.integration_s)
        observing = self.observing(
            "astronomy",
            {"electricity": -self.antennas * self.antenna_power_kw, "data": data},
            series=condition_series(place, self.condition),
        )
        return Primitives(processes=(observing,))
