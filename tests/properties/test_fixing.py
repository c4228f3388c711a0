"""After `--fix` what was fixed is found no more, nothing else is found, and the datastore says the same as before."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.checking import check
from aelang.compiler.inherit import priority
from aelang.diagnostics import Diagnostic
from aelang.fixing import Fix, fixes, renumbered, write
from aelang.project import Compilation, open_project
from tests.properties.examples import examples

DOMAIN = "object_type: {type}\nobject:\n  attributes:\n    name: Demo\n"
NAMESPACE = "object_type: {type}\nobject:\n  attributes:\n    name: Shop\n"
CLASS = "object_type: {type}\nobject:\n  attributes:\n    name: Order\n  schema:\n{fields}"
FIELD = (
    "  - field:\n      aetype: {kind}\n      name: f{at}\n      priority: {priority}\n      default_value: {value}\n"
)
INSTANCE = "object_type: {type}\nobject:\n  attributes:\n    name: {name}\n  fields:\n  - f0:\n      value: {target}\n"


class Style(NamedTuple):
    """How a file is written: its line end, whether a mark begins it, what stands around its values."""

    end: str
    mark: bool
    quote: str
    comment: str

    def value(self, text: object) -> str:
        return f"{self.quote}{text}{self.quote}{self.comment}"

    def written(self, text: str) -> bytes:
        return (b"\xef\xbb\xbf" if self.mark else b"") + text.replace("\n", self.end).encode()


styles = st.builds(
    Style,
    st.sampled_from(("\n", "\r\n", "\r")),
    st.booleans(),
    st.sampled_from(("", "'", '"')),
    st.sampled_from(("", "  # é 😀 class", "  # /shop/ORDER/one", "  # \u2028", "  # \x85x: y")),
)
types = st.sampled_from(("domain", "namespace", "class", "instance", "method", "thing"))
cased = st.sampled_from(
    ("/Shop/Order/one", "/shop/Order/ONE#create", "/Demo/SHOP/order/one?a=Order", "/Shop/Order/One")
)
kinds = st.sampled_from(("relationship", "attribute", "state"))
priorities = st.lists(st.integers(-1, 4).map(str) | st.sampled_from(("", "010", "x", "1_0")), min_size=1, max_size=6)


@st.composite
def datastores(draw: st.DrawFn) -> dict[str, bytes]:
    """A datastore with things that can be put right, each file in a style of its own."""
    fields = draw(priorities)
    style = draw(styles)
    lines = [
        FIELD.format(
            at=at,
            kind=draw(kinds),
            priority=style.value(each) if each else "",
            value=style.value(draw(cased)) if at < 2 else "",
        )
        for at, each in enumerate(fields)
    ]
    texts = {
        "Demo/__domain__.yaml": DOMAIN,
        "Demo/Shop/__namespace__.yaml": NAMESPACE,
        "Demo/Shop/Order.class/__class__.yaml": CLASS.replace("{fields}", "".join(lines)),
        "Demo/Shop/Order.class/one.yaml": INSTANCE.replace("{name}", "one").replace(
            "{target}", style.value(draw(cased))
        ),
        "Demo/Shop/Order.class/two.yaml": INSTANCE.replace("{name}", "Two").replace(
            "{target}", style.value(draw(cased))
        ),
    }
    return {path: style.written(text.replace("{type}", style.value(draw(types)))) for path, text in texts.items()}


def _write(files: dict[str, bytes], folder: Path) -> None:
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def _fixed(folder: Path) -> tuple[Compilation, list[Diagnostic], list[Fix]]:
    """The datastore in `folder` and what is wrong with it; what there was to fix is fixed then."""
    compiled = open_project([str(folder)], cache=False)
    found = check(compiled).found
    made = fixes(found)
    for each in made:
        write(each)
    return compiled, found, made


def _said(found: Sequence[Diagnostic]) -> Counter[tuple[str, str, int]]:
    return Counter((each.kind.slug, each.span.source, each.span.line) for each in found)


@given(datastores())
@settings(max_examples=examples(60), deadline=None)
def test_what_was_fixed_is_found_no_more_and_nothing_else_is(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        _write(files, Path(name))
        _, before, made = _fixed(Path(name))
        after = check(open_project([name], cache=False)).found
        assert _said(before) - _said([each for fix in made for each in fix.found]) == _said(after)


@given(datastores())
@settings(max_examples=examples(40), deadline=None)
def test_a_second_time_there_is_nothing_to_fix(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        _write(files, Path(name))
        _fixed(Path(name))
        assert [] == _fixed(Path(name))[2]


@given(datastores())
@settings(max_examples=examples(40), deadline=None)
def test_the_order_of_the_fields_and_all_but_the_case_of_values_stay(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        _write(files, Path(name))
        before = _meaning(_fixed(Path(name))[0])
        assert before == _meaning(open_project([name], cache=False))


def _meaning(compiled: Compilation) -> object:
    """What a datastore says, without the case of values and the numbers of priorities, but in their order."""
    said = []
    for klass in compiled.datastore.classes():
        fields = sorted(klass.schema, key=lambda each: priority(each.get("priority")))
        attributes = [
            (key, (text.value or "").lower())
            for each in fields
            for key, text in each.attributes.items()
            if key != "priority"
        ]
        values = [
            (each.name, value.name.value, (value.get("value") or "").lower())
            for each in klass.instances
            for value in each.values
        ]
        said.append((klass.path, attributes, values))
    return said


@given(datastores())
@settings(max_examples=examples(40), deadline=None)
def test_only_the_bytes_of_what_is_wrong_change(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        _write(files, Path(name))
        for fix in _fixed(Path(name))[2]:
            pairs = zip(fix.before.splitlines(), fix.after.splitlines(), strict=True)
            changed = {at for at, (old, new) in enumerate(pairs, 1) if old != new}
            assert len(changed) <= len(fix.found) or not all(each.replacement for each in fix.found)


@given(st.lists(st.integers(-5, 30), max_size=12).map(sorted))
@settings(max_examples=examples(200), deadline=None)
def test_renumbered_numbers_rise_and_those_that_rise_already_stay(numbers: list[int]) -> None:
    new = renumbered(numbers)
    assert new == sorted(set(new))
    assert (numbers == new) == (len(set(numbers)) == len(numbers))


@given(st.lists(st.integers(1, 6), min_size=1, max_size=6).map(sorted))
@settings(max_examples=examples(60), deadline=None)
def test_as_few_numbers_change_as_can_be(numbers: list[int]) -> None:
    changed = sum(old != new for old, new in zip(numbers, renumbered(numbers), strict=True))
    assert _fewest(numbers) == changed


def _fewest(numbers: Sequence[int]) -> int:
    """By trying every choice of numbers that stay: room must be left for the others, and none may fall below 1."""
    best = len(numbers)
    for choice in range(1 << len(numbers)):
        kept = [at for at in range(len(numbers)) if choice >> at & 1]
        fits = all(numbers[b] - numbers[a] >= b - a for a, b in pairwise(kept))
        if fits and (not kept or numbers[kept[0]] - kept[0] >= 1):
            best = min(best, len(numbers) - len(kept))
    return best
