"""Contents: the digest of every file at the last start, with the stamp it had; parts of bytes, made for size.

A part has the number of its tree in four bytes, and then for some of the tree's files, by path: path, NUL, stamp, NUL,
and the 32 bytes of the sha256 of the file's content.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from aelang.building.sight import Sight
from aelang.loader.trees import Entry

_DIGEST = 32
_AT_ONCE = 5000


class FileDigests:
    """The digests of the files of a listing, so far as they are known; made for size where there are many."""

    __slots__ = ("_digests", "_entries", "_places")

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self._digests: list[bytes | None] = [None] * len(entries)
        few = len(entries) <= _FEW
        self._places = {entry[0]: at for at, entry in enumerate(entries)} if few else None

    def get(self, path: str) -> bytes | None:
        """The digest of the file at `path`, one of the listing; None where it is not known."""
        return self._digests[self._place(path)]

    def keep(self, path: str, digest: bytes) -> None:
        """Note that the file at `path` has this `digest`."""
        self._digests[self._place(path)] = digest

    def adopt(self, path: str, known: "FileDigests") -> bool:
        """Note for the file at `path` the digest that it has in `known`, of the same listing; whether it has one."""
        at = self._place(path)
        if self._digests[at] is None:
            self._digests[at] = known._digests[at]
        return self._digests[at] is not None

    def in_order(self) -> Iterator[tuple[Entry, bytes]]:
        """The files whose digest is known, by path."""
        return ((entry, digest) for entry, digest in zip(self._entries, self._digests, strict=True) if digest)

    def _place(self, path: str) -> int:
        return bisect_left(self._entries, (path,)) if self._places is None else self._places[path]


_FEW = 30_000  # files, for which a table of places is worth its room


def pack_contents(sight: Sight, digests: Sequence[FileDigests]) -> Iterator[bytes]:
    """The contents of the files that have a digest; a stamp that may deceive is left out."""
    for at, known in enumerate(digests):
        files = known.in_order()
        while batch := list(islice(files, _AT_ONCE)):
            packed = [at.to_bytes(4, "big")]
            for entry, digest in batch:
                stamp = "" if sight.is_unsettled(entry) else entry.stamp
                packed += (f"{entry.path}\0{stamp}\0".encode("utf-8", "surrogateescape"), digest)
            yield b"".join(packed)


def read_contents(parts: Iterable[bytes]) -> Iterator[tuple[int, str, str, bytes]]:
    """Tree, path, stamp and digest of every file in `parts`, in order. Raises ValueError where they are none."""
    for part in parts:
        tree = int.from_bytes(part[:4], "big")
        start = 4
        while start < len(part):
            path_end = part.index(b"\0", start)
            stamp_end = part.index(b"\0", path_end + 1)
            path = part[start:path_end].decode("utf-8", "surrogateescape")
            start = stamp_end + 1 + _DIGEST
            yield tree, path, part[path_end + 1 : stamp_end].decode(), part[stamp_end + 1 : start]


def unchanged_contents(parts: Iterable[bytes], sight: Sight) -> list[FileDigests]:
    """The digests in `parts` that still hold: those of files with the same stamp. Both lists are in order of paths."""
    listings = [sight.listing(at).entries for at in range(len(sight.trees))]
    digests = [FileDigests(entries) for entries in listings]
    places = [0] * len(sight.trees)
    for tree, path, stamp, digest in read_contents(parts):
        entries = listings[tree]
        at = places[tree]
        while at < len(entries) and entries[at].path < path:
            at += 1
        if at < len(entries) and entries[at].path == path and entries[at].stamp == stamp:
            digests[tree].keep(path, digest)
        places[tree] = at
    return digests
