"""What a person reads when a scenario is wrong: the place, the value, the range and the next step, all at once."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import rasterio

from moonstation.components.registry import components
from moonstation.core.errors import ScenarioError
from moonstation.facts.table import lookup
from moonstation.facts.usage import recorded
from moonstation.scenario.assets import asset_model, json_schema
from moonstation.scenario.build import build_station
from moonstation.scenario.reading import library, load_scenario, read_scenario
from moonstation.scenario.schema import AssetEntry, Scenario

GOOD_FILE = Path(__file__).with_name("good.toml")
GOOD = GOOD_FILE.read_text("utf-8")


def faults(*changes: tuple[str, str], text: str = GOOD) -> list[str]:
    """Lines that a person sees after these replacements in a good scenario."""
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, Path("night.toml"))
    return [str(fault) for fault in caught.value.faults]


def line_of(text: str) -> int:
    return GOOD[: GOOD.index(text)].count("\n") + 1


def test_a_good_scenario_is_read() -> None:
    scenario = load_scenario("first-night")
    assert scenario.start == datetime(2029, 1, 1, tzinfo=UTC)
    assert scenario.path == library()["first-night"]
    assert isinstance(scenario, Scenario)


def test_terrain_that_cannot_be_shown_is_refused(tmp_path: Path) -> None:
    near = 'horizon = "amundsen-rim"'
    assert "no such file" in faults((near, f'terrain = ["{tmp_path}/none.tif"]\n{near}'))[0]
    profile = {"driver": "GTiff", "width": 9, "height": 9, "count": 1, "dtype": "float32"}
    crs = "+proj=stere +lat_0=80 +lon_0=0 +k=1 +x_0=0 +y_0=0 +R=1737400 +units=m +no_defs"
    with rasterio.open(
        tmp_path / "north.tif", "w", crs=crs, transform=rasterio.Affine(100, 0, 0, 0, -100, 0), **profile
    ) as file:
        file.write(np.ones((9, 9), np.float32), 1)
    (only,) = faults((near, f'terrain = ["{tmp_path}/north.tif"]\n{near}'))
    assert "sites.landing-place.terrain: has no ground at the site, -82.8" in only
    assert "name a model that covers it" in only


def test_a_link_without_the_antenna_that_it_wants_is_refused() -> None:
    given = 'type = "direct_link"'
    shared, booked = faults((given, f'{given}\ndish = "shared"\nground = "booked"'))
    assert "dish: there is no shared dish at its site" in shared
    assert "ground: there is no ground network to book from" in booked


def test_the_facts_that_a_scenario_names_are_noted() -> None:
    text = GOOD.replace(
        "capacity_kwh = 32", 'capacity_kwh = 32\nfloor_fraction = { fact = "thermal.switch_closed_share" }'
    )
    text = text.replace("thermal.switch_closed_share", "thermal.heat_switch_closed_share")
    with recorded() as keys:
        scenario = read_scenario(text)
    assert "thermal.heat_switch_closed_share" in keys
    assert scenario.assets[3].model_dump()["floor_fraction"] == lookup("thermal.heat_switch_closed_share").value


def test_keys_at_the_top_can_be_overridden() -> None:
    scenario = load_scenario("first-night", end="2029-02-01", step="1h")
    assert (scenario.end.month, scenario.step) == (2, "1h")
    with pytest.raises(ScenarioError, match="not after the start"):
        load_scenario("first-night", end="2028-02-01")


def test_a_loaded_scenario_keeps_its_overrides_where_further_ones_are_given() -> None:
    short = load_scenario("first-night", end="2029-02-01", step="1h")
    assert load_scenario(short) is short
    again = load_scenario(short, step="30min")
    assert (again.end, again.step) == (short.end, "30min")
    assert again.overrides == {"end": "2029-02-01", "step": "30min"}
    assert short.overrides == {"end": "2029-02-01", "step": "1h"}
    with pytest.raises(ScenarioError, match="not after the start"):
        load_scenario(short, start="2029-03-01")


def test_the_facts_behind_a_loaded_scenario_are_noted_again() -> None:
    with recorded() as read:
        scenario = load_scenario("first-night")
    with recorded() as noted:
        load_scenario(scenario)
    assert noted == read == scenario.facts
    assert "pv.panel_specific_power" in noted


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("area_m2 = 3", "area = 3", ["unknown key", "did you mean area_m2? units are in the names of the keys"]),
        ("area_m2 = 3", "area_cm2 = 3", ["unknown key", "did you mean area_m2?"]),
        ("capacity_kwh = 32", 'capacity_kwh = "16 kWh"', ["must be a number", "0.001 to 1e+06 kWh"]),
        ("capacity_kwh = 32", "capacity_kwh = nan", ["must be a finite number", "got nan kWh"]),
        ("capacity_kwh = 32", "capacity_kwh = inf", ["must be a finite number", "got inf kWh"]),
        (
            "capacity_kwh = 32",
            "capacity_kwh = -1",
            ["is outside its range", "got -1 kWh", "allowed: 0.001 to 1e+06 kWh"],
        ),
        ("capacity_kwh = 32", "capacity_kwh = true", ["must be a number"]),
        (
            "capacity_kwh = 32",
            'capacity_kwh = { fact = "battery.flor" }',
            ["no such fact as battery.flor", "battery.floor"],
        ),
        ("capacity_kwh = 32", 'capacity_kwh = { fact = "crew.oxygen" }', ["is in kg/CM-d", "a fact in kWh"]),
        ("capacity_kwh = 32", 'capacity_kwh = { file = "x" }', ["must be a number or a fact"]),
        ('type = "battery"', 'type = "batery"', ["unknown component", "got 'batery'", "did you mean battery"]),
        ('mount = "vertical-axis"', 'mount = "vertical"', ["is not one of the choices", "did you mean vertical-axis?"]),
        (
            'horizon = "amundsen-rim"',
            'horizon = "amundsenrim"',
            ["neither a shipped sky-line nor a file", "did you mean amundsen-rim?"],
        ),
        ("mast_m = 2 ", "mast_m = 3 ", ["height not shipped", "allowed: 2 m and 10 m"]),
        ("start = 2029-01-01", "start = 2029-09-01", ["is not after the start 2029-09-01", "exchange them"]),
        ("start = 2029-01-01", "start = 1929-01-01", ["no ephemeris", "allowed: 1999-12-21T", " to 2050-12-31T"]),
        ("start = 2029-01-01", "start = 1999-12-21T23:58:00Z", ["no ephemeris", "allowed: 1999-12-21T23:58:56Z"]),
        ("end = 2029-08-01", "end = 2129-01-01", ["no ephemeris", "2050"]),
        ("start = 2029-01-01", 'start = "New Year"', ["is not a date", "2030-01-31"]),
        ('step = "10min"', "step = 10", ["must be a text in quotes"]),
        ('step = "10min"', 'step = "10"', ["is not a duration", "10min"]),
        ('step = "10min"', 'step = "0h"', ["is outside its range", "allowed: 1min to 1h"]),
        ('step = "10min"', 'step = "-1h"', ["is outside its range", "allowed: 1min to 1h"]),
        ('step = "10min"', 'step = "9h"', ["is outside its range", "allowed: 1min to 1h"]),
        ('main_site = "landing-place"', 'main_site = "landing"', ["no such site", "did you mean landing-place?"]),
        ("arrival = 2029-01-01", "arrival = 2028-12-01", ["is before the launch on 2028-12-20", "exchange them"]),
        ("arrival = 2029-01-01\n", "", ["the mission never arrives, so nothing brings it"]),
        ('status = "planned"', 'status = "flying"', ["is not one of the choices", "'flown', 'planned', 'failed'"]),
        ("landed_mass_kg = 1200", "landed_mass_kg = 200", ["is less than what it brings", "weigh 484 kg"]),
        ('name = "rover"', 'name = "lander body"', ["the name is taken", "first given at night.toml"]),
        ('name = "rover"', 'name = "landing-place"', ["is the name of a place", "name the asset otherwise"]),
        (
            "mass_kg = 150",
            "mass_kg = 150\nswitch_closed_k = 350",
            ["switch_closed_k: must be below switch_open_k; got 350.0 K; allowed: below ", "mend one of them"],
        ),
        ('name = "rover"', 'name = "earth"', ["is the name of a place"]),
        ("safe_exit = 0.35", "safe_exit = 0.05", ["the mode would never settle", "at least 0.2"]),
        ("safe_below = 0.20", "safe_below = 0.60", ["is above survival_below"]),
        ("dark = 3", "dark = 1", ["must not rise from nominal"]),
        ("[ground_stations.kashi]", "[ground_stations.kashgar]", ["latitude_deg: is missing", "did you mean kashi?"]),
        ('landed = ["First lander"]', 'landed = ["Second lander"]', ["no such mission", "did you mean First lander?"]),
        ('landed = ["First lander"]', "", ["has no condition"]),
        ("science_hours = 1000", 'science_hours = 1000\nsite = "ridge"', ["no such site"]),
        (
            "mass_kg = 150",
            "mass_kg = 150\nuntil = 2028-12-31",
            ["is not after the arrival of First lander on 2029-01-01"],
        ),
        ('partners = ["the reader"]', "partners = []", ["partners"]),
        ('partners = ["the reader"]', 'partners = "the reader"', ["must be a list"]),
        ("[policy]", "[[policy]]", ["policy"]),
    ],
)
def test_each_fault_says_what_to_do(old: str, new: str, expected: list[str]) -> None:
    text = "\n".join(faults((old, new)))
    for words in expected:
        assert words in text


HOUSED = GOOD.replace("dish_m = 0.4", 'dish_m = 0.4\nhoused_in = "lander body"')


def test_a_misspelt_mission_or_site_is_one_fault_however_much_the_body_carries() -> None:
    [told] = faults(('mission = "First lander"', 'mission = "Frist lander"'), text=HOUSED)
    assert 'assets[0] "lander body".mission: no such mission' in told
    radio = HOUSED.index('name = "lander radio"')
    at = HOUSED.index("landing-place", radio)
    elsewhere = HOUSED[:at] + "landing-plaec" + HOUSED[at + len("landing-place") :]
    [told] = faults(text=elsewhere)
    assert "no such site or relay" in told


def test_nothing_outlives_the_body_that_carries_it() -> None:
    short = ("radiator_m2 = 0.5", "radiator_m2 = 0.5\nuntil = 2029-05-01")
    [told] = faults(short, text=HOUSED)
    assert 'assets[4] "lander radio".until: is longer than lander body is there' in told
    assert told.endswith("leaves on 2029-05-01; set until = 2029-05-01, or let lander body stay")
    [told] = faults(short, ("dish_m = 0.4", "dish_m = 0.4\nuntil = 2029-05-02"), text=HOUSED)
    assert "got 2029-05-02" in told
    text = HOUSED.replace(*short)
    read_scenario(text.replace("dish_m = 0.4", "dish_m = 0.4\nuntil = 2029-05-01"))
    read_scenario(HOUSED.replace("landed_mass_kg = 1200", "landed_mass_kg = 1200\nuntil = 2029-05-01"))


SECOND = """
[[missions]]
name = "Second lander"
partners = ["the reader"]
arrival = 2029-02-01
status = "planned"
requires = ["First lander"]

