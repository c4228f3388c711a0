"""Laid trees: a tree with files laid over it, as a test brings them along, and trees of such files alone."""

from collections.abc import Mapping, Sequence

from aelang.diagnostics import Diagnostic
from aelang.loader.trees import Listing, MemoryTree, Tree, is_relevant
from aelang.testing.pages import needed_files


class LaidTree:
    """`base` with `files` in the place of its own, or beside them; folders that lack a declaration get one."""

    def __init__(self, base: Tree, files: Mapping[str, str], without: frozenset[str] = frozenset()) -> None:
        self.name = base.name
        self._base = base
        self._under = base.listing()
        known = {entry.path for entry in self._under.entries}
        self._laid = {path: text.encode() for path, text in completed(files, known, without).items()}

    def identity(self) -> str | None:
        """None: it is known by its files only."""
        return None

    def display(self, path: str) -> str:
        """As the tree below says it."""
        return self._base.display(path)

    def listing(self) -> Listing:
        """The files of the tree below, with those laid over it."""
        under = [each for each in self._under.entries if each.path not in self._laid]
        over = MemoryTree("", self._laid).listing().entries
        return Listing(tuple(sorted((*under, *over))), self._under.diagnostics)

    def read(self, paths: Sequence[str]) -> list[bytes | Diagnostic]:
        """The bytes of `paths`."""
        others = [path for path in paths if path not in self._laid]
        found = dict(zip(others, self._base.read(others), strict=True))
        return [self._laid[path] if path in self._laid else found[path] for path in paths]


class LoneTree(MemoryTree):
    """Files alone, in the folder `name`, known by their paths as a page gives them."""

    def display(self, path: str) -> str:
        """`path` as it stands in the page."""
        if self.name == ".":
            return path or "."
        return super().display(path)


def lone_tree(name: str, files: Mapping[str, str], without: frozenset[str]) -> LoneTree:
    """The tree of those of `files` that are below `name`."""
    prefix = "" if name == "." else name.rstrip("/") + "/"
    inside = {path.removeprefix(prefix): text for path, text in files.items() if path.startswith(prefix)}
    return LoneTree(name, {path: text.encode() for path, text in completed(inside, set(), without).items()})


def completed(files: Mapping[str, str], known: set[str], without: frozenset[str]) -> dict[str, str]:
    """`files` with the declarations of domains and namespaces that neither they nor `known` have."""
    made = dict(files)
    for path in files:
        if not is_relevant(path) or (".class/" not in path and not path.endswith(".ael")):
            continue
        for needed, text in needed_files(path):
            if needed not in known and needed not in without:
                made.setdefault(needed, text)
    return made


def place_files(files: Mapping[str, str], roots: Sequence[str]) -> list[dict[str, str]]:
    """For each of `roots`, as they are shown, those of `files` that belong into it, by their paths in it.

    A path below a root as it is shown is in that root; any other is in the first one.
    """
    placed: list[dict[str, str]] = [{} for _ in roots]
    for path, text in files.items():
        at, inside = 0, path
        for number, root in enumerate(roots):
            prefix = root.rstrip("/") + "/"
            if root != "." and path.startswith(prefix):
                at, inside = number, path.removeprefix(prefix)
                break
        placed[at][inside] = text
    return placed
