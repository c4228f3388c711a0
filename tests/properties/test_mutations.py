"""Defects put into a real domain are found where they were put, or at their user; harmless edits change no finding.

Places are drawn from all that there are of their kind, by the seed in AELANG_SEED. Many defects go into one copy of
the domain, each into a file of its own, and every one must be reported by itself.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from shutil import copytree
from typing import NamedTuple

import pytest

from aelang.diagnostics import Diagnostic
from aelang.project import open_project

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus") / "manageiq-content"
SEED = int(os.environ.get("AELANG_SEED") or 1)
DEFECTS = 300
BATCHES = 3
LEAST = 0.97

pytestmark = pytest.mark.skipif(not DOMAIN.is_dir(), reason=f"there is no corpus at {DOMAIN}: set AELANG_CORPUS")


class Place(NamedTuple):
    """A line that may be changed: what it becomes, and the kinds of which one must then be reported there."""

    path: str
    line: int
    after: str
    kinds: frozenset[str]


Change = Callable[[str, re.Match[str], Random], str]
NOWHERE = frozenset(("unknown-instance", "unknown-class", "unmatched-target", "overridden-target"))


def _typo(word: str, random: Random) -> str:
    """`word` with one letter too many, which no name of the domain has."""
    at = random.randrange(len(word) + 1)
    return word[:at] + "qx" + word[at:]


def _in_group(group: int) -> Change:
    def change(line: str, found: re.Match[str], random: Random) -> str:
        return line[: found.start(group)] + _typo(found[group], random) + line[found.end(group) :]

    return change


def _without_brace(line: str, found: re.Match[str], random: Random) -> str:
    at = line.rindex("}")
    return line[:at] + line[at + 1 :]


BROKEN = frozenset(
    (
        "unclosed-substitution", "invalid-target", "invalid-reference", "invalid-expression", "ignored-option",
        "odd-reference",
    )
)  # fmt: skip
_INSTANCE = r'^ +(?:default_)?value: "?/((?:\w+/)+)(\w+)(?:[?#"]|$)'

SORTS: tuple[tuple[str, str, Change, frozenset[str]], ...] = (
    ("a class in a target", r'^ +(?:default_)?value: "?/(?:\w+/)+(\w+)/[\w${]', _in_group(1), NOWHERE),
    ("an instance in a target", _INSTANCE, _in_group(2), NOWHERE),
    ("a called method", r"^ +(?:on_entry|on_exit|on_error): ([a-z_]+)\(", _in_group(1),
     frozenset(("unknown-method", "overridden-call"))),
    ("the METHOD:: of a state", r"^ +(?:default_)?value: METHOD::(\w+)", _in_group(1),
     frozenset(("unknown-method", "overridden-call"))),
    ("an argument", r"^ +on_(?:entry|exit|error): \w+\((\w+) *=>", _in_group(1), frozenset(("undeclared-argument",))),
    ("a message", r'^ +(?:default_)?value: "?/[\w/]+#(\w+)"?$', _in_group(1), frozenset(("unanswered-message",))),
    ("a brace", r'^ +(?:default_)?value: "?[^#"]*\$\{[^}]+\}[^}]*$', _without_brace, BROKEN),
    ("a data type", r"^ +datatype: (\w+)$", _in_group(1), frozenset(("unknown-datatype",))),
    ("a kind of field", r"^ +aetype: (\w+)$", _in_group(1), frozenset(("unknown-aetype",))),
)  # fmt: skip


def _lines(folder: Path) -> Iterator[tuple[str, int, str]]:
    for path in sorted(folder.rglob("*.yaml")):
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
            yield str(path.relative_to(folder)), number, line


def _places(random: Random) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {name: [] for name, *_ in SORTS}
    for path, number, line in _lines(DOMAIN):
        for name, pattern, change, kinds in SORTS:
            match = re.search(pattern, line)
            if match and not (pattern == _INSTANCE and _answers_for_any(match[1])):
                found[name].append(Place(path, number, change(line, match, random), kinds))
    return found


def _answers_for_any(klass: str) -> bool:
    """Whether the class has a `.missing`, so that no name of an instance is wrong."""
    folder = DOMAIN / "ManageIQ" / f"{klass.rstrip('/')}.class"
    return not folder.is_dir() or (folder / "_missing.yaml").exists()


def _drawn(random: Random) -> list[list[Place]]:
    """Batches of places, each of a file of its own, the sorts in equal parts as far as there are places."""
    waiting = {name: random.sample(places, len(places)) for name, places in _places(random).items()}
    batches: list[dict[str, Place]] = [{} for _ in range(BATCHES)]
    while sum(map(len, batches)) < DEFECTS and any(waiting.values()):
        for places in waiting.values():
            if places:
                place = places.pop()
                free = next((batch for batch in batches if place.path not in batch), None)
                if free is not None:
                    free[place.path] = place
    return [list(batch.values()) for batch in batches]


def _findings(folder: Path) -> list[Diagnostic]:
    compilation = open_project([str(folder)], cache=False)
    return [*compilation.diagnostics, *compilation.remarks]


def _write(folder: Path, places: list[Place]) -> None:
    for place in places:
        lines = (folder / place.path).read_text("utf-8").split("\n")
        lines[place.line - 1] = place.after
        (folder / place.path).write_text("\n".join(lines), "utf-8")


def test_nearly_all_defects_are_reported_at_their_lines(tmp_path: Path) -> None:
    random = Random(SEED)
    missed: list[Place] = []
    total = 0
    for number, places in enumerate(_drawn(random)):
        folder = Path(copytree(DOMAIN, tmp_path / str(number)))
        _write(folder, places)
        told = {(each.span.source, each.span.line, each.kind.slug) for each in _findings(folder)}
        missed += [
            place
            for place in places
            if not any((str(folder / place.path), place.line, kind) in told for kind in place.kinds)
        ]
        total += len(places)
    assert len(missed) <= (1 - LEAST) * total, "\n".join(map(str, missed))


def test_harmless_edits_change_no_finding(tmp_path: Path) -> None:
    random = Random(SEED)
    folder = Path(copytree(DOMAIN, tmp_path / "domain"))
    before = sorted(map(_shown, _findings(folder)))
    texts = [each for each in _lines(DOMAIN) if re.search(r"^ +(display_name|description):", each[2])]
    chosen = {path: (number, line) for path, number, line in random.sample(texts, DEFECTS)}
    _write(folder, [
        Place(path, number, f"{line.partition(':')[0]}: Something else", frozenset())
        for path, (number, line) in chosen.items()
    ])  # fmt: skip
    for path in random.sample(sorted(folder.rglob("*.yaml")), DEFECTS):
        path.write_text(path.read_text("utf-8").rstrip("\n") + "\n# a comment\n", "utf-8")
    assert before == sorted(map(_shown, _findings(folder)))


def _shown(found: Diagnostic) -> tuple[str, str, str]:
    return found.kind.slug, str(found.span), found.message
