"""Converting: the classes below a path go from one spelling to the other, in place or into another folder.

A class is written whole before the first of its old files goes, and of these the one that makes it a class goes first.
So whatever happens in between loses nothing: one of the two spellings is whole, and is the one that is read.
"""

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from aelang.diagnostics import Diagnostic
from aelang.loader.ael import read_ael
from aelang.loader.load import load_tree
from aelang.loader.trees import DirectoryTree, Tree, open_tree
from aelang.model import Class, Domain
from aelang.writer.files import put_file
from aelang.writer.spellings import Change, Place, to_ael, to_yaml
from aelang.writer.yaml import Dialect, dialect_of

__all__ = [
    "Hindrance",
    "Selection",
    "apply",
    "changes",
    "copied",
    "left",
    "overwritten",
    "select",
    "uncommitted",
    "write_copy",
]

_DOMAIN = "__domain__.yaml"
_LOSING = ("unreadable-ael", "tab-indentation", "unknown-key", "duplicate-key")
"""The kinds of findings where something that the file says is not part of the class."""


class Hindrance(Exception):
    """What was asked for cannot be done; the text is for people."""


class Selection(NamedTuple):
    """What a path names: the tree, the domains in it, and below which path of it the classes are meant.

    `folder` is where the tree is, None where nothing can be written; `name` is its name in another folder.
    """

    tree: Tree
    domains: tuple[Domain, ...]
    below: str
    folder: str | None
    name: str

    def path_of(self, source: str) -> str:
        """The path below the root of the tree that is shown as `source`."""
        top = self.tree.display("")
        shown = self.tree.display("x")[:-1]
        return source.removeprefix(shown) if source.startswith(shown) else source.removeprefix(top).lstrip("/")

    def read(self, path: str) -> bytes:
        """The content of a file. Raises Hindrance."""
        data = self.tree.read([path])[0]
        if isinstance(data, Diagnostic):
            raise Hindrance(f"{self.tree.display(path)}: {data.message}")
        return data

    def classes(self) -> Iterator[Class]:
        """The classes that are meant."""
        for domain in self.domains:
            for klass in domain.classes.values():
                if self.holds(self.path_of(klass.source)):
                    yield klass

    def holds(self, path: str) -> bool:
        """Whether the file or folder `path` is meant, or stands below what is."""
        return not self.below or path == self.below or path.startswith(f"{self.below}/")


def select(path: str) -> Selection:
    """What `path` names: a datastore, a domain, a namespace, a class folder or an `.ael` file. Raises Hindrance."""
    if not os.path.lexists(path):
        tree = open_tree(path)
        if isinstance(tree, Diagnostic):
            raise Hindrance(f"{tree.message}; {tree.help}")
        return _found(tree, path, "", None, "")
    top = os.path.normpath(path)
    if os.path.isfile(top) and top.endswith(".zip"):
        tree = open_tree(top)
        if isinstance(tree, Diagnostic):
            raise Hindrance(f"{tree.message}; {tree.help}")
        return _found(tree, path, "", None, "")
    above = _domain_above(top)
    folder = top if above is None else above
    below = "" if above is None else os.path.relpath(top, folder).replace(os.sep, "/").removeprefix(".")
    name = "" if above is None else os.path.basename(os.path.abspath(folder))
    return _found(DirectoryTree(folder), path, _class_of(below), folder, name)


def _found(tree: Tree, path: str, below: str, folder: str | None, name: str) -> Selection:
    selection = Selection(tree, load_tree(tree).domains, below, folder, name)
    if not any(True for _ in selection.classes()):
        raise Hindrance(f"there is no class in {path}; name a domain, a folder in one, or a file")
    return selection


def _domain_above(path: str) -> str | None:
    """The folder of the domain that `path` is or is in; None where it is in none."""
    here = path
    while True:
        if os.path.isfile(os.path.join(here, _DOMAIN)):
            return here
        up = os.path.normpath(os.path.join(here, os.pardir))
        if os.path.realpath(up) == os.path.realpath(here):
            return None
        here = up


def _class_of(below: str) -> str:
    """The class folder that the file `below` belongs to, `below` itself where it is none of a class folder."""
    parts = below.split("/")
    for at, part in enumerate(parts):
        if part.endswith(".class"):
            return "/".join(parts[: at + 1])
    return below


# -- what is to be done ------------------------------------------------------------------------------------------


def changes(selection: Selection, to: str) -> list[Change]:
    """What becomes of each class that is not written as `to` says, `ael` or `yaml`. Raises Hindrance, NotTheSame."""
    meant = [klass for klass in selection.classes() if klass.source.endswith(".ael") != (to == "ael")]
    places = [Place(klass, selection.path_of, selection.read) for klass in meant]
    if to == "ael":
        return [to_ael(each) for each in places]
    for klass in meant:
        _check_whole(selection, klass)
    listed = {entry.path.lower(): entry.path for entry in selection.tree.listing().entries}
    shared = _shared_code(selection, meant)
    dialects = {domain.name: _dialect(selection, domain) for domain in selection.domains}

    def is_taken(path: str, content: bytes) -> bool:
        return path.lower() in listed and selection.read(listed[path.lower()]) != content

    return [to_yaml(each, dialects[each.klass.domain], is_taken, shared.__contains__) for each in places]


