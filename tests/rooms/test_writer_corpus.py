"""Every class of the corpus goes from YAML to `.ael` and back; what does not come back byte for byte is listed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang import ir
from aelang.project import open_project
from aelang.syntax.yaml import parse_yaml
from aelang.writer.canonical import say_the_same
from tests.spellings import CORPUS, classes_of, converted, corpora

SNAPSHOT = Path(__file__).with_name("writer_corpus.txt")
SMALL = [root for root in corpora() if root.name not in ("manageiq-content", "manageiq-darga")]
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"there is no corpus at {CORPUS}: set AELANG_CORPUS")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Path]]:
    """Each datastore in `.ael`, and that one in YAML again."""
    folder = tmp_path_factory.mktemp("written")
    found = {}
    for root in corpora():
        ael = converted(root, "ael", folder / "ael" / root.name)
        found[root.name] = (ael, converted(ael, "yaml", folder / "yaml" / root.name))
    return found


@needs_corpus
def test_every_class_says_the_same_in_both_spellings(written: dict[str, tuple[Path, Path]]) -> None:
    for root in corpora():
        for there in written[root.name]:
            pairs = list(zip(classes_of(root), classes_of(there), strict=True))
            assert [] == [one.path for one, other in pairs if not say_the_same(one, other)]


@needs_corpus
def test_the_files_come_back_byte_for_byte_but_for_those_that_are_listed(
    written: dict[str, tuple[Path, Path]],
) -> None:
    told = []
    for root in corpora():
        files = list(_files(root, written[root.name][1]))
        told.append(f"{root.name}: {sum(one == other for _, one, other in files)} of {len(files)} files")
        listed: dict[str, list[str]] = {}
        for path, one, other in files:
            if one != other:
                listed.setdefault(_reason(one, other), []).append(os.path.relpath(path, root))
        for reason, paths in sorted(listed.items()):
            told += [f"  {len(paths)} {reason}", *(f"    {path}" for path in sorted(paths))]
    assert SNAPSHOT.read_text().splitlines() == told


@needs_corpus
def test_more_than_95_of_100_files_come_back_byte_for_byte(written: dict[str, tuple[Path, Path]]) -> None:
    same = [one == other for root in corpora() for _, one, other in _files(root, written[root.name][1])]
    assert 0.95 * len(same) < sum(same)


def _files(root: Path, back: Path) -> Iterator[tuple[str, bytes, bytes]]:
    """The YAML files of classes, instances and methods, each with what came back of it, matched by their names."""
    for one, other in zip(classes_of(root), classes_of(back), strict=True):
        yield one.source, _read(one.source), _read(other.source)
        for mine, theirs in ((one.instances, other.instances), (one.methods, other.methods)):
            again = {each.name: each.source for each in theirs}
            for each in mine:
                yield each.source, _read(each.source), _read(again[each.name])


def _read(path: str) -> bytes:
    return Path(path).read_bytes()


def _reason(one: bytes, other: bytes) -> str:
    lines, again = ([line.rstrip() for line in data.split(b"\n")] for data in (one, other))
    if lines == again:
        return "have no blank behind the colon of nil, as the file of their domain has"
    if [line for line in lines if line != b"    options: {}"] == again:
        return "say `options: {}` where there are none"
    assert parse_yaml(one).root is not None
    return "are quoted by an older Psych, or by hand"


# -- meaning -----------------------------------------------------------------------------------------------------


@needs_corpus
@pytest.mark.parametrize("root", SMALL, ids=lambda root: root.name)
def test_the_image_is_the_same(root: Path, written: dict[str, tuple[Path, Path]]) -> None:
    assert image_of(root) == image_of(written[root.name][0])


def image_of(root: Path) -> list[object]:
    """Every compiled class of the datastore `root`, without the places where it was written."""
    image = open_project([str(root)], cache=False).image
    return [_placeless(ir.readable(image.class_at(entry.path))) for entry in image.index]


def _placeless(node: object) -> object:
    """A compiled class without the places where it was written."""
    if isinstance(node, dict):
        return {key: _placeless(each) for key, each in node.items() if key not in _PLACES}
    return [_placeless(each) for each in node] if isinstance(node, list) else node


_PLACES = ("sources", "place", "source")


# -- size --------------------------------------------------------------------------------------------------------


@needs_corpus
def test_a_domain_has_a_sixth_of_the_lines(written: dict[str, tuple[Path, Path]]) -> None:
    before = sum(_lines(each, ".yaml") for each in _walk(CORPUS / "manageiq-content") if each.stem != "__namespace__")
    after = sum(_lines(each, ".ael") for each in _walk(written["manageiq-content"][0]))
    assert after * 6 <= before


@needs_corpus
def test_the_largest_state_machine_fits_on_a_page(written: dict[str, tuple[Path, Path]]) -> None:
    (klass,) = sorted(classes_of(written["manageiq-content"][0]), key=_states)[-1:]
    lines = Path(klass.source).read_text().splitlines()
    schema = [line for line in lines[: _first_instance(lines)] if line]
    assert (True, True) == (len(schema) <= 100, max(map(len, schema)) <= 110)


def _states(klass: object) -> int:
    return sum(field.get("aetype") == "state" for field in klass.schema)  # type: ignore[attr-defined]


def _first_instance(lines: list[str]) -> int:
    return next(at for at, line in enumerate(lines) if line.startswith("  instance "))


def _walk(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        yield from (Path(folder, name) for name in names)


def _lines(path: Path, suffix: str) -> int:
    return path.read_bytes().count(b"\n") if path.suffix == suffix else 0
