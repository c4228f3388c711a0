"""Trees: where files come from. A directory, a git tree, a zip export, or memory; all give the same paths and bytes."""

import os
import stat
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.source import Span

__all__ = ["DirectoryTree", "Entry", "Listing", "MemoryTree", "Tree", "is_relevant", "open_tree"]

NOT_A_DATASTORE = DiagnosticKind("not-a-datastore", Severity.ERROR, "`{root}` is no datastore: {reason}")
UNREADABLE_FILE = DiagnosticKind("unreadable-file", Severity.ERROR, "this cannot be read: {reason}")
OUTSIDE_LINK = DiagnosticKind("outside-link", Severity.WARNING, "this link is not followed: {reason}")

MAX_BYTES = 8 * 1024 * 1024
"""A file longer than this is no part of a datastore."""

_SUFFIXES = (".yaml", ".yml", ".rb", ".py")


class Entry(NamedTuple):
    """A file below the root. `stamp` changes whenever the content may have changed; it is cheap, not a hash of it."""

    path: str
    stamp: str


class Listing(NamedTuple):
    """The files of a tree that a datastore can use, sorted by path, and what is wrong with the others."""

    entries: tuple[Entry, ...]
    diagnostics: tuple[Diagnostic, ...]


class Tree(Protocol):
    """Where files come from. `name` is the root as people typed it."""

    @property
    def name(self) -> str:
        """The root as it was typed."""
        ...

    def identity(self) -> str | None:
        """A text that names the whole content, where it is cheap to know: two equal ones mean nothing changed."""
        ...

    def listing(self) -> Listing:
        """Every file that a datastore can use. Hidden folders are left out, as the reference engine does."""
        ...

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of each of `paths`, in their order, or why they cannot be read."""
        ...

    def display(self, path: str) -> str:
        """The name under which people know the file or folder `path`."""
        ...


def open_tree(root: str) -> Tree | Diagnostic:
    """The tree that `root` names: a directory, `repo@rev:path` of a git repository, or a zip export.

    Gives a diagnostic (not-a-datastore, unknown-revision, unreadable-file) where there is none.
    """
    if os.path.isdir(root):
        return DirectoryTree(root)
    if os.path.isfile(root):
        from aelang.loader.zips import open_zip

        return open_zip(root)
    if "@" in root:
        from aelang.loader.git import open_git

        return open_git(root)
    return NOT_A_DATASTORE.at(Span(root), _ROOTS, root=root, reason="there is no such file or directory")


_ROOTS = "name a directory, a git tree as `repo@rev:path`, or a zip export"


def is_relevant(name: str) -> bool:
    """Whether a file of this name can be part of a datastore."""
    return name.endswith(_SUFFIXES)


class DirectoryTree:
    """The files below a directory. Links are followed as long as they stay inside it."""

    def __init__(self, root: str) -> None:
        self.name = root
        self._real = os.path.realpath(root)

    def identity(self) -> str | None:
        """None: a directory is known by the stamps of its files only."""
        return None

    def display(self, path: str) -> str:
        """`path` below the root as it was typed."""
        if not path:
            return self.name
        return path if self.name == "." else f"{self.name.rstrip('/')}/{path}"

    def listing(self) -> Listing:
        """Every relevant file, found by one walk."""
        entries: list[Entry] = []
        diagnostics: list[Diagnostic] = []
        folders = [("", self._real)]
        while folders:
            prefix, folder = folders.pop()
            try:
                with os.scandir(folder) as found:
                    for item in found:
                        self._sort_in(item, prefix, entries, folders, diagnostics)
            except OSError as error:
                diagnostics.append(_unreadable(self.display(prefix.rstrip("/")), error))
        entries.sort()
        return Listing(tuple(entries), tuple(sorted(diagnostics, key=lambda each: each.span)))

    def _sort_in(
        self,
        item: "os.DirEntry[str]",
        prefix: str,
        entries: list[Entry],
        folders: list[tuple[str, str]],
        diagnostics: list[Diagnostic],
    ) -> None:
        """Puts one item of a folder where it belongs: a file, a folder to walk, a complaint, or nowhere."""
        path = prefix + item.name
        if item.is_symlink():
            self._follow(item, path, entries, folders, diagnostics)
        elif item.is_dir(follow_symlinks=False):
            if item.name[0] != ".":
                folders.append((path + "/", item.path))
        elif item.name.endswith(_SUFFIXES):
            self._add(path, item.stat(follow_symlinks=False), entries, diagnostics)

    def _add(self, path: str, status: os.stat_result, entries: list[Entry], diagnostics: list[Diagnostic]) -> None:
        if reason := _objection(status):
            diagnostics.append(UNREADABLE_FILE.at(Span(self.display(path)), _TAKE_AWAY, reason=reason))
        else:
            stamp = f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}-{status.st_ino}"
            entries.append(Entry(path, stamp))

    def _follow(
        self,
        item: "os.DirEntry[str]",
        path: str,
        entries: list[Entry],
        folders: list[tuple[str, str]],
        diagnostics: list[Diagnostic],
    ) -> None:
        """Follows a link that stays inside the root and does not lead to a folder it stands in."""
        real = os.path.realpath(item.path)
        try:
            status = os.stat(real)
        except OSError as error:
            if is_relevant(path):
                diagnostics.append(_unreadable(self.display(path), error))
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if not is_folder and not is_relevant(path):
            return
        here = os.path.realpath(os.path.dirname(item.path))
        if not real.startswith(self._real.rstrip("/") + "/"):
            diagnostics.append(_outside(self.display(path), "it leads out of the datastore"))
        elif is_folder and (here + "/").startswith(real + "/"):
            diagnostics.append(_outside(self.display(path), "it leads to a folder that it stands in"))
        elif is_folder:
            if path.count("/") < _MAX_FOLDERS:
                folders.append((path + "/", real))
        else:
            self._add(path, status, entries, diagnostics)

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The files' bytes. Never waits on a pipe or device, never reads more than MAX_BYTES of one."""
        return [self._read(path) for path in paths]

    def _read(self, path: str) -> bytes | Diagnostic:
        try:
            handle = os.open(f"{self._real}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                status = os.fstat(handle)
                if reason := _objection(status):
                    return UNREADABLE_FILE.at(Span(self.display(path)), _TAKE_AWAY, reason=reason)
                return _read_all(handle, status.st_size)
            finally:
                os.close(handle)
        except OSError as error:
            return _unreadable(self.display(path), error)


_MAX_FOLDERS = 40
"""Links that lead from folder to folder stop here: two that lead to each other's parents would never end."""

_TAKE_AWAY = "take it out of the datastore, or put the file itself in its place"


def _read_all(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    while len(data) < MAX_BYTES and (more := os.read(handle, 65536)):
        data += more
    return data


def _objection(status: os.stat_result) -> str | None:
    if not stat.S_ISREG(status.st_mode):
        return "it is no ordinary file"
    return f"it is longer than {MAX_BYTES // 1024 // 1024} MB" if status.st_size > MAX_BYTES else None


def _unreadable(name: str, error: OSError) -> Diagnostic:
    reason = (error.strerror or str(error)).lower()
    return UNREADABLE_FILE.at(Span(name), "check that it is there and that you may read it", reason=reason)


def _outside(name: str, reason: str) -> Diagnostic:
    return OUTSIDE_LINK.at(Span(name), "put a copy of what it leads to in its place", reason=reason)


class MemoryTree:
    """A tree that is only in memory: paths and their bytes."""

    def __init__(self, name: str, files: Mapping[str, bytes]) -> None:
        self.name = name
        self._files = dict(files)

    def identity(self) -> str | None:
        """None: nobody keeps what is only in memory."""
        return None

    def display(self, path: str) -> str:
        """`path` below the tree's name."""
        return f"{self.name}/{path}" if path else self.name

    def listing(self) -> Listing:
        """Every relevant path."""
        from zlib import crc32

        return Listing(
            tuple(
                Entry(path, f"{len(data)}-{crc32(data)}")
                for path, data in sorted(self._files.items())
                if is_relevant(path) and not is_hidden(path)
            ),
            (),
        )

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of `paths`."""
        return [self._files[path] for path in paths]


def is_hidden(path: str) -> bool:
    """Whether a folder on the way to `path` begins with a dot: the reference engine does not look there."""
    return path.rpartition("/")[0].startswith(".") or "/." in path.rpartition("/")[0]
