"""Reading vectors: where they lie, what one asks for, and which are left out for now."""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
_SHARED = HERE.parents[1].parent / "shared"


class Vector(NamedTuple):
    """One line of a vector file. `fault` tells why the line is no vector, and is blank for one."""

    id: str
    data: Mapping[str, Any]  # JSON
    file: Path
    fault: str = ""

    @property
    def area(self) -> str:
        """The part of the id before the first slash."""
        return self.id.partition("/")[0]


class Deviation(NamedTuple):
    """A vector that differs for a reason: the number of LANGUAGE.md's list, and what differs."""

    vector: str
    number: str
    note: str
    ours: bool


def given_vectors() -> Path | None:
    """The folder that AELANG_GOLDEN names, None where it is not set."""
    found = os.environ.get("AELANG_GOLDEN")
    return Path(found) if found else None


def corpus() -> Path:
    """The folder of the datastores that others have published."""
    return Path(os.environ.get("AELANG_CORPUS") or _SHARED / "corpus")


def vector_files() -> list[Path]:
    """The files of vectors, in a stable order."""
    given = given_vectors()
    if given is not None:
        return sorted(given.rglob("*.jsonl"))
    shared = _SHARED / "golden"
    folders = (HERE / "golden" / "own", shared / "spec", shared / "content")
    return [file for folder in folders for file in sorted(folder.glob("*.jsonl"))]


def read_vectors() -> Iterator[Vector]:
    """Every vector there is. A line that is none comes with its fault; an id that comes twice has the line added."""
    seen: set[str] = set()
    for file in vector_files():
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            if line.strip():
                vector = _vector(file, number, line)
                yield (
                    vector if vector.id not in seen else vector._replace(id=f"{vector.id}@{file.parent.name}:{number}")
                )
                seen.add(vector.id)


def _vector(file: Path, number: int, line: str) -> Vector:
    place = f"{file.parent.name}/{file.name}:{number}"
    try:
        data = json.loads(line)
    except ValueError as error:
        return Vector(f"malformed/{place}", {}, file, f"{place}: not JSON: {error}")
    if not isinstance(data, dict) or not isinstance(data.get("id"), str):
        return Vector(f"malformed/{place}", {}, file, f"{place}: not a vector: an object with an `id` is expected")
    return Vector(data["id"], data, file, _fault(place, data))


_NEEDED: tuple[tuple[str, type], ...] = (("datastore", str), ("domains", list))
_DELIVERED: tuple[tuple[str, type], ...] = (("deliver", dict), ("deliveries", list))
_RUN: tuple[tuple[str, type], ...] = (("uri", str), ("outcome", str), ("roots", list), ("nodes", list))


def _fault(place: str, data: Mapping[str, Any]) -> str:
    if "fn" in data:
        needed: tuple[tuple[str, type], ...] = (("fn", str), ("args", list))
    else:
        needed = _NEEDED + (_DELIVERED if "deliver" in data else _RUN)
    for key, kind in needed:
        if not isinstance(data.get(key), kind):
            return f"{place}: not a vector: `{key}` must be a {kind.__name__}"
    return ""


# -- datastores --------------------------------------------------------------------------------------------------

_FIVE_DOMAINS = ("root_domain", "user_domain", "inert_domain", "evm1_domain", "evm2_domain")


def roots_of(vector: Vector) -> list[Path]:
    """The folders of the vector's datastore; none where it is not among those given here."""
    name = vector.data["datastore"]
    if name.startswith("spec/"):
        data = corpus() / "automation_engine-spec" / "data"
        names = _FIVE_DOMAINS if name.endswith("/domain_test.yaml") else (name.removeprefix("spec/data/"),)
        found = [data / each for each in names]
    elif name.startswith("content/"):
        found = [corpus() / "manageiq-content"]
    else:
        found = [next((base / name for base in _homes(vector) if (base / name).is_dir()), vector.file.parent / name)]
    return found if all(folder.is_dir() for folder in found) else []


def _homes(vector: Vector) -> Iterator[Path]:
    yield vector.file.parent
    if (given := given_vectors()) is not None:
        yield from (given, given / "own")
    yield HERE / "golden" / "own"


def domain_order(vector: Vector) -> tuple[str, ...]:
    """The enabled domains of the vector, highest first; ManageIQ is always lowest."""
    enabled = [domain for domain in vector.data["domains"] if domain.get("enabled", True)]

    def rank(domain: Mapping[str, Any]) -> tuple[bool, float]:
        priority = domain.get("priority")
        return domain["name"].lower() == "manageiq", float("-inf") if priority is None else -priority

    return tuple(domain["name"] for domain in sorted(enabled, key=rank))


# -- what is left out --------------------------------------------------------------------------------------------


def _runs_inline(data: Mapping[str, Any]) -> bool:
    results = [data, *data.get("deliveries", ())]
    return any(
        result.get("method_log") or any("Invoking [inline]" in line for line in result.get("log") or ())
        for result in results
    )


@cache
def has_ruby() -> bool:
    """Whether there is a Ruby to run the vectors' methods with."""
    return shutil.which("ruby") is not None


LEFT_OUT: tuple[tuple[str, Callable[[Vector], bool]], ...] = (
    ("runs a Ruby method, and Ruby is not installed", lambda vector: _runs_inline(vector.data) and not has_ruby()),
    ("its datastore is not given here", lambda vector: not roots_of(vector)),
    ("changes the datastore in a way the harness does not know", lambda vector: bool(vector.data.get("tweaks"))),
)
"""Why a vector is not run yet; the first reason that holds is the one that counts. Later work takes rows away."""


def left_out(vector: Vector) -> str:
    """Why `vector` is not run, blank where it is."""
    if vector.fault or "fn" in vector.data:
        return ""
    return next((reason for reason, holds in LEFT_OUT if holds(vector)), "")


# -- deviations --------------------------------------------------------------------------------------------------

_NUMBERS = re.compile(r"D([1-9]|1[0-8])\Z")


def read_deviations() -> dict[str, Deviation]:
    """The deviations by vector: ours, and those that come with vectors put in. Raises ValueError for a false entry."""
    found = {each.vector: each for each in _deviations(HERE / "deviations.toml", ours=True)}
    given = given_vectors()
    if given is not None and (given / "deviations.toml").is_file():
        for each in _deviations(given / "deviations.toml", ours=False):
            found.setdefault(each.vector, each)
    return found


def _deviations(file: Path, *, ours: bool) -> Iterator[Deviation]:
    data = tomllib.loads(file.read_text("utf-8"))
    for key in ("deviation", "proposed"):
        for entry in data.get(key, ()):
            number = entry.get("number", "")
            if ours and key == "deviation" and not _NUMBERS.match(number):
                raise ValueError(f"{file.name}: {entry.get('vector')}: {number!r} is no number of the list")
            yield Deviation(entry["vector"], number or "proposed", entry.get("note", ""), ours)
