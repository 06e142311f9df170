import numpy as np
import pytest

from moonstation.core.errors import RangeError
from moonstation.core.time import parse_utc
from moonstation.sky.ephemeris import SHIPPED, Ephemeris

YEAR_S = 365.25 * 86400
FIRST, LAST = Ephemeris.default().span_tdb
IN_2026 = 26 * YEAR_S
HERE = (1000.0, 2000.0, 3000.0)
MOON_FROM_2025_TO_2030 = (301, 3, 25 * YEAR_S, 30 * YEAR_S, HERE)


def moon_from_center(kernels, tdb):
    return kernels.positions_icrf_km("moon", "earth_moon_barycenter", tdb)


def test_distances_are_those_of_the_textbook():
    tdb = np.linspace(FIRST, LAST, 20_000)
    kernels = Ephemeris.default()
    moon = np.linalg.norm(kernels.positions_icrf_km("moon", "earth", tdb), axis=-1)
    sun = np.linalg.norm(kernels.positions_icrf_km("sun", "earth", tdb), axis=-1)
    # Meeus, Astronomical Algorithms, ch. 50: extremes of perigee and apogee 1500-2500
    assert moon.min() > 356_371
    assert moon.max() < 406_720
    assert moon.mean() == pytest.approx(385_000, rel=1e-3)
    assert sun.min() == pytest.approx(147.1e6, rel=1e-3)
    assert sun.max() == pytest.approx(152.1e6, rel=1e-3)


def test_positions_are_antisymmetric_and_add_up():
    tdb = np.array([0.0, IN_2026])
    kernels = Ephemeris.default()
    there, back = kernels.positions_icrf_km("sun", "moon", tdb), kernels.positions_icrf_km("moon", "sun", tdb)
    by_earth = kernels.positions_icrf_km("sun", "earth", tdb) + kernels.positions_icrf_km("earth", "moon", tdb)
    assert np.array_equal(there, -back)
    assert np.allclose(there, by_earth, rtol=0, atol=1e-6)
    assert not kernels.positions_icrf_km("ssb", 0, tdb).any()


def test_velocity_is_the_derivative_of_position():
    kernels = Ephemeris.default()
    _, velocity = kernels.states_icrf("moon", "earth", IN_2026)
    before, after = kernels.positions_icrf_km("moon", "earth", np.array([IN_2026 - 10, IN_2026 + 10]))
    assert np.allclose(velocity, (after - before) / 20, atol=1e-8)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3), (0,)])
def test_shapes_follow_the_epochs(shape):
    assert Ephemeris.default().positions_icrf_km("sun", "moon", np.full(shape, IN_2026)).shape == (*shape, 3)


@pytest.mark.parametrize("tdb", [FIRST - 1, LAST + 1, np.nan, np.inf, 1e15])
def test_an_epoch_outside_names_the_range(tdb):
    with pytest.raises(RangeError, match="1999-12-21T23:58:56Z to 2050-12-31T23:58:50Z"):
        Ephemeris.default().check(np.array([IN_2026, tdb]))
    Ephemeris.default().check([FIRST, IN_2026, LAST])


def test_an_epoch_outside_is_refused_where_positions_are_taken():
    with pytest.raises(RangeError, match="2061-12-31"):
        Ephemeris.default().positions_icrf_km("earth", "moon", 62 * YEAR_S)


@pytest.mark.parametrize(
    ("moment", "inside"),
    [
        ("2000-01-01", True),
        ("2050-12-31T23:58", True),
        ("1999-12-21", False),
        ("2051-01-01", False),
        ("9999-01-01", False),
    ],
)
def test_dates_far_beyond_the_calendar_s_arithmetic_are_outside_too(moment, inside):
    assert Ephemeris.default().covers_utc(parse_utc(moment)) is inside


