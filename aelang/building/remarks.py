"""Remarks: what the rules find in a compiled project, over the outlines of its classes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from aelang import ir
from aelang.building.files import FileReader, Placed, Root, read_classes
from aelang.building.outlines import KeptOutlines, OutlineTaker
from aelang.building.progress import Meter, Progress
from aelang.building.seen import SeenClasses
from aelang.building.stored import StoredBuild
from aelang.building.units import root_number, unit_key
from aelang.diagnostics import Diagnostic
from aelang.ir.codec import Json
from aelang.loader.layout import code_homes, lay_out
from aelang.names import fold
from aelang.rules.compiled import Compiled
from aelang.rules.outline import Outline

_CLASSES_AT_HAND = 500


class Checked(NamedTuple):
    """A class that rules can be asked about: the key of its unit, the name of its domain, the mark of its outline."""

    key: str
    domain: str
    mark: str


def find_remarks(
    stored: StoredBuild,
    index: ir.Index,
    read_record: Callable[[str], Json],
    taken: Mapping[str, Outline],
    progress: Progress | None,
) -> tuple[Diagnostic, ...]:
    """What the rules find in the project's own classes, in the order of places.

    `index` has all names, `read_record` gives the record of a class by its folded path, `taken` are outlines that are
    at hand. Outlines that the cache does not have are taken now. Raises CacheError where the cache cannot be used, or
    a file has changed.
    """
    classes: dict[str, Checked] = {}
    homes: set[str] = set()
    for key, unit in stored.units():
        at, _, folder = key.partition(":")
        homes.update(unit_key(int(at), home) for home in code_homes(folder))
        if unit.length:  # others are those that another of the same path goes before
            classes[fold(unit.full_path)] = Checked(key, unit.domain, unit.mark)
    meter = Meter(progress)
    outlines = KeptOutlines(stored, {path: each.mark for path, each in classes.items()}, taken)
    missing = {path: classes[path] for path in outlines.missing() if path not in taken}
    if missing:
        _take(missing, stored, index, read_record, meter)
    own = frozenset(path for path, each in classes.items() if not stored.is_reference(each.key))
    meter.begin(len(classes), "checking classes")
    code_files = _code_files(stored.roots, homes)
    seen = SeenClasses(stored, index, outlines, own)
    found = seen.check(lambda: Compiled(index, outlines.one, code_files), meter)
    found.sort(key=lambda each: (each.span, each.kind.slug, each.message))
    meter.end()
    return tuple(found)


def _take(
    classes: Mapping[str, Checked],
    stored: StoredBuild,
    index: ir.Index,
    read_record: Callable[[str], Json],
    meter: Meter,
) -> None:
    """Take the outlines of `classes`, whose files are read for that."""
    folders = {
        unit_key(at, folder.folder): folder
        for at, root in enumerate(stored.roots)
        for domain in lay_out(root.listing, root.tree.display).domains
        for folder in domain.classes
    }
    placed = (Placed(root_number(each.key), each.domain, folders[each.key]) for each in classes.values())
    taker = OutlineTaker(stored.cache, stored.key)
    files = FileReader(stored.roots, stored.digests())
    image = ir.Image(index, read_record)
    meter.begin(len(classes), "reading classes")
    for at, ((path, each), klass) in enumerate(zip(classes.items(), read_classes(files, placed), strict=True), 1):
        if at % _CLASSES_AT_HAND == 0:
            image.forget()
        compiled = image.class_at(path)
        assert compiled is not None  # it is one of the index
        taker.take(path, each.mark, klass, compiled)
        meter.step()
    taker.save()
    meter.end()


def _code_files(roots: Sequence[Root], homes: Collection[str]) -> list[str]:
    """The files beside the declarations of methods that look like code; `homes` are the folders where those may be."""
    return [
        root.tree.display(entry.path)
        for at, root in enumerate(roots)
        if not root.reference
        for entry in root.listing.entries
        if entry.path.endswith((".rb", ".py")) and unit_key(at, entry.path.rpartition("/__methods__/")[0]) in homes
    ]
