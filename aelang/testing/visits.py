"""Visits: which classes a run looked at, so that a test need not be run again while none of them changed."""

from collections.abc import Iterable
from typing import Any

from aelang.interpreter.trace import Event, Following, Instantiating, MethodCalled, UpdatedNamespace
from aelang.interpreter.workspace import Workspace
from aelang.names import fold

EVERYTHING = "*"


class Visits:
    """The classes that were looked for, found or not, each by its folded path without domain; `*` for all.

    A path that holds a `*` or ends in one stands for all classes that it may lead to.
    """

    __slots__ = ("_domains", "classes", "sources")

    def __init__(self, classes: Iterable[str] = (), sources: Iterable[str] = (), domains: Iterable[str] = ()) -> None:
        self.classes = set(classes)
        self.sources = set(sources)
        self._domains = frozenset(map(fold, domains))

    @classmethod
    def everything(cls) -> "Visits":
        """The visits of a run of which nothing is known."""
        return cls((EVERYTHING,))

    def take(self, event: Event) -> None:
        """Takes in what `event` tells."""
        if isinstance(event, Instantiating | Following | UpdatedNamespace):
            self._add(event.uri)
        elif isinstance(event, MethodCalled):
            self._add_path(event.path.strip("/").rpartition("/")[0])

    def _add(self, uri: str) -> None:
        path = uri.partition("#")[0].partition("?")[0].partition(":")
        text = (path[2] if path[1] else path[0]).strip("/")
        if "*" in text:
            self.classes.add(fold(text.partition("*")[0]) + EVERYTHING)
        self._add_path(text.rpartition("/")[0])

    def _add_path(self, path: str) -> None:
        key = fold(path.strip("/"))
        domain, _, relative = key.partition("/")
        self.classes.add(relative if domain in self._domains else key)

    def take_objects(self, workspace: Workspace) -> None:
        """Takes in the classes, and the files they come from, of all that `workspace` holds."""
        for klass in {id(obj.home): obj.home.ir for obj in workspace.built}.values():
            self.sources.update(klass.sources)
            for path in (klass.path, *klass.ancestors):
                self._add_path(path)

    def packed(self) -> Any:  # Any: JSON
        """As JSON has it."""
        return [sorted(self.classes), sorted(self.sources)]

    @classmethod
    def unpacked(cls, packed: Any) -> "Visits":  # Any: JSON
        """What `packed` gave."""
        return cls(*packed)

    def touches(self, source: str) -> bool:
        """Whether a change of the file `source` may matter to the run; one that is no part of a class always may."""
        if EVERYTHING in self.classes or source in self.sources:
            return True
        klass = class_of(source)
        return klass is None or any(_means(visited, klass) for visited in self.classes)


def class_of(source: str) -> str | None:
    """The folded path of the class that the file `source` is a part of, with all folders above; None for others."""
    text = fold(source.replace("\\", "/"))
    if text.endswith(".ael"):
        return text[: -len(".ael")]
    head, found, _ = text.rpartition(".class/")
    return head if found else None


def _means(visited: str, klass: str) -> bool:
    """Whether the class in the folder `klass` may be the `visited` one: folders above it are not told apart."""
    if visited.endswith(EVERYTHING):
        return f"/{visited[:-1]}" in f"/{klass}/"
    return bool(visited) and f"/{klass}".endswith(f"/{visited}")
