"""Units: what is kept of a class folder from one build to the next."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aelang import ir, model
from aelang.building.reports import Json
from aelang.names import fold


class Unit(NamedTuple):
    """What is kept of a class folder. `name_at` is the place of its name; `needs` are the paths whose names its record
    depends on, `reads` the classes whose content, since it inherits from them; `outline` is what rules see of it."""

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
    survey_findings: Json = ()
    findings: Json = ()
    outline: str = ""
    allowances: Json = ()

    @property
    def full_path(self) -> str:
        """`Domain/Ns/Class`."""
        return f"{self.domain}/{self.path}"


class Known(NamedTuple):
    """What an earlier build left behind: the digests of files that have not changed since, units, and their names."""

    digests: list[dict[str, bytes]]
    units: Mapping[str, Unit]
    names: ir.Index


NOTHING_KNOWN = Known([], {}, ir.Index((), ()))


def unit_entry(unit: Unit) -> ir.ClassEntry:
    """The names in `unit`."""
    return ir.ClassEntry(
        unit.full_path, {fold(name): name for name in unit.instances}, {fold(name): name for name in unit.methods}
    )


def name_text(unit: Unit) -> model.Text:
    """The name of the class of `unit`, with its place."""
    line, column = unit.name_at
    return model.Text(unit.path.rpartition("/")[2], line, column)


def pack_units(units: Mapping[str, Unit]) -> Json:
    """`units` as plain data."""
    return {key: list(unit) for key, unit in units.items()}


def unpack_units(stored: Json) -> dict[str, Unit]:
    """The units that `pack_units` stored."""
    return {key: _unit(*values) for key, values in stored.items()}


def _unit(signature: str, domain: str, path: str, source: str, name_at: Any, *rest: Any) -> Unit:
    instances, methods, needs, reads, length, check, surveyed, findings, outline, allowances = rest
    return Unit(
        signature, domain, path, source, tuple(name_at), tuple(instances), tuple(methods), tuple(needs), tuple(reads),
        length, check, surveyed, findings, outline, allowances,
    )  # fmt: skip
