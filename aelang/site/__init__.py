"""The site: a datastore as pages to read, without a server.

Class after class is read, told and let go, so that a large datastore needs no more memory than what is known of all of
it anyway: the names, the edges, the findings and what can be searched. Nothing depends on the day or the machine, so
the same datastore makes the same files, and a file that is as it should be is not touched. The overview comes last: it
leads nowhere that is not there yet.
"""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.building.progress import Progress
    from aelang.diagnostics import Diagnostic
    from aelang.project import Compilation
    from aelang.site.folder import Folder

__all__ = ["Written", "write_site"]


class Written(NamedTuple):
    """What a site consists of: how many pages, and how many bytes all of its files have."""

    pages: int
    size: int


def write_site(
    opened: "Compilation",
    found: "Sequence[Diagnostic]",
    folder: "Folder",
    title: str,
    progress: "Progress | None" = None,
) -> Written:
    """Writes the site of `opened`, with what validate has `found`, into `folder`, which has been entered.

    Raises FolderError where a file cannot be written, and Changed, CacheError or ir.ImageError where the datastore
    changes meanwhile.
    """
    from aelang.site.writing import write

    return Written(write(opened, found, folder, title, progress), folder.size)