def _check_whole(selection: Selection, klass: Class) -> None:
    """Raises Hindrance where something in the `.ael` file of `klass` was not understood: it would be lost."""
    for each in read_ael(selection.read(selection.path_of(klass.source))).diagnostics:
        if each.kind.slug in _LOSING:
            raise Hindrance(f"{klass.source}:{each.span.line}: {each.message}; put it right before it is converted")


def _dialect(selection: Selection, domain: Domain) -> Dialect:
    """The dialect of the domain's own file, which is always YAML."""
    return dialect_of(selection.read(selection.path_of(domain.source)).decode("utf-8", "replace"))


def _shared_code(selection: Selection, meant: Iterable[Class]) -> set[str]:
    """The code files that more than one class uses, or one that stays as it is."""
    seen: dict[str, int] = {}
    for domain in selection.domains:
        for klass in domain.classes.values():
            for method in klass.methods:
                if method.code_source:
                    path = selection.path_of(method.code_source)
                    seen[path] = seen.get(path, 0) + 1
    return {path for path, count in seen.items() if count > 1}


def left(selection: Selection, found: Iterable[Change]) -> list[str]:
    """The YAML files that stay in the folder of a class that is written in `.ael`: a second one of a name, say."""
    gone = {path for change in found for path in change.removes}
    folders = {os.path.dirname(path) for path in gone if os.path.basename(path) == "__class__.yaml"}
    return [
        entry.path
        for entry in selection.tree.listing().entries
        if entry.path.endswith(".yaml")
        and entry.path not in gone
        and any(entry.path.startswith(f"{folder}/") for folder in folders)
    ]


def uncommitted(selection: Selection, found: Iterable[Change]) -> list[str]:
    """The files of `found`, as people know them, that git would not give back. None where there is no repository."""
    from aelang.loader.git import run_git

    folder = selection.folder or ""
    here = folder if os.path.isdir(folder) else os.path.dirname(folder) or "."
    status, top, _ = run_git(here, "rev-parse", "--show-toplevel")
    if status:
        return []
    root = os.path.realpath(top.decode("utf-8", "surrogateescape").rstrip("\n"))
    status, said, _ = run_git(
        here, "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=matching", "--", "."
    )
    if status:
        return []
    changed = {part[3:] for part in said.decode("utf-8", "surrogateescape").split("\0") if len(part) > 3}
    return [
        selection.tree.display(path)
        for change in found
        for path in (*change.removes, *change.writes)
        if _is_among(os.path.relpath(os.path.realpath(os.path.join(here, path)), root), changed)
    ]


def _is_among(path: str, changed: set[str]) -> bool:
    if path in changed:
        return True
    return any(f"{path[: at + 1]}" in changed for at, char in enumerate(path) if char == "/")


def overwritten(change: Change, folder: str) -> list[str]:
    """The files below `folder` that `change` would write over, unless they say the same."""
    return [
        full
        for path, content in change.writes.items()
        if path not in change.removes and _is_other(full := os.path.join(folder, path), content)
    ]


def _is_other(path: str, content: bytes) -> bool:
    """Whether there is a file at `path` with another content."""
    try:
        with open(path, "rb") as file:
            return file.read() != content
    except FileNotFoundError:
        return False


# -- doing it ----------------------------------------------------------------------------------------------------


def apply(change: Change, folder: str) -> None:
    """Does what `change` says to the files below `folder`; all is written before anything goes. Raises OSError."""
    for path, content in change.writes.items():
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        put_file(full, content)
    gone = [os.path.join(folder, path) for path in change.removes if path not in change.writes]
    for path in gone:
        os.unlink(path)
    for place in sorted({os.path.dirname(path) for path in gone}, key=len, reverse=True):
        _remove_empty(place)


def write_copy(files: Iterable[tuple[str, bytes]], folder: str) -> None:
    """Writes `files`, which are elsewhere too, below `folder`, whose folders it makes. Raises OSError."""
    for path, content in files:
        full = os.path.join(folder, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(content)


def _remove_empty(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:  # something else is in it: it stays
        return
    if os.path.basename(folder) == "__methods__":
        _remove_empty(os.path.dirname(folder))


def copied(selection: Selection, found: Iterable[Change]) -> Iterator[tuple[str, bytes]]:
    """Every file of what is selected as it is after `found`, by its path in another folder; with those that make the
    domains and namespaces above."""
    gone = {path for change in found for path in change.removes}
    new = {path: data for change in found for path, data in change.writes.items()}
    front = f"{selection.name}/" if selection.name else ""
    for entry in selection.tree.listing().entries:
        path = entry.path
        if path in gone or path in new or not (selection.holds(path) or _is_above(path, selection.below)):
            continue
        yield front + path, selection.read(path)
    for path, data in new.items():
        yield front + path, data


def _is_above(path: str, below: str) -> bool:
    """Whether `path` declares a domain or a namespace that `below` is in."""
    folder, _, name = path.rpartition("/")
    return name in (_DOMAIN, "__namespace__.yaml") and (not folder or below.startswith(f"{folder}/"))
