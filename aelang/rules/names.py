"""Names: a file or folder is named for what is in it; the name inside is the one that counts."""

from collections.abc import Iterator

from aelang.diagnostics import Diagnostic
from aelang.loader.assemble import NAME_DIFFERS_FROM_FILE
from aelang.names import MISSING_INSTANCE, fold
from aelang.rules.compiled import Compiled, nowhere
from aelang.rules.outline import Outline, Place


def check(outline: Outline, compiled: Compiled) -> Iterator[Diagnostic]:
    """Names that differ from those of their files or folders by more than case: name-differs-from-file."""
    name = outline.path.rpartition("/")[2]
    if outline.sources[0].endswith(".ael"):
        yield from _compare(outline, "class", "file", name, outline.place, outline.sources[0].removesuffix(".ael"))
        return
    folder, _, _ = outline.sources[0].rpartition("/")
    yield from _compare(outline, "class", "folder", name, outline.place, folder.removesuffix(".class"))
    for instance, place in outline.instances:
        yield from _compare(outline, "instance", "file", instance, place, _stem(outline, place))
    for method in outline.methods:
        yield from _compare(outline, "method", "file", method.name, method.place, _stem(outline, method.place))


def _stem(outline: Outline, place: Place) -> str:
    return outline.sources[place[0]].removesuffix(".yaml")


def _compare(outline: Outline, what: str, on_disk: str, name: str, place: Place, path: str) -> Iterator[Diagnostic]:
    file = path.replace(":", "/").rpartition("/")[2]
    expected = "_missing" if fold(name) == MISSING_INSTANCE else fold(name)
    if nowhere(place) or not file or _plain(file) == _plain(expected):
        return
    called = "_missing" if fold(name) == MISSING_INSTANCE else name
    suffix = ".ael" if what == "class" and on_disk == "file" else ""
    advice = f"name the {on_disk} `{called}{suffix}`, or correct the name"
    yield NAME_DIFFERS_FROM_FILE.at(outline.span(place), advice, what=what, name=name, place=on_disk, file=file)


def _plain(name: str) -> str:
    """`name` without case; old exports wrote a `.` as `_`."""
    return fold(name).replace(".", "_")
