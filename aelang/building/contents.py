"""Contents: the digest of every file at the last start, with the stamp it had; parts of bytes, made for size.

A part has the number of its tree in four bytes, and then for some of the tree's files, by path: path, NUL, stamp, NUL,
and the 32 bytes of the sha256 of the file's content.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from aelang.building.sight import Sight

Digests = Sequence[Mapping[str, bytes]]
"""For each tree the digests of its files by path."""

_DIGEST = 32
_AT_ONCE = 5000


def pack_contents(sight: Sight, digests: Digests) -> Iterator[bytes]:
    """The contents of the files that have a digest; a stamp that may deceive is left out."""
    for at, known in enumerate(digests):
        entries = iter(sight.listing(at).entries)
        while batch := list(islice(entries, _AT_ONCE)):
            packed = [at.to_bytes(4, "big")]
            for entry in batch:
                digest = known.get(entry.path)
                if digest is not None:
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


def unchanged_contents(parts: Iterable[bytes], sight: Sight) -> list[dict[str, bytes]]:
    """The digests in `parts` that still hold: those of files with the same stamp. Both lists are in order of paths."""
    digests: list[dict[str, bytes]] = [{} for _ in sight.trees]
    places = [0] * len(sight.trees)
    for tree, path, stamp, digest in read_contents(parts):
        entries = sight.listing(tree).entries
        at = places[tree]
        while at < len(entries) and entries[at].path < path:
            at += 1
        if at < len(entries) and entries[at].path == path and entries[at].stamp == stamp:
            digests[tree][entries[at].path] = digest
        places[tree] = at
    return digests
