"""What is measured and how it is told: a row, its target, its figure against its peer, as a table or as JSON."""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from benchmarks.processes import Bench

Status: TypeAlias = Literal["measured", "not built yet", "skipped", "failed"]


class NotBuilt(Exception):
    """What the row measures is not there yet."""


class Skipped(Exception):
    """The row cannot be measured here; the text says why."""


class Broken(Exception):
    """The row's subject did not do its work; the text says how it ended."""


class Figure(NamedTuple):
    """A measured `value`, the floor or peer it is held against, and what a reader should know about it."""

    value: float
    peer: float | None = None
    note: str = ""


class Target(NamedTuple):
    """What must be reached: the ratio to the peer, or the value itself, at most or at least `bound`."""

    of: Literal["ratio", "value"]
    relation: Literal["<=", ">="]
    bound: float


class Row(NamedTuple):
    """One line of the report. `measure` is None for what is not built yet; `peer` says in words what the peer is.

    `big` rows take minutes and run only when asked for.
    """

    name: str
    unit: str
    peer: str
    target: Target | None
    measure: "Callable[[Bench], Figure] | None" = None
    big: bool = False


class Result(NamedTuple):
    """A row and how it came out; `figure` is None unless it was measured, `note` then says why."""

    row: Row
    status: Status
    figure: Figure | None
    note: str

    @property
    def ratio(self) -> float | None:
        """The value over its peer."""
        if self.figure is None or not self.figure.peer:
            return None
        return self.figure.value / self.figure.peer

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None where there is none, or nothing was measured."""
        target = self.row.target
        if self.figure is None or target is None:
            return None
        held = self.ratio if target.of == "ratio" else self.figure.value
        if held is None:
            return None
        return held <= target.bound if target.relation == "<=" else held >= target.bound


def measure_row(row: Row, bench: "Bench") -> Result:
    """The result of one row; what stops it from being measured becomes part of the result."""
    if row.measure is None:
        return Result(row, "not built yet", None, "")
    if row.big and not bench.big:
        return Result(row, "skipped", None, "takes minutes and 1 GB of disk: ask with --big")
    try:
        figure = row.measure(bench)
    except NotBuilt as why:
        return Result(row, "not built yet", None, str(why))
    except Skipped as why:
        return Result(row, "skipped", None, str(why))
    except Exception as why:  # one broken row must not hide the others: it is told as failed, with its reason
        return Result(row, "failed", None, f"{type(why).__name__}: {why}")
    return Result(row, "measured", figure, figure.note)


def as_json(results: Iterable[Result]) -> str:
    """The rows as a JSON list; `reached` is null where there is no target or no figure."""
    return json.dumps([_json_row(each) for each in results], indent=1) + "\n"


def _json_row(result: Result) -> dict[str, object]:
    figure = result.figure
    return {
        "name": result.row.name,
        "value": None if figure is None else _rounded(figure.value),
        "unit": result.row.unit,
        "peer": None if figure is None or figure.peer is None else _rounded(figure.peer),
        "ratio": None if result.ratio is None else _rounded(result.ratio),
        "target": target_text(result.row),
        "reached": result.reached,
        "status": result.status,
        "peer_is": result.row.peer,
        "note": result.note,
    }


def _rounded(value: float) -> float:
    return float(f"{value:.4g}") if abs(value) < 1000 else round(value)


def target_text(row: Row) -> str:
    """The target as it is printed: `<= 8 x`, `>= 45,000 objects/s`, or empty."""
    if row.target is None:
        return ""
    unit = " x" if row.target.of == "ratio" else f" {row.unit}"
    return f"{row.target.relation} {_number(row.target.bound)}{unit}"


def as_text(result: Result) -> str:
    """The row for people: the name on a line, then what was measured, and the note."""
    lines = [result.row.name, f"    {_measured_text(result)}"]
    if result.note and result.status == "measured":
        lines.append(f"    note: {result.note}")
    return "\n".join(lines) + "\n"


def _measured_text(result: Result) -> str:
    figure, row = result.figure, result.row
    target = target_text(row)
    if figure is None:
        why = f": {result.note}" if result.note else ""
        return f"{result.status}{why}" + (f"   (target {target})" if target else "")
    text = f"{_number(figure.value)} {row.unit}"
    if figure.peer is not None and result.ratio is not None:
        text += f"   {row.peer}: {_number(figure.peer)} {row.unit}   ratio {_number(result.ratio)}"
    if target:
        text += f"   target {target}: {'reached' if result.reached else 'NOT REACHED'}"
    return text


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"


def summary(results: list[Result]) -> str:
    """The closing line: how many rows reached their target, how many did not, how many are missing."""
    held = [each.reached for each in results]
    missing = [each.status for each in results]
    return (
        f"{held.count(True)} reached, {held.count(False)} not reached, {missing.count('not built yet')} not built yet, "
        f"{missing.count('skipped')} skipped, {missing.count('failed')} failed, of {len(results)} rows\n"
    )
