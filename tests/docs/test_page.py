"""The reader of pages reads as its own manual says."""

import sys

import pytest
from page import Command, assert_shown, blocks_of, commands_of, is_step, run_python, take

PAGE = """
# A page

```toml
# file: mine.toml
name = "mine"
```

```python
a = 1
a + 1  # -> 2
print("a is", a)
```

```text
a is 1
```

<!-- needs-shared -->
```console
$ moonstation --version
moonstation ...
$ ls
$ moonstation check nothing \\
    --json   # exit 2
```

- in a list

    ```text
    not a step
    ```
"""


def test_blocks_come_in_order_with_what_belongs_to_them():
    toml, python, console, text = blocks_of(PAGE)
    assert (toml.language, toml.line, is_step(toml)) == ("toml", 5, True)
    assert python.output == "a is 1\n"
    assert console.needs_shared
    assert not python.needs_shared
    assert text.text == "not a step\n"
    assert not is_step(text)


def test_only_our_commands_are_run_and_make_study_stands_for_what_it_runs():
    *_, console, _ = blocks_of(PAGE)
    first, second = commands_of(console.text)
    assert first == Command("moonstation --version", 0, "moonstation ...\n")
    assert second.exit_code == 2
    assert " ".join(second.text.split()) == "moonstation check nothing --json"
    (study,) = commands_of("$ make study\nthe station lives\n")
    assert study.text.startswith("moonstation study ilrs")
    assert not list(commands_of("$ make test\n"))


def test_steps_are_taken(tmp_path):
    toml, python, *_ = blocks_of(PAGE)
    namespace = {}
    for block in (toml, python):
        take(block, namespace, tmp_path)
    assert namespace["a"] == 1
    assert 'name = "mine"' in (tmp_path / "mine.toml").read_text()


@pytest.mark.parametrize(
    ("real", "promised", "same"),
    [
        ("a  b\nc", "a b\nc\n", True),
        ("a b c", "a ... c", True),
        ("first\nsecond\nthird", "first\n...\nthird", True),
        ("first\nthird", "...\nfirst\n...\nthird\n...", True),
        ("first\nsecond", "fir...nd", False),
        ("a b", "a c", False),
        ("a b and more", "a b", False),
        ("a\nb", "a b", False),
        ("1.5 (and all)", "1.5 (and all)", True),
    ],
)
def test_what_is_shown_is_compared_but_for_blanks_and_dots(real, promised, same):
    if same:
        assert_shown(real, promised)
    else:
        with pytest.raises(AssertionError, match="the page shows"):
            assert_shown(real, promised)


def test_a_value_may_stand_on_the_next_line():
    run_python("[1,\n 2]\n# -> [1, 2]\n3", {})
    with pytest.raises(AssertionError):
        run_python("[1,\n 2]\n# -> [1, 3]", {})


def test_a_block_may_be_a_module_of_its_own(tmp_path):
    namespace = {}
    (block,) = blocks_of("```python\n# file: src/house/room.py\nwhere = __name__\n```\n")
    take(block, namespace, tmp_path)
    assert namespace["where"] == "house.room"
    assert "house.room" not in sys.modules


def test_a_wrong_value_behind_an_arrow_is_told():
    with pytest.raises(AssertionError, match="but it was"):
        run_python("1 + 1  # -> 3", {})
