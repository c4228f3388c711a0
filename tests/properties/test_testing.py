"""What `aelang test` writes and reads: a recorded value is read back as itself; more tests never cover less."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aelang.cli.formats.trace import text_line
from aelang.inventory_file import read_value
from aelang.methods import Runners
from aelang.syntax.yaml import parse_yaml
from aelang.testing.bench import Bench, Where
from aelang.testing.coverage import Hits, Mark
from aelang.testing.expecting import equals
from aelang.testing.parts import ACT, EXPECT, GIVEN, MATCHERS
from aelang.testing.reading import read_tests
from aelang.testing.recording import flow
from aelang.testing.stand_ins import fits

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
WORDS = st.sampled_from(
    ["on", "no", "~", "null", "1e3", "0x1f", "1:30", "2026-01-01", ":sym", "- a", "a: b", "#", "''", " "]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), TEXTS, WORDS)
KEYS = TEXTS.filter(lambda text: not text.startswith(":"))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
MARKS = st.builds(
    Mark, st.sampled_from(["a.ael", "b.ael"]), st.integers(1, 9), st.just(1), st.sampled_from(["field", "yes"])
)


@given(VALUES)
def test_a_recorded_value_is_read_as_it_was(value: Any) -> None:
    document = parse_yaml(f"x: {flow(value)}\n".encode())
    assert ((), {"x": value}) == (document.diagnostics, read_value(document.root) if document.root else None)


@given(VALUES)
def test_every_value_equals_itself(value: Any) -> None:
    assert equals(value, value)


KEYS_OF_TESTS = st.sampled_from([*GIVEN, "run", "expect", "files", "datastore"])
PARTS = st.dictionaries(st.sampled_from([*EXPECT, *ACT, *MATCHERS, "Vm", "7", "*"]), VALUES, max_size=3)
SAID = st.dictionaries(KEYS_OF_TESTS, st.one_of(PARTS, st.dictionaries(KEYS, PARTS, max_size=2), VALUES), max_size=4)


@given(SAID)
def test_whatever_a_test_says_it_is_read_and_run_or_told_what_is_wrong(said: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "any.test.yaml"
        file.write_text(f"datastore: none\ntests:\n  it: {flow(said)}\n", "utf-8")
        read = read_tests(str(file))
        bench = Bench(Where(), text_line, Runners())
        statuses = {bench.run(test).status for test in read.tests if not test.is_checked}
        bench.close()
    assert read.diagnostics or statuses <= {"passed", "failed"}


@given(st.sets(MARKS), st.sets(MARKS))
def test_hits_of_several_processes_add_up(one: set[Mark], two: set[Mark]) -> None:
    hits = [Hits(), Hits()]
    for each, marks in zip(hits, (one, two), strict=True):
        each.marks.update(marks)
    hits[0].add(Hits.unpacked(hits[1].packed()))
    assert one | two == hits[0].marks


@given(st.lists(st.sampled_from(["a", "b", "Cd"]), min_size=1, max_size=5), st.integers(1, 5))
def test_every_end_of_a_path_fits_it(parts: list[str], length: int) -> None:
    assert fits("/".join(parts[-length:]).upper(), "/".join(parts))
