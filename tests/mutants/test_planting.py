"""Which faults are planted in the engine, and which tests could notice each."""

from __future__ import annotations

import ast

import pytest

from tests.mutants.planting import lines_around, mutants, readable, spread
from tests.mutants.trying import ENOUGH, Known

SOURCE = """from __future__ import annotations
Kind = int | str
def f(a: int | None, b: str = "c") -> int | None:
    \"\"\"Docs.\"\"\"
    c: int | None = None
    if a == 1 and (
        b
        != "d"
    ):
        return a - 2
    return c
"""


def test_annotations_and_names_of_types_are_no_faults() -> None:
    lines = {mutant.start[0] for mutant in mutants("m.py", SOURCE)}
    assert lines == {6, 8, 10}
    # `is` in the place of `==` depends on how Python keeps short texts.
    assert not any("Eq_Is" in mutant.operator for mutant in mutants("m.py", SOURCE))


def test_what_a_type_checker_alone_reads_is_no_fault() -> None:
    source = "if TYPE_CHECKING:\n    import a\nx = cast(int | str, y)\n"
    assert mutants("m.py", source) == []


def test_caches_and_checks_that_never_fail_are_no_faults() -> None:
    source = """@lru_cache(maxsize=2)
def f(a, *, b):
    return zip(a, b, strict=True)
"""
    assert mutants("m.py", source) == []


def test_a_fault_is_one_change_that_python_reads() -> None:
    for mutant in mutants("m.py", SOURCE):
        assert readable(mutant, SOURCE)
        assert mutant.code(SOURCE) != SOURCE
        assert mutant.told(SOURCE).startswith(f"m.py:{mutant.start[0]} ")


def test_a_sample_is_spread_over_the_places_and_another_one_takes_others() -> None:
    source = "\n".join(f"a{number} = b - c" for number in range(30))
    found = mutants("m.py", source)
    assert len(found) > 30 * 5  # each `-` can become several things
    first, second = (spread(found, 10, sample, bool) for sample in (0, 1))
    assert [mutant.start[0] for mutant in first] == list(range(1, 31, 3))
    assert [mutant.start[0] for mutant in second] == list(range(2, 32, 3))
    assert len({mutant.operator for mutant in first}) > 1
    assert [mutant.start[0] for mutant in spread(found, 0, 0, bool)] == list(range(1, 31))
    assert spread(found, 10, 0, bool) == first
    assert spread(found, 10, 0, lambda each: each.start[0] != 1) == first[1:]


@pytest.mark.parametrize(
    ("line", "statement", "function"),
    [
        (8, range(6, 10), range(3, 12)),
        (10, range(10, 11), range(3, 12)),
        (2, range(2, 3), range(2, 3)),
    ],
)
def test_a_place_stands_in_a_statement_and_a_function(
    line: int, statement: range, function: range
) -> None:
    assert lines_around(ast.parse(SOURCE), line) == (statement, function)


def test_the_tests_of_a_place_come_who_noticed_last_first_and_then_the_quickest() -> None:
    reached = {"m.py": {10: {"t.py::slow", "t.py::quick", "t.py::long"}, 5: {"t.py::other"}}}
    seconds = {"t.py::slow": 2.0, "t.py::quick": 1.0, "t.py::other": 1.0, "t.py::long": ENOUGH}
    known = Known(seconds, {}, reached, set())
    (mutant, *_) = [each for each in mutants("m.py", SOURCE) if each.start[0] == 10]
    assert known.tests_for(mutant, SOURCE) == ["t.py::quick", "t.py::slow"]
    known.killers["t.py::slow"] = 1
    assert known.tests_for(mutant, SOURCE) == ["t.py::slow", "t.py::quick"]
    imported = Known(seconds, {}, {"m.py": {10: {""}, 5: {"t.py::other"}}}, set())
    assert set(imported.tests_for(mutant, SOURCE)) == set(seconds) - {"t.py::long"}
