"""Names on the Moon: the shipped ones against the Gazetteer, and a table of one's own."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.moon.names import Name, names, read_names
from moonstation.moon.projection import unit_vectors
from moonstation.moon.sphere import arc_rad

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
            chord = np.linalg.norm(unit_vectors(one.latitude_deg, one.longitude_deg) - unit_vectors(lat_deg, lon_deg))
            assert np.degrees(arc_rad(chord)) < 0.08, one
            assert one.diameter_km == pytest.approx(diameter_km, abs=0.51), one


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
