"""Low-frequency radio astronomy: the sky under 50 MHz, which the Earth's ionosphere hides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from moonstation.components.contract import Flow, Primitives, Process, Surroundings, component, fact, param
from moonstation.components.failure_modes import FailureMode
from moonstation.components.science.conditions import condition_series
from moonstation.components.science.worth import recorder_choice, room_in_recorder, worth_choice
from moonstation.components.science_fields import field_capability


def correlator_gbit_h(antennas: float, channels: float, sample_bits: float, integration_s: float) -> float:
    """Data of all auto- and cross-spectra of an array [Gbit/h].

    n antennas give n real auto-spectra and n (n - 1) / 2 complex cross-spectra, n^2 real numbers per channel.
    """
    return antennas**2 * channels * sample_bits / integration_s * 3600.0 / 1e9


@component("radio_telescope")
@dataclass(frozen=True, slots=True)
class RadioTelescope:
    """Dipoles on the ground and a correlator, observing while Earth and Sun are below the sky-line."""

    antennas: float = param(unit="-", doc="dipoles", low=1, high=4096)
    channels: float = fact("radio.channels", unit="-", doc="spectral channels", low=1, high=1e6)
    sample_bits: float = fact("radio.sample_bits", unit="-", doc="bits per number kept", low=1, high=64)
    integration_s: float = fact("radio.integration", unit="s", doc="time of one spectrum", low=0.001, high=3600)
    antenna_power_kw: float = fact("radio.antenna_power", unit="kW", doc="receiver per dipole", low=0, high=1)
    condition: str = param(
        unit="name", doc="silence that it needs", choices=("radio-quiet", "earth-hidden"), default="radio-quiet"
    )
    worth_points_per_h: float = worth_choice()
    recorder_below: float = recorder_choice()

    example: ClassVar = {"antennas": 4}
    leaves_out: ClassVar = (
        "interference of the station's own electronics and of relays, dust charging, calibration, beams, "
        "waves that bend over the sky-line"
    )
    failures: ClassVar = (
        FailureMode("payload", "detector, mechanism or front end", affects=("observing",), spare=True),
        FailureMode("upset", "electronics latch up until switched off and on", affects=("observing",)),
    )
    flows: ClassVar = (
        Flow("electricity", "in", "receivers and correlator"),
        Flow("data", "out", "spectra"),
    )

    def primitives(self, place: Surroundings) -> Primitives:
        """Observing (activity: share of the hour)."""
        data = correlator_gbit_h(self.antennas, self.channels, self.sample_bits, self.integration_s)
        observing = Process(
            name="observing",
            recipe={"electricity": -self.antennas * self.antenna_power_kw, "data": data},
            series=condition_series(place, self.condition),
            priority=7,
            interlocks=room_in_recorder(self.recorder_below),
            value=self.worth_points_per_h,
            capability=field_capability("astronomy"),
        )
        return Primitives(processes=(observing,))
