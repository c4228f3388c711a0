"""The loader for any input: order does not matter, trees agree, and no bytes make it raise."""

import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aelang.loader.load import Loaded, load, load_tree
from aelang.loader.read import read_file
from aelang.loader.records import Role, record_from_json, record_to_json
from aelang.loader.trees import Entry, Listing, MemoryTree
from aelang.syntax.yaml import parse_yaml
from tests.properties.examples import examples
from tests.rooms.test_loader_trees import make_commit, make_files, make_zip

NAMES = st.sampled_from(["A", "a", "B", "Shop", "x y", ".missing", "é", ""])
KEYS = ["name", "priority", "value", "field", "object", "attributes", "schema", "fields", "inputs", "colour", "<<"]
SCALARS = st.sampled_from(["1", "~", "'x'", '"\\n"', "yes", ":s", "[1, a]", "{a: 1}", "*n", "&n z", "!t u", "a: b"])
PATHS = st.sampled_from([
    "D/__domain__.yaml", "__domain__.yaml", "D/N/__namespace__.yaml", "D/n/__namespace__.yaml",
    "D/N/C.class/__class__.yaml", "D/N/c.class/__class__.yaml", "D/N/C.class/a.yaml", "D/N/C.class/b.yaml",
    "D/N/C.class/_missing.yaml", "D/N/C.class/x.yml", "D/N/C.class/__methods__/m.yaml",
    "D/N/C.class/__methods__/m.rb", "D/C.class/__class__.yaml", "D/N/D/__domain__.yaml", "E/__domain__.yaml",
    "D/N/C.class/N/__namespace__.yaml", "x.yaml", "D/N/x.yaml",
])  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """A file as authors write and break them."""
    lines = [f"object_type: {draw(st.sampled_from(['class', 'instance', 'image']))}", "object:", "  attributes:"]
    lines += [f"    {key}: {draw(SCALARS)}" for key in draw(st.lists(st.sampled_from(KEYS), max_size=3))]
    lines.append(f"    name: {draw(NAMES)}")
    lines.append(f"  {draw(st.sampled_from(['schema', 'fields', 'inputs']))}:")
    for _ in range(draw(st.integers(0, 3))):
        key = draw(st.sampled_from(["field", "size", "Size"]))
        lines += [f"  - {key}:", f"      name: {draw(NAMES)}", f"      {draw(st.sampled_from(KEYS))}: {draw(SCALARS)}"]
    return "\n".join(lines).encode()


CONTENTS = documents() | st.binary(max_size=60) | st.text(max_size=60).map(str.encode)
TREES = st.dictionaries(PATHS, CONTENTS, max_size=10)


class _Shuffled(MemoryTree):
    """A tree that lists its files in another order, as another file system might."""

    def listing(self) -> Listing:
        entries: list[Entry] = list(super().listing().entries)
        random.Random(7).shuffle(entries)
        return Listing(tuple(entries), ())


def _model(found: Loaded, root: str, shown: str) -> tuple[object, ...]:
    """What was found, with the name of the root taken out of every place."""
    text = repr(found.domains), repr(sorted(found.diagnostics, key=lambda each: (each.span, each.message)))
    return tuple(each.replace(shown, "").replace(root, "") for each in text)


@given(st.binary(max_size=200) | documents(), st.sampled_from(Role))
@example(b"a: &a [*a]", Role.CLASS)
@example(b"? [a]\n: b", Role.CLASS)
@example(b"object: {attributes: {name: [x]}, schema: [{field: {name: {a: b}}}]}", Role.CLASS)
@example(b"\xef\xbb\xbfa: 1", Role.DOMAIN)
@example(b"%YAML 1.1\n---\n", Role.METHOD)
def test_no_bytes_make_a_file_raise(data: bytes, role: Role) -> None:
    record = read_file(role, data)
    assert record == record_from_json(record_to_json(record))


@given(st.text("ab:[]{}-?&*!|>'\"%@`#,\n\t \\~<0\x00é", max_size=40))
def test_every_fault_in_yaml_has_a_place_and_a_way_out(text: str) -> None:
    found = parse_yaml(text.encode()).diagnostics
    assert [] == [each for each in found if not (each.span.line and each.span.column and each.help)]


@settings(deadline=None)
@given(TREES)
def test_loading_order_does_not_matter(files: dict[str, bytes]) -> None:
    assert _unordered(load_tree(MemoryTree("m", files))) == _unordered(load_tree(_Shuffled("m", files)))


def _unordered(found: Loaded) -> tuple[object, ...]:
    return found.domains, sorted(repr(each) for each in found.diagnostics)


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on the PATH")
@settings(max_examples=examples(15), deadline=None)
@given(TREES)
def test_directory_git_tree_and_zip_give_equal_models(files: dict[str, bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "r"
        make_files(folder, files | {"README": b""})
        make_commit(folder)
        make_zip(Path(name) / "r.zip", files)
        plain = _model(load([str(folder)]), str(folder), f"{folder}/")
        in_git = _model(load([f"{folder}@HEAD"]), f"{folder}@HEAD", f"{folder}@HEAD:")
        in_zip = _model(load([f"{name}/r.zip"]), f"{name}/r.zip", f"{name}/r.zip:")
    assert (plain, plain) == (in_git, in_zip)
