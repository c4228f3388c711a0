"""Whatever is done to a datastore or to its cache, the answer is that of a compilation from scratch."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang import project as project_module
from aelang.cache import Cache, open_cache, private_cache
from aelang.diagnostics import Diagnostic
from aelang.loader.trees import MemoryTree
from aelang.project import Compilation
from aelang.rules import compiled as rules_compiled
from aelang.rules import patterns as rules_patterns
from tests.properties.examples import examples

Files = dict[str, bytes]
Edit = Callable[[Files], None]

DOMAINS, CLASSES, NAMES = ("A", "B"), ("K", "L", "k"), ("one", "Two", ".missing", "")


def _head(kind: str, attributes: str) -> bytes:
    return f"object_type: {kind}\nobject:\n  attributes:\n{attributes}".encode()


targets = st.builds(
    "{}/Ns/{}/{}{}".format,
    st.sampled_from(("", "/A", "/B")),
    st.sampled_from(CLASSES),
    st.sampled_from(("one", "two", "")),
    st.sampled_from(("", "?x=1", "#go", "${#x}", "${", "*")),
)  # fmt: skip
domain_files = st.builds(
    lambda priority, enabled: _head("domain", f"    name: {{}}\n    priority: {priority}\n    enabled: {enabled}\n"),
    st.integers(0, 2), st.booleans(),
)  # fmt: skip
parents = st.sampled_from(("", "super", "K", "l", "/Ns/L", "/A/Ns/K", "/B/Ns/L", "Nobody"))
class_files = st.builds(
    lambda name, target, aetype, parent: _head("class", f"    name: {name}\n    inherits: {parent}\n")
    + f"  schema:\n  - field:\n      name: go\n      aetype: {aetype}\n      default_value: {target!r}\n".encode(),
    st.sampled_from(CLASSES), targets, st.sampled_from(("relationship", "state", "attribute", "")), parents,
)  # fmt: skip
instance_files = st.builds(
    lambda name, field, target, parent: _head("instance", f"    name: {name}\n    inherits: {parent}\n")
    + f"  fields:\n  - {field}:\n      value: {target!r}\n".encode(),
    st.sampled_from(NAMES), st.sampled_from(("go", "GO", "no")), targets,
    st.sampled_from(("", "one", "two", "/Ns/L/one", "/A/Ns/K/two")),
)  # fmt: skip
broken_files = st.sampled_from((b"", b"\t", b"object: [", b"\xff\xfe"))

folders = st.builds("{}/Ns/{}.class/".format, st.sampled_from(DOMAINS), st.sampled_from(("K", "L", "M")))
puts = st.one_of(
    st.tuples(folders.map("{}__class__.yaml".format), class_files | broken_files),
    st.tuples(st.builds("{}{}.yaml".format, folders, st.sampled_from("ab")), instance_files | broken_files),
    st.tuples(st.sampled_from([f"{domain}/__domain__.yaml" for domain in DOMAINS]), domain_files),
)


def _put(put: tuple[str, bytes]) -> Edit:
    def edit(files: Files) -> None:
        path, data = put
        files[path] = data.replace(b"{}", path[:1].encode())

    return edit


def _take(at: int) -> Edit:
    def edit(files: Files) -> None:
        loose = sorted(path for path in files if ".class/" in path)
        if loose:
            del files[loose[at % len(loose)]]

    return edit


def _rename(at: int, put: tuple[str, bytes]) -> Edit:
    def edit(files: Files) -> None:
        loose = sorted(path for path in files if ".class/" in path)
        if loose and ".class/" in put[0]:
            files[put[0]] = files.pop(loose[at % len(loose)])

    return edit


ANNOUNCED = project_module.How(remarks=True)


edits = st.one_of(
    puts.map(_put), puts.map(_put), st.integers(0, 9).map(_take), st.builds(_rename, st.integers(0, 9), puts)
)


def _start() -> Files:
    files: Files = {}
    for domain in DOMAINS:
        files[f"{domain}/__domain__.yaml"] = _head("domain", f"    name: {domain}\n")
        files[f"{domain}/Ns/__namespace__.yaml"] = _head("namespace", "    name: Ns\n")
    return files


Answer = tuple[bytes, tuple[Diagnostic, ...], tuple[Diagnostic, ...]]


def _answer(files: Files, cache: Cache, folder: Path, how: project_module.How = ANNOUNCED) -> Answer:
    """The image of `files`, what building finds and what the rules find, opened with `cache`."""
    chosen = project_module.Settings(("here",), (), None, "aelang", None)
    opened = project_module.open_with(chosen, [MemoryTree("here", files)], cache, how)
    return _image(opened, folder), opened.diagnostics, opened.remarks


def _image(opened: Compilation, folder: Path) -> bytes:
    opened.write_image(str(folder / "image"))
    return (folder / "image").read_bytes()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@given(st.lists(st.lists(edits, min_size=1, max_size=4), min_size=1, max_size=6))
@settings(max_examples=examples(70), deadline=None)
def test_after_any_edits_the_cache_gives_what_a_cold_start_gives(rounds: list[list[Edit]]) -> None:
    files = _start()
    warm = private_cache()
    with _folder() as folder:
        for edited in rounds:
            for edit in edited:
                edit(files)
            cold = private_cache()
            assert _answer(files, cold, folder) == _answer(files, warm, folder)
            cold.close()
    warm.close()


@given(
    st.lists(st.tuples(st.lists(edits, min_size=1, max_size=3), st.booleans(), st.booleans()), min_size=2, max_size=6)
)
@settings(max_examples=examples(40), deadline=None)
def test_the_rules_find_the_same_whether_or_not_one_said_that_one_would_ask(
    rounds: list[tuple[list[Edit], bool, bool]],
) -> None:
    files = _start()
    warm = private_cache()
    chosen = project_module.Settings(("here",), (), None, "aelang", None)
    for edited, announced, asks in rounds:
        for edit in edited:
            edit(files)
        opened = project_module.open_with(chosen, [MemoryTree("here", files)], warm, project_module.How(announced))
        if asks:
            cold = private_cache()
            anew = project_module.open_with(chosen, [MemoryTree("here", files)], cold, ANNOUNCED)
            assert anew.remarks == opened.remarks
            cold.close()
    warm.close()


@given(st.lists(st.lists(edits, min_size=1, max_size=3), min_size=2, max_size=6), st.integers(0, 3), st.integers(0, 9))
@settings(max_examples=examples(40), deadline=None)
def test_the_rules_find_the_same_where_their_efforts_come_to_an_end(
    rounds: list[list[Edit]], hints: int, looks: int
) -> None:
    files = _start()
    warm = private_cache()
    with _folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules_compiled, "_MAX_HINTS", hints)
        patch.setattr(rules_compiled, "MOST_LOOKS", looks)
        patch.setattr(rules_patterns, "MOST_LOOKS", looks)
        for edited in rounds:
            for edit in edited:
                edit(files)
            cold = private_cache()
            assert _answer(files, cold, folder) == _answer(files, warm, folder)
            cold.close()
    warm.close()


@given(st.lists(edits, min_size=3, max_size=10), edits)
@settings(max_examples=examples(40), deadline=None)
def test_a_start_from_the_cache_gives_what_filled_it(made: list[Edit], other: Edit) -> None:
    files = _start()
    for edit in made:
        edit(files)
    warm = private_cache()
    with _folder() as folder:
        assert _answer(files, warm, folder) == _answer(files, warm, folder)
    warm.close()


@given(
    st.lists(edits, min_size=3, max_size=8),
    edits,
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=40),
    st.none() | st.floats(0, 1),
)
@settings(max_examples=examples(40), deadline=None)
def test_bytes_that_are_flipped_or_lost_in_the_cache_change_no_answer(
    made: list[Edit], more: Edit, flips: list[tuple[float, int]], cut: float | None
) -> None:
    files = _start()
    for edit in made:
        edit(files)
    with _folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AELANG_CACHE", str(folder))
        patch.setattr(project_module, "open_tree", lambda root: MemoryTree(root, files))
        _ = project_module.open_project(["here"], remarks=True).remarks
        _damage(next(folder.iterdir()), flips, cut)
        more(files)
        found = project_module.open_project(["here"])
        cold = project_module.open_project(["here"], cache=False)
        expected = (_image(cold, folder), cold.diagnostics, cold.remarks)
        assert expected == (_image(found, folder), found.diagnostics, found.remarks)
        found.close()


def _damage(path: Path, flips: list[tuple[float, int]], cut: float | None) -> None:
    data = bytearray(path.read_bytes())
    for where, mask in flips:
        data[int(where * len(data))] ^= mask
    path.write_bytes(data if cut is None else data[: int(cut * len(data))])


def test_a_cache_in_a_file_is_opened_again(tmp_path: Path) -> None:
    path = str(tmp_path / "cache.sqlite")
    first = open_cache(path)
    assert first is not None
    first.add_results("checker", {"digest": b"result"})
    first.close()
    second = open_cache(path)
    assert second is not None
    assert {"digest": b"result"} == second.results("checker", ["digest", "other"])
    second.close()