@pytest.mark.parametrize(
    ("bodies", "frame", "words", "hint"),
    [
        ((10, 3, 301, 399), None, "outside the kernels of the Moon's orientation, though within those of positions",
         "give a further kernel of the Moon's orientation (binary PCK, .bpc) with --kernel FILE"),
        ((), 31008, "outside the ephemeris kernels",
         "give a further kernel of positions of Sun, Earth and Moon (SPK, .bsp) with --kernel FILE"),
        ((), None, "outside the ephemeris kernels",
         "positions of Sun, Earth and Moon (SPK, .bsp) and one of the Moon's orientation (binary PCK, .bpc) with"),
    ],
)  # fmt: skip
def test_a_date_beyond_the_kernels_says_which_of_them_ends(kernel, bodies, frame, words, hint):
    from datetime import UTC, datetime

    from moonstation.core.time import tdb_from_utc

    begin, end = (float(tdb_from_utc(np.datetime64(date))) for date in ("2049-01-01", "2070-01-01"))
    files = []
    if bodies:
        segments = [(body, 0, begin, end, (1e6 * body, 0, 0)) for body in bodies]
        files.append(kernel(*segments, name="late.bsp"))
    if frame:
        files.append(kernel((frame, None, begin, end, (0, 0, 0)), name="late.bpc"))
    own = Ephemeris.from_files(files)
    assert not own.covers_utc(datetime(2060, 1, 1, tzinfo=UTC))
    fault = own.date_fault("2060-01-01T00:00:00Z", "--start")
    assert (fault.message, fault.where) == (words, "--start")
    assert hint in fault.hint
    assert fault.allowed == own.range_text


def test_an_unknown_body_is_refused_with_the_names():
    with pytest.raises(RangeError, match="'mars'.*sun, moon, earth"):
        Ephemeris.default().positions_icrf_km("mars", "moon", 0.0)


def test_a_user_s_kernel_lies_over_the_shipped_ones_within_its_span(kernel):
    own = Ephemeris.from_files([kernel(MOON_FROM_2025_TO_2030)])
    tdb = np.array([10.0, 26.0, 29.0, 40.0]) * YEAR_S
    ours, shipped = moon_from_center(own, tdb), moon_from_center(Ephemeris.default(), tdb)
    assert ours[1:3].tolist() == [list(HERE), list(HERE)]
    assert np.array_equal(ours[[0, 3]], shipped[[0, 3]])
    assert np.array_equal(
        own.positions_icrf_km("sun", "ssb", tdb), Ephemeris.default().positions_icrf_km("sun", "ssb", tdb)
    )
    assert own.span_tdb == (FIRST, LAST)


def test_of_two_kernels_the_later_counts(kernel):
    there = (9.0, 9.0, 9.0)
    first = kernel(MOON_FROM_2025_TO_2030, name="first.bsp")
    second = kernel((301, 3, 26 * YEAR_S, 27 * YEAR_S, there), name="second.bsp")
    tdb = np.array([25.5, 26.5]) * YEAR_S
    assert moon_from_center(Ephemeris.from_files([first, second]), tdb).tolist() == [list(HERE), list(there)]
    assert moon_from_center(Ephemeris.from_files([second, first]), tdb).tolist() == [list(HERE), list(HERE)]


def test_of_two_segments_in_a_file_the_later_counts(kernel):
    there = (9.0, 9.0, 9.0)
    own = Ephemeris.from_files([kernel(MOON_FROM_2025_TO_2030, (301, 3, 25 * YEAR_S, 30 * YEAR_S, there))])
    assert moon_from_center(own, IN_2026).tolist() == list(there)


def test_a_chain_may_run_over_another_centre(kernel):
    own = Ephemeris.from_files([kernel((301, 399, 25 * YEAR_S, 30 * YEAR_S, HERE))])
    assert np.allclose(own.positions_icrf_km("moon", "earth", IN_2026), HERE, atol=1e-6)


def test_a_circle_of_centres_is_an_error_and_not_an_endless_loop(kernel):
    whole = (FIRST - 2000, LAST)
    files = [kernel((301, 399, *whole, HERE), (399, 301, *whole, HERE))]
    own = Ephemeris.from_files(files)
    with pytest.raises(RangeError, match="circle"):
        own.positions_icrf_km("moon", "ssb", IN_2026)


