"""Names on the Moon: the shipped ones against the Gazetteer, those on a map, and a table of one's own."""

from __future__ import annotations

import csv
import math

import pytest

from moonstation.core.errors import RangeError
from moonstation.moon.area import area_of
from moonstation.moon.dem import open_dem
from moonstation.moon.names import Name, arc_rad, names, names_around, names_within, read_names

#: Approved after the list that the shared data hold was drawn, or spelt otherwise there.
NEWER = {"Mons Mouton", "Milanković"}


def test_the_great_names_of_both_poles_and_of_the_rest_are_there():
    known = {one.name for one in names()}
    south = "Shackleton, de Gerlache, Sverdrup, Haworth, Shoemaker, Faustini, Nobile, Cabeus, Malapert, Amundsen, Scott"
    south += ", Slater, Wiechert, Kocher, Hale, Idel'son, Ibn Bajja, Mons Mouton"
    north = "Peary, Byrd, Hermite, Rozhdestvenskiy, Plaskett, Whipple, Hinshelwood"
    elsewhere = "Mare Imbrium, Oceanus Procellarum, Tycho, Copernicus, Schrödinger, Apollo"
    assert set(", ".join((south, north, elsewhere)).split(", ")) <= known
    assert len(known) == len(names()) >= 150


def test_names_come_largest_first_and_lie_on_the_moon():
    sizes = [one.diameter_km for one in names()]
    assert sizes == sorted(sizes, reverse=True)
    for one in names():
        assert -90.0 <= one.latitude_deg <= 90.0
        assert 0.0 <= one.longitude_deg < 360.0
        assert 4.0 <= one.diameter_km < 3000.0
        assert one.kind in {"crater", "mare", "oceanus", "mons", "montes", "sinus", "vallis", "catena"}


@pytest.mark.shared
def test_every_name_agrees_with_the_gazetteer(shared_data):
    with (shared_data / "gazetteer" / "moon-iau-nomenclature.csv").open(encoding="utf-8", newline="") as file:
        rows = {row[0]: tuple(map(float, row[1:])) for row in csv.reader(file)}
    assert {one.name for one in names()} - set(rows) == NEWER
    for one in names():
        if one.name in rows:
            diameter_km, lat_deg, lon_deg = rows[one.name]
            assert math.degrees(arc_rad(lat_deg, lon_deg, one)) < 0.08, one
            assert one.diameter_km == pytest.approx(diameter_km, abs=0.51), one


def test_names_around_a_place_are_those_within_reach():
    found = names_around(-90.0, 0.0, 70.0)
    assert found[0].name == "Shoemaker"
    assert {"Shackleton", "de Gerlache", "Sverdrup", "Slater"} <= {one.name for one in found}
    assert all(one.latitude_deg < -87.6 for one in found)  # 70 km are 2.31 deg
    assert [one.name for one in names_around(-90.0, 77.0, 70.0, 40.0)] == ["Shoemaker"]
    assert arc_rad(0.0, 350.0, Name("n", "", 0.0, 10.0, 0.0)) == pytest.approx(math.radians(20.0))


def test_names_on_a_map_are_those_whose_middle_it_holds(write_dem, tmp_path):
    # 304 km round the south pole: a square that reaches 80 S at the middle of its sides, 75.9 S in its corners.
    dem = open_dem(write_dem(tmp_path / "m.tif", lambda lat, lon: 0.0 * lat, posting=3040.0, side=200))
    area = area_of(dem)
    found = names_within(area, 10.0)
    assert {"Shackleton", "Amundsen", "Mons Mouton"} <= {one.name for one in found}
    assert "Peary" not in {one.name for one in found}
    assert "Tycho" not in {one.name for one in found}
    assert all(one.latitude_deg < -75.8 for one in found)
    assert {one.name for one in names() if one.latitude_deg < -80.0 and one.diameter_km >= 10.0} <= {
        one.name for one in found
    }
    assert names_within(area, 1e4) == []
    assert names_within(area, among=[Name("mine", "", -89.0, 10.0, 0.0), Name("far", "", 10.0, 10.0, 0.0)]) == [
        Name("mine", "", -89.0, 10.0, 0.0)
    ]


GAZETTEER = """Feature ID,Feature Name,Clean Feature Name,Target,Diameter,Center Latitude,Center Longitude,\
Feature Type,Approval Status
5450,Shackleton,Shackleton,Moon,20.92,-89.67,129.78,"Crater, craters",Adopted by IAU
1439,de Gerlache,de Gerlache,Moon,32.71,-88.48,-88.34,"Crater, craters",Adopted by IAU
1,Old,Old,Moon,5,-80,0,"Crater, craters",Dropped
2,Gale,Gale,Mars,154,-5.37,137.81,"Crater, craters",Adopted by IAU
"""


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_table_of_the_gazetteer_is_read(tmp_path, mark):
    (tmp_path / "n.csv").write_text(mark + GAZETTEER, encoding="utf-8")
    assert read_names(tmp_path / "n.csv") == (
        Name("de Gerlache", "crater", -88.48, 271.66, 32.71),
        Name("Shackleton", "crater", -89.67, 129.78, 20.92),
    )


def test_a_short_table_of_ones_own_will_do(tmp_path):
    (tmp_path / "n.csv").write_text("name,lat,lon\nBase,-89.45,-137.3\n")
    assert read_names(tmp_path / "n.csv") == (Name("Base", "", -89.45, 222.7, 0.0),)


def test_every_fault_of_a_table_is_told(tmp_path):
    (tmp_path / "n.csv").write_text("name,latitude,longitude,diameter\nA,-95,10,5\n,-80,x,5\nC,-80,10,-1\n")
    with pytest.raises(RangeError) as told:
        read_names(tmp_path / "n.csv")
    assert [fault.where.rpartition("/")[2] for fault in told.value.faults] == [
        "n.csv:2: latitude_deg",
        "n.csv:3: name",
        "n.csv:3: longitude_deg",
        "n.csv:4: diameter_km",
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "no column for name, latitude_deg, longitude_deg"),
        (b"", "no column for name"),
        (b"name,lat,lon\n\xff\xfe,1,2\n", "it is no UTF-8 text"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path, content, words):
    (tmp_path / "n.csv").write_bytes(content)
    with pytest.raises(RangeError, match=words):
        read_names(tmp_path / "n.csv")


def test_an_absent_table_is_told(tmp_path):
    with pytest.raises(RangeError, match=r"cannot be read \(No such file or directory\)"):
        read_names(tmp_path / "absent.csv")