[[assets]]
name = "guest"
type = "recorder"
site = "landing-place"
mission = "Second lander"
housed_in = "lander body"
capacity_gbit = 10
"""


def test_what_comes_later_moves_into_a_body_of_a_mission_that_it_requires() -> None:
    station = build_station(read_scenario(GOOD + SECOND))
    (guest,) = (asset for asset in station.assets if asset.name == "guest")
    assert guest.housed_in == "lander body"
    [told] = faults(('requires = ["First lander"]\n', ""), text=GOOD + SECOND)
    assert "must come with the same mission or with one that it requires" in told
    assert "let Second lander require First lander" in told
    body_leaves = ("radiator_m2 = 0.5", "radiator_m2 = 0.5\nuntil = 2029-05-01")
    assert any(
        '"guest".until: is longer than lander body is there' in line for line in faults(body_leaves, text=GOOD + SECOND)
    )


def test_every_fault_is_told_at_once_with_its_line() -> None:
    found = faults(
        ("area_m2 = 3", "area = 3"),
        ("dish_m = 0.4", "dish_m = -1"),
        ('mission = "First lander"', 'mission = "Frist lander"'),
        ('field = "geology"', 'field = "geologie"'),
        ("planned = 2029-07-15", "planned = nan"),
        ('requires = ["landed"]', 'requires = ["lande"]'),
    )
    lines = [
        line_of(text) for text in ('mission = "First', "area_m2", "dish_m", 'field = "geo', 'requires = ["landed"]')
    ]
    assert [f'night.toml:{lines[0]} assets[0] "lander body".mission' in text for text in found].count(True) == 1
    for line in lines[1:]:
        assert any(text.startswith(f"night.toml:{line} ") for text in found), found
    assert len(found) == 7  # the missing area_m2 and the unknown area are two


def test_an_asset_without_mission_or_with_a_wrong_one_is_refused() -> None:
    old = 'mission = "First lander"\nmass_kg = 150'
    assert "is missing" in faults((old, "mass_kg = 150"))[0]
    assert "Mission that brings it" in faults((old, "mass_kg = 150"))[0]
    assert "no such mission" in faults((old, 'mission = "Second"\nmass_kg = 150'))[0]


def test_an_unknown_component_is_checked_as_far_as_every_asset_is() -> None:
    found = faults(('type = "battery"', 'type = "batery"\ncount = 0\nuntil = "never"'))
    assert len(found) == 3
    assert faults(('type = "battery"\n', ""))[0].count("is missing") == 1
    assert "must be a text in quotes" in faults(('type = "battery"', "type = [1]"))[0]


MISSIONS = """
[[missions]]
name = "{}"
partners = ["x"]
status = "planned"
launch = 2029-01-01
arrival = 2029-02-01
requires = ["{}"]
"""


def test_missions_that_require_each_other_are_refused_once() -> None:
    text = GOOD + MISSIONS.format("A", "B") + MISSIONS.format("B", "C") + MISSIONS.format("C", "A")
    found = [line for line in faults(text=text) if "circular" in line]
    assert len(found) == 1
    assert "circular dependency: A -> B -> C -> A" in found[0]
    assert any("circular dependency: A -> A" in line for line in faults(text=GOOD + MISSIONS.format("A", "A")))


def test_milestones_that_require_each_other_are_refused() -> None:
    text = GOOD.replace('landed = ["First lander"]', 'landed = ["First lander"]\nrequires = ["first results"]')
    assert any("circular dependency: landed -> first results -> landed" in line for line in faults(text=text))


def test_a_required_mission_must_come_first_and_must_not_fail() -> None:
    late = MISSIONS.format("A", "First lander").replace("launch = 2029-01-01", "launch = 2028-01-01")
    assert "arrives only on 2029-01-01, after A starts on 2028-01-01" in faults(text=GOOD + late)[0]
    failed = (GOOD + MISSIONS.format("A", "First lander")).replace('status = "planned"', 'status = "failed"', 1)
    assert "the mission that it requires failed" in faults(text=failed)[0]


def test_units_of_one_entry_share_the_names_of_all() -> None:
    text = GOOD.replace('name = "rover"', 'name = "rover 2"').replace(
        'name = "lander body"', 'name = "rover"\ncount = 3'
    )
    assert "the name is taken; got 'rover 2'" in faults(text=text)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name = ", "t.toml:1: is not TOML"),
        ('name = "a"\nname = "b"\n', "t.toml:2 column 11: is not TOML: Cannot overwrite a value; the line reads"),
        ("[sites.a\n", "t.toml:1 column 9: is not TOML"),
        ("a = " + "[" * 9000, "nested too deeply"),
        ("a = " + "9" * 5000, "is not TOML"),
        ("d = 2026-13-45", "is not TOML"),
        ("\x00", "is not TOML"),
        ("", "t.toml name: is missing"),
    ],
)
def test_broken_toml_is_told_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, Path("t.toml"))
    assert expected in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'name = "a"\ntitle = "Gr\xfc\xdfe"\n')
    (tmp_path / "huge.toml").write_bytes(b"#" * 5_000_000)
    for path, expected in (
        (tmp_path, "is a folder"),
        (tmp_path / "latin.toml", "latin.toml:2: is not UTF-8"),
        (tmp_path / "huge.toml", "is too large"),
        (tmp_path / "absent.toml", "no such scenario"),
        ("first-nigth", "did you mean first-night?"),
        ("\0", "cannot be read"),
        ("x" * 5000, "cannot be read"),
        ("", "is a folder"),
    ):
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        assert expected in str(caught.value)


def test_windows_line_ends_and_byte_order_mark_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "night.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_scenario(path).name == "first-night"
    path.write_bytes(GOOD.replace("dish_m = 0.4", "dish_m = -1").replace("\n", "\r\n").encode())
    with pytest.raises(ScenarioError, match=f"night.toml:{line_of('dish_m')} "):
        load_scenario(path)


def test_a_sky_line_from_a_file(tmp_path: Path) -> None:
    from moonstation.moon.places import shipped_horizon

    shipped_horizon("amundsen-rim", 2.0).to_csv(tmp_path / "own.csv")
    (tmp_path / "bad.csv").write_text("azimuth_deg,elevation_deg\n1,x\n")
    place = 'horizon = "own.csv"\nlatitude_deg = -82.8764\nlongitude_deg = 78.046'
    path = tmp_path / "night.toml"
    path.write_text(GOOD.replace('horizon = "amundsen-rim"', place))
    assert load_scenario(path).sites["landing-place"].horizon == "own.csv"
    for new, expected in (
        (place.replace("own.csv", "bad.csv"), "the sky-line cannot be used"),
        (place.replace("own.csv", "none.csv"), "neither a shipped sky-line nor a file"),
        (place.replace("-82.8764", "-70"), "was computed for -82.87"),
        (place.replace("-82.8764", "-82.89"), "leave out latitude_deg and longitude_deg"),  # 0.014 deg away
        ('horizon = "amundsen-rim"\nlatitude_deg = -70', "lies elsewhere than the sky-line amundsen-rim"),
        ('horizon = "amundsen-rim"\nlongitude_deg = 80', "lies elsewhere than the sky-line amundsen-rim"),
    ):
        path.write_text(GOOD.replace('horizon = "amundsen-rim"', new))
        with pytest.raises(ScenarioError, match=expected):
            load_scenario(path)
    path.write_text(GOOD.replace('horizon = "amundsen-rim"', place).replace("mast_m = 2", "mast_m = 10"))
    with pytest.raises(ScenarioError, match="computed for an eye 2 m above the ground, but is used at 10 m") as caught:
        load_scenario(path)
    assert "set mast_m = 2, or compute it from 10 m: moonstation horizon --height 10" in str(caught.value)


def test_a_sky_line_tells_the_place_of_its_site(tmp_path: Path) -> None:
    from moonstation.moon.places import shipped_horizon

    known = shipped_horizon("amundsen-rim", 2.0)
    known.to_csv(tmp_path / "own.csv")
    path = tmp_path / "night.toml"
    path.write_text(GOOD.replace('horizon = "amundsen-rim"', 'horizon = "own.csv"'))
    site = build_station(load_scenario(path)).sites["landing-place"]
    assert (site.latitude_deg, site.longitude_deg) == (known.latitude_deg, known.longitude_deg)
    bare = "".join(
        line for line in (tmp_path / "own.csv").read_text().splitlines(keepends=True) if "tude_deg:" not in line
    )
    (tmp_path / "own.csv").write_text(bare)
    with pytest.raises(ScenarioError, match="does not say its latitude_deg"):
        load_scenario(path)


def test_faults_of_a_sky_line_are_told_in_the_same_round_as_others(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("# height_m: 2\nazimuth_deg,elevation_deg\n1,x\n")
    path = tmp_path / "night.toml"
    text = GOOD.replace('horizon = "amundsen-rim"', 'horizon = "bad.csv"\nground_horizon = "none.csv"')
    path.write_text(text.replace("mast_m = 2", "mast_m = true").replace("area_m2 = 3", "area_m2 = -3"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    told = str(caught.value)
    for words in ("not a number", "does not say its longitude_deg", "neither a shipped", "must be a number", "got -3"):
        assert words in told, told


@pytest.mark.parametrize("kind", components())
def test_no_parameter_of_a_component_hides_a_key_that_every_asset_has(kind: str) -> None:
    import dataclasses

    own = {field.name for field in dataclasses.fields(components()[kind])}  # type: ignore[arg-type]
    assert not own & set(AssetEntry.model_fields)
    assert own <= set(asset_model(kind).model_fields)


@pytest.mark.parametrize("name", library())
def test_the_json_schema_accepts_what_ships(name: str) -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    document = json.loads(json.dumps(tomllib.loads(library()[name].read_text("utf-8")), default=str))
    jsonschema.validate(document, schema)
    document["assets"][0]["tpye"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("capacity_kwh = 32", "capasity_kwh = 32\ncapacity_kwh = 32", (), "'capasity_kwh' was unexpected"),
        ("capacity_kwh = 32", "", (), "'capacity_kwh' is a required property"),
        ("capacity_kwh = 32", 'capacity_kwh = "32 kWh"', ("capacity_kwh",), "'32 kWh' is not valid"),
        ("capacity_kwh = 32", "capacity_kwh = 32\ncount = 0", ("count",), "0 is less than the minimum of 1"),
        ('type = "battery"', 'type = "batery"', ("type",), "'batery' is not one of ["),
        ('type = "battery"', "", (), "'type' is a required property"),
    ],
)
def test_the_json_schema_names_the_wrong_key_of_the_wrong_asset(
    old: str, new: str, place: tuple[str, ...], words: str
) -> None:
    assert GOOD.count(old) == 1
    document = tomllib.loads(GOOD.replace(old, new))
    document = json.loads(json.dumps(document, default=str))
    number = next(at for at, asset in enumerate(document["assets"]) if asset["name"] == "lander battery")
    [error] = jsonschema.Draft202012Validator(json_schema()).iter_errors(document)
    assert tuple(error.absolute_path) == ("assets", number, *place)
    assert words in error.message


def test_the_json_schema_explains_every_key() -> None:
    schema = json_schema()
    parts = [schema, *schema["$defs"].values()]
    assert all("description" in key for part in parts for key in part["properties"].values())


@pytest.mark.parametrize("nothing", [3, None, 2.5, b"ilrs", ["ilrs"], {}])
def test_what_is_no_name_and_no_path_is_refused_in_words(nothing: object) -> None:
    with pytest.raises(
        ScenarioError, match="scenario: is neither a name nor a path.*give a name \\(first-night, ilrs\\)"
    ):
        load_scenario(nothing)  # type: ignore[arg-type]


def test_what_an_option_gives_is_told_of_the_option() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("first-night", step="3d")
    (only,) = map(str, caught.value.faults)
    assert only == "step: is outside its range; got '3d'; allowed: 1min to 1h"


def test_what_is_given_in_place_of_a_key_of_the_file_is_told_as_such() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("first-night", end="soon", missons=[])
    end, missons = map(str, caught.value.faults)
    assert end.startswith("end, given in place of the file's: is not a date; got 'soon'; write it like 2030-01-31")
    assert missons == "missons, given in place of the file's: unknown key"


def test_the_range_of_a_key_that_may_be_left_out_is_told() -> None:
    path = Path(__file__).with_name("good.toml")
    text = path.read_text("utf-8").replace('type = "rover"', 'needed = 0\nspare_kg = -1\ntype = "rover"')
    with pytest.raises(ScenarioError) as caught:
        read_scenario(text, path)
    needed, spare = map(str, caught.value.faults)
    assert "needed: is outside its range; got 0; allowed: 1 to 100" in needed
    assert "spare_kg: is outside its range; got -1 kg; allowed: 0 to 1e+06 kg" in spare
