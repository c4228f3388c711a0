"""Listing: what lies directly below a path, or anywhere below it, and which domains have it."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from aelang import ir
from aelang.names import fold

DOMAIN, NAMESPACE, CLASS, INSTANCE, METHOD = KINDS = ("domain", "namespace", "class", "instance", "method")


class Entry(NamedTuple):
    """A thing with a name. `domains` have it, the one that answers first; `enabled` is false of a disabled domain."""

    kind: str
    path: str
    domains: tuple[str, ...]
    enabled: bool = True


class Counts(NamedTuple):
    """How many classes, instances and methods a domain has."""

    classes: int
    instances: int
    methods: int


class Scope(NamedTuple):
    """What a path is about: one domain, or the overlay of all enabled ones, and the path below it."""

    domain: str | None
    relative: str


def scope_of(index: ir.Index, path: str) -> Scope:
    """How `path` is to be read. A first part that names both a namespace and a domain is the namespace
    (ENGINE-FACTS 3.3)."""
    relative = path.strip("/")
    first, _, rest = relative.partition("/")
    named = next((domain.name for domain in index.domains if fold(domain.name) == fold(first)), None)
    if named is None or any(_below(entry.path.partition("/")[2], first) for entry in _of_enabled(index)):
        return Scope(None, relative)
    return Scope(named, rest)


def list_domains(index: ir.Index) -> list[tuple[Entry, Counts]]:
    """All domains in their order, with what is in them."""
    totals = {fold(domain.name): [0, 0, 0] for domain in index.domains}
    for entry in index:
        total = totals.get(fold(entry.path.partition("/")[0]))
        if total is not None:
            total[0] += 1
            total[1] += len(entry.instances)
            total[2] += len(entry.methods)
    return [
        (Entry(DOMAIN, f"/{domain.name}", (domain.name,), domain.enabled), Counts(*totals[fold(domain.name)]))
        for domain in index.domains
    ]


def list_below(index: ir.Index, path: str, *, recursive: bool = False) -> list[Entry] | None:
    """What is below `path`: namespaces, classes, instances, methods, each sorted by name; None for an unknown path.

    Without `recursive` only what is directly below; with it everything, sorted by path.
    """
    scope = scope_of(index, path)
    entries = [entry for entry in _in_scope(index, scope) if _below(_relative(entry), scope.relative)]
    if not entries and scope.relative:
        return None
    found = list(_merged(_things(entries, scope), scope))
    if recursive:
        return sorted(found, key=lambda each: (fold(each.path), KINDS.index(each.kind)))
    depth = scope.relative.count("/") + bool(scope.relative)
    return sorted(filter(_at_depth(depth, scope), found), key=lambda each: (KINDS.index(each.kind), fold(each.path)))


def _at_depth(depth: int, scope: Scope) -> Callable[[Entry], bool]:
    slashes = depth + 1 + (scope.domain is not None)
    return lambda entry: entry.path.count("/") == slashes


def _in_scope(index: ir.Index, scope: Scope) -> Iterable[ir.ClassEntry]:
    if scope.domain is None:
        return _of_enabled(index)
    return (entry for entry in index if _domain(entry) == fold(scope.domain))


def _of_enabled(index: ir.Index) -> list[ir.ClassEntry]:
    """The classes of the enabled domains, domain after domain from the highest down."""
    rank = {fold(domain.name): at for at, domain in enumerate(index.domains) if domain.enabled}
    return sorted((entry for entry in index if _domain(entry) in rank), key=lambda entry: rank[_domain(entry)])


def _domain(entry: ir.ClassEntry) -> str:
    return fold(entry.path.partition("/")[0])


def _relative(entry: ir.ClassEntry) -> str:
    return entry.path.partition("/")[2]


def _below(path: str, folder: str) -> bool:
    return not folder or fold(path + "/").startswith(fold(folder) + "/")


class _Thing(NamedTuple):
    kind: str
    path: str
    domain: str


def _things(entries: Iterable[ir.ClassEntry], scope: Scope) -> Iterator[_Thing]:
    """Everything at and below the scope, each once a domain that has it."""
    above = scope.relative.count("/") + 1 if scope.relative else 0
    for entry in entries:
        domain, _, path = entry.path.partition("/")
        parts = path.split("/")
        for end in range(above + 1, len(parts)):
            yield _Thing(NAMESPACE, "/".join(parts[:end]), domain)
        if len(parts) > above:
            yield _Thing(CLASS, path, domain)
        for name in entry.instances.values():
            yield _Thing(INSTANCE, f"{path}/{name}", domain)
        for name in entry.methods.values():
            yield _Thing(METHOD, f"{path}/{name}", domain)


def _merged(things: Iterable[_Thing], scope: Scope) -> Iterator[Entry]:
    domains: dict[tuple[str, str], dict[str, None]] = {}
    written: dict[tuple[str, str], str] = {}
    for kind, path, domain in things:
        key = kind, fold(path)
        written.setdefault(key, path)
        domains.setdefault(key, {})[domain] = None
    prefix = "/" if scope.domain is None else f"/{scope.domain}/"
    for key, path in written.items():
        yield Entry(key[0], prefix + path, tuple(domains[key]))
