"""Contents: the digest of every file at the last start, with the stamp it had; one text of bytes, made for size.

For each tree the number of its files in four bytes; then for each file, by path: path, NUL, stamp, NUL, and the
32 bytes of the sha256 of its content.
"""

from collections.abc import Iterator, Mapping, Sequence

from aelang.building.sight import Sight

Digests = Sequence[Mapping[str, bytes]]
"""For each tree the digests of its files by path."""

_DIGEST = 32


def pack_contents(sight: Sight, digests: Digests) -> bytearray:
    """The contents of the files that have a digest; a stamp that may deceive is left out."""
    packed = bytearray()
    for at, known in enumerate(digests):
        packed += len(known).to_bytes(4, "big")
        for entry in sight.listing(at).entries:
            digest = known.get(entry.path)
            if digest is not None:
                stamp = "" if sight.is_unsettled(entry) else entry.stamp
                packed += f"{entry.path}\0{stamp}\0".encode("utf-8", "surrogateescape")
                packed += digest
    return packed


def read_contents(packed: bytes | bytearray) -> Iterator[tuple[int, str, str, bytes]]:
    """Tree, path, stamp and digest of every file in `packed`, in order. Raises ValueError where it is none."""
    start = tree = 0
    while start < len(packed):
        count = int.from_bytes(packed[start : start + 4], "big")
        start += 4
        for _ in range(count):
            path_end = packed.index(b"\0", start)
            stamp_end = packed.index(b"\0", path_end + 1)
            path = packed[start:path_end].decode("utf-8", "surrogateescape")
            start = stamp_end + 1 + _DIGEST
            yield tree, path, packed[path_end + 1 : stamp_end].decode(), bytes(packed[stamp_end + 1 : start])
        tree += 1


def unchanged_contents(packed: bytes | bytearray, sight: Sight) -> list[dict[str, bytes]]:
    """The digests in `packed` that still hold: those of files with the same stamp. Both lists are in order of paths."""
    digests: list[dict[str, bytes]] = [{} for _ in sight.trees]
    places = [0] * len(sight.trees)
    for tree, path, stamp, digest in read_contents(packed):
        entries = sight.listing(tree).entries
        at = places[tree]
        while at < len(entries) and entries[at].path < path:
            at += 1
        if at < len(entries) and entries[at].path == path and entries[at].stamp == stamp:
            digests[tree][entries[at].path] = digest
        places[tree] = at
    return digests
