"""Units: what is kept of a class folder from one build to the next."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from sys import intern
from typing import Any, NamedTuple

from aelang import ir, model
from aelang.building.contents import FileDigests
from aelang.loader.records import FileRecord, record_from_json, record_to_json
from aelang.names import fold

_AT_ONCE = 500


class Unit(NamedTuple):
    """What is kept of a class folder. `name_at` is the place of its name; `needs` are the paths whose names its record
    depends on, `reads` the classes whose content, since it inherits from them, but not what these depend on; `inherits`
    is what the class says of its parent. `codes` are its pieces of code, each as `Code` has it but for the class.
    Findings and allowances are JSON, empty for none: most units have none."""

    signature: str
    domain: str
    path: str
    source: str
    name_at: tuple[int, int]
    instances: tuple[str, ...]
    methods: tuple[str, ...]
    needs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    length: int = 0
    check: int = 0
    survey_findings: str = ""
    findings: str = ""
    allowances: str = ""
    codes: tuple[tuple[str, str, str, int, int, str], ...] = ()
    inherits: str = ""

    @property
    def full_path(self) -> str:
        """`Domain/Ns/Class`."""
        return f"{self.domain}/{self.path}"

    @property
    def mark(self) -> str:
        """A text that changes with what the class says and with what it means."""
        return f"{self.signature}{self.check:08x}"


class DomainFiles(NamedTuple):
    """What the files of a domain say, its classes apart: a text that changes with them, and their records by path."""

    signature: str
    records: dict[str, FileRecord]


class Known(NamedTuple):
    """What an earlier build left behind: the digests of files that have not changed since, units, the files of domains,
    and all names."""

    digests: list[FileDigests]
    units: Mapping[str, Unit]
    domains: Mapping[str, DomainFiles]
    names: ir.Index


NOTHING_KNOWN = Known([], {}, {}, ir.Index((), ()))


def unit_key(at: int, folder: str) -> str:
    """The key of the unit in that `folder` of the root number `at`."""
    return f"{at}:{folder}"


def root_number(key: str) -> int:
    """The number of the root that the unit of that `key` is in."""
    return int(key.partition(":")[0])


def unit_entry(unit: Unit) -> ir.ClassEntry:
    """The names in `unit`."""
    return ir.ClassEntry(unit.full_path, by_fold(unit.instances), by_fold(unit.methods))


def by_fold(names: Iterable[str]) -> dict[str, str]:
    """`names` by their folded forms."""
    return {intern(fold(name)): name for name in names}


def name_text(unit: Unit) -> model.Text:
    """The name of the class of `unit`, with its place."""
    line, column = unit.name_at
    return model.Text(unit.path.rpartition("/")[2], line, column)


def pack_units(units: Iterator[tuple[str, Unit]]) -> Iterator[bytes]:
    """`units` and their keys in parts."""
    while some := [(key, *unit) for key, unit in islice(units, _AT_ONCE)]:
        yield json.dumps(some, separators=(",", ":"), check_circular=False).encode()


def pack_domains(domains: Mapping[str, DomainFiles]) -> Iterator[bytes]:
    """`domains` in parts."""
    for key, (signature, records) in domains.items():
        plain = {path: record_to_json(record) for path, record in records.items()}
        yield json.dumps([key, signature, plain], separators=(",", ":"), check_circular=False).encode()


def read_domains(parts: Iterable[bytes]) -> Iterator[tuple[str, DomainFiles]]:
    """The domains that `pack_domains` packed, by their keys."""
    for part in parts:
        key, signature, plain = json.loads(part)
        yield key, DomainFiles(signature, {path: record_from_json(record) for path, record in plain.items()})


def read_units(parts: Iterable[bytes]) -> Iterator[tuple[str, Unit]]:
    """The units that `pack_units` packed, by their keys. Equal texts are one object: there are many."""
    shared: dict[str, str] = {}
    share = shared.setdefault

    def texts(found: Iterable[str]) -> tuple[str, ...]:
        return tuple([share(each, each) for each in found])

    for part in parts:
        for key, signature, domain, path, source, name_at, instances, methods, needs, reads, *rest in json.loads(part):
            yield key, Unit(
                signature, share(domain, domain), path, source, tuple(name_at), texts(instances), texts(methods),
                texts(needs), texts(reads), *_rest(*rest),
            )  # fmt: skip


def _rest(
    length: int, check: int, surveyed: str, found: str, allowed: str, codes: Any, inherits: str
) -> Any:  # Any: from JSON
    return length, check, surveyed, found, allowed, tuple(map(tuple, codes)), inherits
