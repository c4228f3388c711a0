"""Classes are compiled behind their parents, and a change reaches all that have read what changed."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from aelang.building.kinship import parents_first, reached
from aelang.building.units import Unit
from aelang.compiler.remembered import Remembered

NAMES = [f"k{at}" for at in range(12)]
forests = st.lists(st.integers(-1, 10), min_size=1, max_size=12).map(
    lambda found: {NAMES[at]: NAMES[above] for at, above in enumerate(found) if 0 <= above < at}
)


@given(forests, st.sets(st.sampled_from(NAMES)))
def test_each_comes_once_and_behind_its_parent(parents: Mapping[str, str], wanted: set[str]) -> None:
    ordered = parents_first(sorted(wanted), parents)
    late = [key for at, key in enumerate(ordered) if parents.get(key) in ordered[at:]]
    assert (sorted(wanted), []) == (sorted(ordered), late)


def test_a_long_line_is_gone_along_before_its_widest_branch() -> None:
    parents = {"side": "a", "b": "a", "c": "b", "d": "c"}
    assert ["a", "side", "b", "c", "d"] == parents_first(["a", "b", "c", "d", "side"], parents)


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))), st.sets(st.sampled_from(NAMES)))
def test_a_change_reaches_what_has_read_it_and_so_on(reads: list[tuple[str, str]], changed: set[str]) -> None:
    units = {name: _unit(name, [f"d/{read}" for reader, read in reads if reader == name]) for name in NAMES}
    expected = set(changed)
    while more := {reader for reader, read in reads if read in expected} - expected:
        expected |= more
    assert expected == reached(changed, units, {f"d/{name}": name for name in NAMES})


def _unit(name: str, reads: list[str]) -> Unit:
    return Unit("", "d", name, f"{name}.yaml", (1, 1), (), (), reads=tuple(reads))


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 9))))
def test_no_more_is_remembered_than_there_is_room_for(put: list[tuple[str, int]]) -> None:
    remembered: Remembered[int] = Remembered(room=20)
    for name, parts in put:
        remembered.put(name, parts, parts)
    kept = [found for name in NAMES if (found := remembered.get(name)) is not None]
    assert sum(kept) <= 20 and (not put or remembered.get(put[-1][0]) == put[-1][1])