@pytest.mark.parametrize("endian", ["<", ">"])
@pytest.mark.parametrize("data_type", [2, 3])
def test_both_byte_orders_and_both_chebyshev_types_are_read(kernel, endian, data_type):
    slope = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])  # c0 + c1 x over a record of five years
    own = Ephemeris.from_files([kernel((301, 3, 25 * YEAR_S, 30 * YEAR_S, slope, data_type), endian=endian)])
    position, velocity = own.states_icrf("moon", 3, 30 * YEAR_S)
    assert np.allclose(position, [3.0, 7.0, 11.0])
    assert np.allclose(velocity, np.array([2.0, 4.0, 6.0]) * 2 / (5 * YEAR_S))


def test_spans_join_and_gaps_stay_gaps(kernel):
    later = [(body, 0, 60 * YEAR_S, 70 * YEAR_S, HERE) for body in (3, 10)]
    later += [(body, 3, 60 * YEAR_S, 70 * YEAR_S, HERE) for body in (301, 399)]
    angles = kernel((31006, None, 50 * YEAR_S, 70 * YEAR_S, (0.1, 0.2, 0.3)), name="own.bpc")
    own = Ephemeris.from_files([kernel(*later), angles])
    assert len(own.spans_tdb) == 2
    assert " and 2060-01-01T12:15" in own.range_text
    own.check([IN_2026, 65 * YEAR_S])
    with pytest.raises(RangeError, match="outside"):
        own.check(55 * YEAR_S)


def test_every_bad_kernel_is_named_at_once(kernel, tmp_path):
    text = tmp_path / "frames.tf"
    text.write_text("KPL/FK\n\\begindata\n")
    empty = tmp_path / "empty.bsp"
    empty.touch()
    cut = kernel(MOON_FROM_2025_TO_2030, name="cut.bsp")
    cut.write_bytes(cut.read_bytes()[:3080])
    useless = kernel((-85, 301, 0.0, 1.0, HERE), name="orbiter.bsp")
    states = kernel((301, 3, 0.0, 1.0, HERE, 13), name="states.bsp")
    ecliptic = kernel((301, 3, 0.0, 1.0, HERE, 2, 17), name="ecliptic.bsp")
    stray = kernel((301, 5, 0.0, 1.0, HERE), name="stray.bsp")
    broken = kernel((301, 3, 0.0, 1.0, (1.0, np.nan, 2.0)), name="nan.bsp")
    reasons = {
        text: "not a whole binary SPICE kernel",
        empty: "not a whole binary SPICE kernel",
        cut: "not a whole binary SPICE kernel",
        tmp_path / "absent.bsp": "No such file",
        tmp_path: "directory",
        useless: "neither Sun",
        states: "data type 13",
        ecliptic: "frame 17",
        stray: "counts from 5",
        broken: "damaged",
    }
    with pytest.raises(RangeError) as caught:
        Ephemeris.from_files(list(reasons))
    told = {fault.where: fault.message for fault in caught.value.faults}
    assert len(told) == len(caught.value.faults) == len(reasons)
    for path, reason in reasons.items():
        assert reason in told[f"kernel {path}"]


@pytest.mark.parametrize("seed", range(40))
def test_a_kernel_with_flipped_bytes_is_read_or_refused_never_worse(kernel, seed):
    path = kernel(MOON_FROM_2025_TO_2030)
    data = bytearray(path.read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.choice([*range(100), *range(1024, 1110), *range(3072, len(data))], size=6):
        data[place] = rng.integers(256)
    path.write_bytes(data)
    refusal = ""
    try:
        moon_from_center(Ephemeris.from_files([path]), IN_2026)
    except RangeError as error:
        refusal = str(error)
    assert not refusal or str(path) in refusal


def test_the_shipped_kernels_are_opened_once():
    assert Ephemeris.default() is Ephemeris.default()
    assert [path.name for path in Ephemeris.default().paths] == list(SHIPPED)
