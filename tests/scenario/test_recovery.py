"""Redundancy and the policy of recovery in scenario files: what they mean, and what is refused with which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from moonstation.components.failure_modes import modes_of, numbers_of
from moonstation.components.registry import components
from moonstation.core.errors import ScenarioError
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import library, read_scenario
from moonstation.scenario.recovery import RecoveryEntry, recovery_of
from moonstation.station.recovery import DEFAULT_LADDER, RUNGS, Recovery

GOOD = Path(__file__).with_name("good.toml").read_text("utf-8")
RADIO = 'type = "direct_link"'


def with_recovery(table: str, *changes: tuple[str, str]) -> str:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.replace("[policy.serve_up_to]", f"[policy.recovery]\n{table}\n[policy.serve_up_to]")


def faults(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, Path("night.toml"))
    return [str(fault) for fault in caught.value.faults]


def without_radio(text: str) -> str:
    """The same with a recorder in place of the only link to the Earth."""
    begin, rest = text.split('[[assets]]\nname = "lander radio"')
    keys, *others = rest.split("\n\n")
    assert RADIO in keys
    recorder = keys.replace(RADIO, 'type = "recorder"').replace("dish_m = 0.4", "capacity_gbit = 5")
    recorder = recorder.replace("transmit_w = 10", "power_kw = 0.01")
    return "\n\n".join((f'{begin}[[assets]]\nname = "lander radio"{recorder}', *others))


def notes(text: str) -> list[str]:
    return [str(note) for note in read_scenario(text, Path("night.toml")).notes]


def test_without_a_word_the_policy_is_the_default():
    station = build_station(read_scenario(GOOD))
    assert station.recovery == recovery_of(RecoveryEntry())
    default = Recovery()
    for name in (
        "residual",
        "persistence_h",
        "limit_persistence_h",
        "test_every_h",
        "reset_h",
        "max_resets",
        "ground_h",
        "scheduled_changes",
        "kept_spares",
    ):
        assert getattr(station.recovery, name) == getattr(default, name), name
    assert set(station.recovery.autonomous) == set(default.autonomous)
    assert station.recovery.ladder("battery", "energy") == DEFAULT_LADDER


def test_a_unit_climbs_the_ladder_of_its_type_before_that_of_its_family():
    table = 'ladders = { default = ["reset"], energy = ["switch", "reset"], battery = ["robots", "wait"] }'
    policy = build_station(read_scenario(with_recovery(table))).recovery
    assert policy.ladder("battery", "energy") == ("robots", "wait")
    assert policy.ladder("solar_array", "energy") == ("switch", "reset")
    assert policy.ladder("tank", "life_support") == ("reset",)


def test_whether_anything_is_changed_by_schedule_is_a_matter_of_the_policy():
    table = 'scheduled_changes = false\nkept_spares = 3\nladders = { default = ["reset"] }'
    policy = build_station(read_scenario(with_recovery(table))).recovery
    assert (policy.scheduled_changes, policy.kept_spares) == (False, 3)


def test_units_of_one_entry_stand_in_for_each_other():
    text = GOOD.replace(RADIO, f"count = 3\nneeded = 2\nspares = 4\n{RADIO}", 1)
    radios = [asset for asset in build_station(read_scenario(text)).assets if asset.component.kind == "direct_link"]
    assert [(radio.needed, radio.spares) for radio in radios] == [(2, 4), (2, 0), (2, 0)]
    assert len({radio.group for radio in radios}) == 1


def test_more_cannot_be_needed_than_there_are():
    (only,) = faults(GOOD.replace(RADIO, f"needed = 2\n{RADIO}", 1))
    assert "is more than there are: count is 1" in only


@pytest.mark.parametrize(
    ("ladder", "words"),
    [
        ("[]", "can never recover: none of its steps restores anything"),
        ('["shed", "safe-mode", "do-without"]', "can never recover: none of its steps restores anything"),
        ('["reset", "reset"]', "has a step twice"),
        ('["do-without", "reset"]', "goes on after do-without, which ends it"),
        ('["reset", "wait"]', "waits for nobody: neither robots nor crew come before wait"),
    ],
)
def test_a_ladder_that_leads_nowhere_is_refused(ladder, words):
    (only,) = faults(with_recovery(f"ladders = {{ default = {ladder} }}"))
    assert only.startswith("night.toml:")
    assert words in only


def test_every_fault_of_a_policy_is_told_at_once():
    table = "\n".join(
        (
            'ladders = { enrgy = ["shed"] }',
            "persistence_h = 700",
            "test_every_days = 3000",
            "no_contact_days = 3",
        )
    )
    told = faults(with_recovery(table))
    for words in (
        "is no family or type of component",
        "did you mean energy?",
        "none of its steps restores anything",
        'has no "default" ladder',
        "means nothing without no_contact_from",
    ):
        assert any(words in fault for fault in told), words


def test_a_silence_outside_the_simulation_is_refused():
    (only,) = faults(with_recovery("no_contact_from = 2040-01-01\nno_contact_days = 30"))
    assert "lies outside the simulation" in only
    assert "2029-01-01 to 2029-08-01" in only


def test_a_policy_that_finds_no_fault_within_the_simulation_is_refused():
    day = ("end = 2029-08-01", "end = 2029-01-08")
    table = "persistence_h = 700\ntest_every_days = 300"
    assert any("no fault would ever be found" in fault for fault in faults(with_recovery(table, day)))


def test_a_policy_that_asks_an_earth_out_of_reach_is_refused():
    text = with_recovery("autonomous = []")
    read_scenario(text)  # there is a radio
    told = faults(without_radio(text))
    assert any("asks the Earth, and no ground station or link is there" in fault for fault in told)


def test_a_site_that_cannot_ask_the_earth_is_told_where_its_faults_are_left():
    assert not any("sends to the Earth" in note for note in notes(GOOD))
    (only,) = [note for note in notes(without_radio(GOOD)) if "sends to the Earth" in note]
    assert "nothing at landing-place sends to the Earth, which must be asked before reset-subsystem" in only


#: A second site beside that of the scenario.
OTHER = '[sites.other]\nhorizon = "flat"\nmast_m = 2\nlatitude_deg = -80\nlongitude_deg = 0\n\n'


def tended_from(keeper: str, *more: str) -> str:
    """The same with other sites, and its own tended from one of them."""
    text = GOOD.replace("[sites.", f"{OTHER}{''.join(more)}[sites.", 1)
    return text.replace("[sites.landing-place]", f'[sites.landing-place]\ntended_from = "{keeper}"')


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (tended_from("othr"), "is no other site; got 'othr'; did you mean other?"),
        (tended_from("landing-place"), "is no other site; got 'landing-place'; other sites: other"),
        (
            tended_from("third", OTHER.replace("other]", 'third]\ntended_from = "other"')),
            "is itself tended from elsewhere; got 'third'; name other",
        ),
    ],
)
def test_a_site_is_tended_from_another_that_there_is_and_that_tends_itself(text, words):
    (only,) = faults(text)
    assert words in only
    assert build_station(read_scenario(tended_from("other"))).sites["landing-place"].tended_from == "other"


def test_a_site_asks_the_earth_over_the_links_of_the_one_that_tends_it():
    begin, radio = tended_from("other").split('name = "lander radio"')
    text = begin + 'name = "lander radio"' + radio.replace('site = "landing-place"', 'site = "other"', 1)
    text = text.replace('housed_in = "lander"\n', "")
    assert not any("sends to the Earth" in note for note in notes(text))
    alone = text.replace('tended_from = "other"\n', "")
    assert any("nothing at landing-place sends to the Earth" in note for note in notes(alone))


def test_a_site_that_decides_alone_needs_no_word_from_the_earth():
    alone = 'autonomous = ["reset", "reset-subsystem", "switch", "shed", "robots", "crew"]'
    assert not any("sends to the Earth" in note for note in notes(without_radio(with_recovery(alone))))
    asked = 'ladders = { default = ["reset", "robots", "wait"] }'  # the rover's hands, after a word from the Earth
    assert any("must be asked before robots" in note for note in notes(without_radio(with_recovery(asked))))


def test_a_silence_imposed_as_a_test_is_told():
    told = notes(with_recovery("no_contact_from = 2029-03-01\nno_contact_days = 30"))
    assert any("test condition: no contact with the Earth for 30 days from 2029-03-01 on" in note for note in told)


@pytest.mark.parametrize(
    ("ladders", "words"),
    [
        # a leak of a tank has no chance by a reset, and nobody works here but a rover's robot hours
        ('default = ["reset"], battery = ["switch"]', "can never recover battery: switch: nothing stands by"),
        ('default = ["crew", "wait"]', "crew: no people work at their site"),
        ('default = ["reset"], solar_array = ["switch", "crew"]', "can never recover solar_array"),
    ],
)
def test_a_ladder_no_step_of_which_helps_here_is_refused(ladders, words):
    told = faults(with_recovery(f'ladders = {{ {ladders} }}\nautonomous = ["reset", "switch", "crew"]'))
    assert len(told) == 1
    assert words in told[0]


def test_a_reset_without_a_chance_is_refused():
    told = faults(with_recovery('ladders = { default = ["reset"], recorder = ["reset"], rover = ["reset"] }'))
    kinds = {kind for kind in ("recorder", "rover") if not any(chance(kind))}
    assert kinds, "a type whose failures no reset clears"
    assert {
        kind for kind in kinds if any(f"can never recover {kind}: reset: clears none" in one for one in told)
    } == kinds


def chance(kind):
    cls = components()[kind]
    return [numbers_of(kind, mode).reset_chance > 0.0 for mode in modes_of(cls)]


def test_a_unit_that_stands_by_makes_a_switch_help():
    alone = 'ladders = { default = ["reset"], direct_link = ["switch"] }'
    assert any("needed is nowhere less than count" in fault for fault in faults(with_recovery(alone)))
    read_scenario(with_recovery(alone, (RADIO, f"count = 2\nneeded = 1\n{RADIO}")))


@pytest.mark.parametrize("key", ["residual = 0.95", "max_resets = 0", "reset_minutes = 0.1", 'autonomous = ["pray"]'])
def test_what_is_out_of_range_is_refused(key):
    (only,) = faults(with_recovery(key))
    assert key.split(" ", maxsplit=1)[0] in only
    assert "allowed: " in only


def test_steps_of_the_schema_are_those_of_the_rules():
    assert RecoveryEntry(ladders={"default": RUNGS}).ladders["default"] == RUNGS
    with pytest.raises(ValidationError):
        RecoveryEntry(ladders={"default": ("hope",)})


@pytest.mark.parametrize("name", library())
def test_shipped_scenarios_say_how_they_recover(name):
    text = library()[name].read_text("utf-8")
    assert "[policy.recovery]" in text
