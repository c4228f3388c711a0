"""The compiled datastore: an index of every name, and one record a class, read when it is first reached."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from aelang.ir.codec import Json, record_from_json
from aelang.ir.heirs import made_whole
from aelang.ir.nodes import Class, Heir
from aelang.names import MISSING_INSTANCE, fold

IMAGE_VERSION = 5
"""Grows with every change of the nodes: an image or cache of another version is not read."""


class ImageError(Exception):
    """A file that is no image, is damaged, or cannot be read or written; the text is for people."""


class DomainEntry(NamedTuple):
    """A domain in the order of look-up; one that is not enabled answers only to its full path."""

    name: str
    enabled: bool


class ClassEntry(NamedTuple):
    """The names in one class: `path` is `Domain/Ns/Class`; names are keyed by their folded form."""

    path: str
    instances: dict[str, str]
    methods: dict[str, str]

    @property
    def namespace(self) -> str:
        """The path without the class: `Domain/Ns`."""
        return self.path.rpartition("/")[0]


class Index:
    """Every class, instance and method by name, under one domain order. Look-ups ignore case.

    The overlay is per instance and per method: the highest enabled domain that has it answers (LANGUAGE 1).
    """

    __slots__ = ("_by_path", "_relative", "domains")

    def __init__(self, domains: Iterable[DomainEntry], classes: Iterable[ClassEntry]) -> None:
        self.domains = tuple(domains)
        self._by_path: dict[str, ClassEntry] = {}
        rank = {fold(domain.name): at for at, domain in enumerate(self.domains) if domain.enabled}
        relative: dict[str, list[tuple[int, ClassEntry]]] = {}
        for entry in classes:
            key = fold(entry.path)
            self._by_path[key] = entry
            domain, _, path = key.partition("/")
            if domain in rank:
                relative.setdefault(path, []).append((rank[domain], entry))
        self._relative = {
            path: tuple(entry for _, entry in sorted(found, key=lambda each: each[0]))
            for path, found in relative.items()
        }

    def __iter__(self) -> Iterator[ClassEntry]:
        return iter(self._by_path.values())

    def __len__(self) -> int:
        return len(self._by_path)

    def class_at(self, path: str) -> ClassEntry | None:
        """The class with the full path `Domain/Ns/Class`, of a disabled domain too."""
        return self._by_path.get(fold(path))

    def layers(self, path: str) -> tuple[ClassEntry, ...]:
        """The classes of the relative path `Ns/Class` in the enabled domains, highest first."""
        return self._relative.get(fold(path), ())

    def instance_home(self, path: str, instance: str) -> ClassEntry | None:
        """The class that answers for `instance` of the relative class `path`.

        The highest enabled domain that has the instance itself, else the highest that has a `.missing`
        (ENGINE-FACTS 3.1).
        """
        layers = self._relative.get(fold(path), ())
        name = fold(instance)
        for entry in layers:
            if name in entry.instances:
                return entry
        return self.missing_home(path)

    def missing_home(self, path: str) -> ClassEntry | None:
        """The highest enabled class of the relative `path` that has a `.missing`."""
        return next(
            (entry for entry in self._relative.get(fold(path), ()) if MISSING_INSTANCE in entry.instances), None
        )

    def method_home(self, path: str, method: str) -> ClassEntry | None:
        """The highest enabled class of the relative `path` that has the method (D18: only methods count)."""
        name = fold(method)
        return next((entry for entry in self._relative.get(fold(path), ()) if name in entry.methods), None)

    def instances_matching(self, prefix: str) -> tuple[str, ...]:
        """The full paths of the instances whose relative path begins with `prefix`, of the highest enabled domain
        that has any (ENGINE-FACTS 3.6, D9)."""
        prefix = fold(prefix)
        for domain in self.domains:
            if domain.enabled and (found := self._of_domain(fold(domain.name) + "/" + prefix, fold(domain.name) + "/")):
                return found
        return ()

    def _of_domain(self, prefix: str, domain: str) -> tuple[str, ...]:
        return tuple(
            f"/{entry.path}/{name}"
            for key, entry in self._by_path.items()
            if key.startswith(domain) and (key.startswith(prefix) or prefix.startswith(key + "/"))
            for folded, name in entry.instances.items()
            if f"{key}/{folded}".startswith(prefix)
        )


class Image:
    """A compiled datastore. `read_class` gives the stored record of a class by its folded path, None without one."""

    __slots__ = ("_classes", "_read", "index")

    def __init__(self, index: Index, read_class: Callable[[str], Json]) -> None:
        self.index = index
        self._read = read_class
        self._classes: dict[str, Class | None] = {}

    def class_at(self, path: str) -> Class | None:
        """The class with the full path `Domain/Ns/Class`, None where there is none.

        Raises ImageError where the record of the class is damaged.
        """
        key = fold(path)
        if key not in self._classes:
            self._classes[key] = self._class(key) if self.index.class_at(key) is not None else None
        return self._classes[key]

    def remember(self, classes: Mapping[str, Class]) -> None:
        """Have `classes`, by their folded full paths, at hand: what their records say, without reading them."""
        self._classes.update(classes)

    def forget(self) -> None:
        """Let go of the classes that were read; they are read again when asked for."""
        self._classes.clear()

    def _class(self, key: str) -> Class | None:
        try:
            return self._made(key)
        except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
            raise ImageError(f"the record of `{key}` is not that of a class: {error}") from error

    def _made(self, key: str) -> Class | None:
        """The class at `key`. One that inherits is made from the class above it, whose record is read first."""
        heirs: dict[str, Heir] = {}
        at = key
        while (above := self._classes.get(at)) is None:
            stored = self._read(at)
            if stored is None and not heirs:
                return None
            found = record_from_json(stored)
            if isinstance(found, Class):
                above = found
                break
            if at in heirs:
                raise ValueError("it inherits from itself")
            heirs[at] = found
            at = fold(found.parent)
        made = list(made_whole(list(heirs.values()), above))
        self._classes.update(zip(reversed(heirs), made, strict=True))
        return made[-1] if made else above
