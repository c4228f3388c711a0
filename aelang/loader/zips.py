"""Zip exports: the files of an archive, read where they lie; nothing is unpacked to disk."""

import os
import zipfile
import zlib
from collections.abc import Iterable, Sequence

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.loader.trees import (
    MAX_BYTES,
    NOT_A_DATASTORE,
    OUTSIDE_LINK,
    UNREADABLE_FILE,
    Entry,
    Listing,
    is_hidden,
    is_relevant,
)
from aelang.source import Span

__all__ = ["ZipTree", "open_zip"]

UNSAFE_PATH = DiagnosticKind("unsafe-path", Severity.ERROR, "the archive has a file named `{path}`, outside of it")

_LINK = 0o120000


def open_zip(root: str) -> "ZipTree | Diagnostic":
    """The tree in the archive `root`; a diagnostic (not-a-datastore, unreadable-file) where it is none."""
    try:
        archive = zipfile.ZipFile(root)
    except OSError as error:
        return UNREADABLE_FILE.at(
            Span(root), "check that you may read it", reason=(error.strerror or str(error)).lower()
        )
    except _BROKEN:
        advice = "name a directory, a git tree as `repo@rev:path`, or a zip export"
        return NOT_A_DATASTORE.at(Span(root), advice, root=root, reason="it is a file, and no readable zip export")
    if _is_bomb(root, archive.infolist()):
        archive.close()
        reason = "unpacked it would be more than fifty times as long"
        return NOT_A_DATASTORE.at(
            Span(root), "make the archive anew from the datastore's folder", root=root, reason=reason
        )
    return ZipTree(root, archive)


def _is_bomb(root: str, files: Iterable[zipfile.ZipInfo]) -> bool:
    """Whether the archive is made to fill the memory: YAML and code shrink to a tenth or so, never to a fiftieth."""
    unpacked = sum(info.file_size for info in files if is_relevant(info.filename) and info.file_size <= MAX_BYTES)
    return unpacked > max(_HARMLESS, 50 * os.path.getsize(root))


_HARMLESS = 64 * 1024 * 1024


# What zipfile raises over damaged, encrypted or unusual archives, besides OSError.
_BROKEN = (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, EOFError, OverflowError)


class ZipTree:
    """The files in a zip archive, which stays open: to read its names again takes a second for 70,000 of them."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self.name = name
        self._archive = archive
        self._files = {info.filename: info for info in archive.infolist() if not info.is_dir()}

    def identity(self) -> str | None:
        """None: the archive's files have sums of their own."""
        return None

    def display(self, path: str) -> str:
        """`x.zip:path/file`."""
        return f"{self.name}:{path}" if path else self.name

    def listing(self) -> Listing:
        """Every relevant file; a stamp is its check sum and size. Names that lead out of the archive are refused."""
        entries = []
        said = []
        for path, info in sorted(self._files.items()):
            if _leads_out(path):
                said.append(UNSAFE_PATH.at(Span(self.name), "make the archive anew, with `zip -r`", path=path))
            elif not is_relevant(path) or is_hidden(path):
                continue
            elif info.external_attr >> 16 & 0o170000 == _LINK:
                advice = "put the file itself into the archive"
                said.append(OUTSIDE_LINK.at(Span(self.display(path)), advice, reason="links in archives never are"))
            elif info.file_size > MAX_BYTES:
                reason = f"it is longer than {MAX_BYTES // 1024 // 1024} MB"
                said.append(UNREADABLE_FILE.at(Span(self.display(path)), "take it out of the archive", reason=reason))
            else:
                entries.append(Entry(path, f"{info.file_size}-{info.CRC}"))
        return Listing(tuple(entries), tuple(said))

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of `paths`; never more of one than the archive says it has."""
        return [self._read(path) for path in paths]

    def _read(self, path: str) -> bytes | Diagnostic:
        info = self._files[path]
        try:
            with self._archive.open(info) as file:
                return file.read(min(info.file_size, MAX_BYTES) + 1)
        except OSError as error:
            return self._unreadable(path, (error.strerror or str(error)).lower())
        except _BROKEN as error:
            return self._unreadable(path, str(error))

    def _unreadable(self, path: str, reason: str) -> Diagnostic:
        return UNREADABLE_FILE.at(Span(self.display(path)), "make the archive anew", reason=reason)


def _leads_out(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return path.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in path
