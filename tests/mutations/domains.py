"""Domains: those in which mutations are made: ours, a generated one, and published ones where the corpus is there."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.mutations.generated import write_domain
from tests.mutations.reading import Tree

_ROOT = Path(__file__).resolve().parents[2]
_CORPUS = Path(os.environ.get("AELANG_CORPUS") or _ROOT.parent / "shared" / "corpus")
MANAGEIQ = _CORPUS / "manageiq-content"
_PUBLISHED = ("MIQ_IPAM", "ServiceNow_ServiceCatalog", "CloudForms_Essentials", "CloudForms_Chef")


class Domains(NamedTuple):
    """A folder of domains, and those in which names are looked up too."""

    folder: Path
    references: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """What the folder is called."""
        return self.folder.name

    def tree(self) -> Tree:
        """The files; read once."""
        return _tree(self.folder, self.references)


@cache
def _tree(folder: Path, references: tuple[Path, ...] = ()) -> Tree:
    return Tree(folder, tuple(map(_tree, references)))


def domains(scratch: Path, seed: int, *, everywhere: bool = False) -> Iterator[Domains]:
    """All domains; the generated one is that of `seed`, and is written into `scratch`.

    ManageIQ's own takes longer than all others: it is there `everywhere` only, and what leads into it from the other
    published ones leads nowhere without.
    """
    made = scratch / "made"
    write_domain(made, seed)
    yield Domains(made)
    yield Domains(_ROOT / "datastore")
    yield Domains(_ROOT / "examples" / "overlay")
    yield Domains(_ROOT / "examples" / "quota")
    base = (MANAGEIQ,) if everywhere and MANAGEIQ.is_dir() else ()
    yield from map(Domains, base)
    yield from (Domains(_CORPUS / name, base) for name in _PUBLISHED if (_CORPUS / name).is_dir())
