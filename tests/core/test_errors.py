"""A fault says the place, the value with its unit, the range and the next step."""

from __future__ import annotations

from moonstation.core.errors import Fault, MoonstationError, RangeError


def test_a_fault_is_one_line() -> None:
    fault = Fault("a.toml:3 mast_m", "is outside its range", -1.0, "m", "0.1 to 200 m", "make it higher")
    assert str(fault) == "a.toml:3 mast_m: is outside its range; got -1.0 m; allowed: 0.1 to 200 m; make it higher"
    assert str(Fault("here", "is wrong")) == "here: is wrong"
    assert str(Fault("here", "is wrong", 0)) == "here: is wrong; got 0"


def test_a_fault_never_steers_the_terminal_that_shows_it() -> None:
    assert str(Fault("a\x1b[31m", "is\nwrong", hint="b\x07\u202e")) == "a?[31m: is wrong; b??"
    assert str(Fault("Tür", "is “wrong”", 3.0, "°C")) == "Tür: is “wrong”; got 3.0 °C"


def test_an_error_carries_one_fault_or_many_or_words_alone() -> None:
    one, two = Fault("a", "is wrong"), Fault("b", "is wrong too")
    assert RangeError(one).faults == (one,)
    assert MoonstationError(iter([one, two])).faults == (one, two)
    assert str(RangeError([one, two])) == "a: is wrong\nb: is wrong too"
    assert RangeError("words").faults == ()
    assert str(RangeError("words")) == "words"
