"""Names never cover each other, stay in the picture, and the largest come first."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st
from map_frames import polar

from moonstation.report.maps.labels import Feature, Room, features_of, placed, spread

BOUNDS = (50.0, 80.0, 850.0, 880.0)
features = st.builds(
    Feature,
    st.text("abc", min_size=1, max_size=12),
    st.floats(-90.0, -88.5),
    st.floats(-180.0, 180.0),
    st.floats(0.0, 60.0),
)


def size_px(text: str) -> tuple[float, float]:
    return 8.0 * len(text), 12.0


def covered(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@settings(max_examples=60, deadline=None)
@given(st.lists(features, max_size=40))
def test_labels_never_cover_each_other_or_what_stands_there(items):
    bar = (60.0, 90.0, 300.0, 130.0)
    labels = placed(items, polar(40_000.0), Room(BOUNDS, [bar]), size_px)
    boxes = [bar, *(label.box for label in labels)]
    assert not any(covered(one, other) for one, other in combinations(boxes, 2))
    for box in boxes:
        assert box[0] >= BOUNDS[0]
        assert box[1] >= BOUNDS[1]
        assert box[2] <= BOUNDS[2]
        assert box[3] <= BOUNDS[3]


def test_the_largest_gets_the_room_and_a_name_that_fits_stands_in_its_middle():
    small, large = Feature("small", -89.2, 10.0, 1.0), Feature("large", -89.5, 10.0, 30.0)
    labels = placed([small, large], polar(40_000.0), Room(BOUNDS), size_px)
    assert [label.name for label in labels] == ["large", "small"]
    assert not labels[0].marked
    assert labels[1].marked
    middle = ((labels[0].box[0] + labels[0].box[2]) / 2, (labels[0].box[1] + labels[0].box[3]) / 2)
    assert middle == labels[0].point


def test_what_lies_outside_is_left_out_and_the_number_is_limited():
    far = Feature("far", -70.0, 0.0, 100.0)
    many = [Feature(str(n), -89.9 + 0.02 * n, 36.0 * n) for n in range(30)]
    labels = placed([far, *many], polar(40_000.0), Room(BOUNDS), size_px, most=7)
    assert len(labels) == 7
    assert "far" not in {label.name for label in labels}


def test_labels_along_a_side_keep_their_distance():
    assert spread([0.0, 5.0, 30.0, 42.0], [10.0, 10.0, 10.0, 10.0], 2.0) == [0, 2, 3]


def test_names_without_a_size_are_points():
    from moonstation.moon.places import named_places

    points = features_of(list(named_places().values()))
    assert {point.diameter_km for point in points} == {0.0}
    assert len(points) == 10
