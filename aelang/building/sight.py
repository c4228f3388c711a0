"""Sight: the trees of a project as they are now, and whether that is what they were at the last start."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice

from aelang.loader.trees import Entry, Listing, Tree

_UNSETTLED = 2 * 10**9  # nanoseconds: a file changed so shortly before it was listed may change again unnoticed
_AT_ONCE = 5000
_UNTRUSTED = b"unsettled "


class Sight:
    """The trees with their files and stamps. A tree that knows its identity is listed only when asked."""

    def __init__(self, trees: Sequence[Tree]) -> None:
        self.trees = trees
        self.seen_at = time.time_ns()
        self._listings: dict[int, Listing] = {}

    def listing(self, at: int) -> Listing:
        """The files of the tree number `at`."""
        if at not in self._listings:
            self._listings[at] = self.trees[at].listing()
        return self._listings[at]

    def stamp(self) -> bytes:
        """A text that changes with everything in the trees, so far as stamps tell."""
        from aelang.digests import blake2b

        total = blake2b(digest_size=32)
        for at in range(len(self.trees)):
            for text in self._texts(at):
                total.update(text.encode("utf-8", "surrogateescape"))
        return total.hexdigest().encode()

    def stamp_to_keep(self) -> bytes:
        """`stamp`, unless some file is so young that its stamp may deceive: then a text that equals none."""
        young = any(self.is_unsettled(entry) for at in range(len(self.trees)) for entry in self._stamped(at))
        return _UNTRUSTED + self.stamp() if young else self.stamp()

    def is_unsettled(self, entry: Entry) -> bool:
        """Whether a later change of the file might leave it with the same stamp."""
        return _changed_at(entry.stamp) > self.seen_at - _UNSETTLED

    def _stamped(self, at: int) -> tuple[Entry, ...]:
        return () if self.trees[at].identity() is not None else self.listing(at).entries

    def _texts(self, at: int) -> Iterator[str]:
        identity = self.trees[at].identity()
        if identity is not None:
            yield f"\0{identity}\0"
            return
        listing = self.listing(at)
        entries = iter(listing.entries)
        while batch := [f"{path}\0{stamp}\0" for path, stamp in islice(entries, _AT_ONCE)]:
            yield "".join(batch)
        yield f"\0{listing.diagnostics or ''}\0"


def _changed_at(stamp: str) -> int:
    """The time of the last change in the stamp of a file in a directory; 0 for other stamps."""
    parts = stamp.rsplit("-", 2)
    return int(parts[1]) if len(parts) == 3 else 0
