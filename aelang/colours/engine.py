"""Runs a TextMate grammar over a text, as editors do: gives each piece with the scope that it has."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from aelang.colours.grammar import Rule, textmate

__all__ = ["pieces"]

_LONGEST = 1000
"""A longer line has no colours: some rules take the square of its length."""

_REFERENCE = re.compile(r"\\(\d)")


class _Open(NamedTuple):
    """A rule that has begun: what ends it or keeps it, its scope, and whether `\\G` still holds on the next line."""

    rule: Rule
    limit: str
    scope: str
    holds: bool


class Piece(NamedTuple):
    """A piece of a text: where it begins, and its scope, "" where it has none."""

    at: int
    text: str
    scope: str


def pieces(text: str) -> Iterator[Piece]:
    """The pieces of `text`, a `.ael` file, in order and without gaps."""
    stack: tuple[_Open, ...] = (_Open(_grammar(), "", "", False),)
    at = 0
    for line in text.split("\n"):  # a grammar wants the line's end with the line
        if len(line) > _LONGEST:
            yield Piece(at, text[at : at + len(line) + 1], "")
            at += len(line) + 1
            continue
        reader = _Line(line + "\n", stack)
        reader.read()
        stack = reader.stack
        for start, end, scope in reader.found:
            if found := text[at + start : at + end]:  # the last line has no end of its own
                yield Piece(at + start, found, scope)
        at += len(line) + 1


@cache
def _grammar() -> Rule:
    return textmate()


class _Line:
    """One line being read, up to `end`; `anchor` is where `\\G` matches, -1 where it does not."""

    def __init__(self, line: str, stack: tuple[_Open, ...], at: int = 0, end: int = -1) -> None:
        self.line = line
        self.stack = stack
        self.at = self.told = at
        self.end = len(line) if end < 0 else end
        self.anchor = -1
        self.found: list[tuple[int, int, str]] = []
        self._next: dict[str, re.Match[str] | None] = {}

    def read(self) -> None:
        """Reads the line: what is no longer open goes, then piece after piece."""
        self.anchor = 0 if self.stack[-1].holds else -1
        for depth, each in enumerate(self.stack):
            if "while" in each.rule:
                if not _find(each.limit, self.line, 0, self.end, -1):
                    self.stack = self.stack[:depth]
                    break
                self.anchor = 0
        self.scan()

    def scan(self) -> None:
        """All pieces from `at` on."""
        while self.step():
            pass
        self.tell(self.end, self.stack[-1].scope)

    def step(self) -> bool:
        """The next match; False where there is none."""
        top = self.stack[-1]
        closing = self.find(top.limit) if "end" in top.rule else None
        rule, found = self.first(top.rule)
        if closing and (found is None or closing.start() <= found.start()):
            self.tell(closing.start(), top.scope)
            self.at, self.anchor = closing.end(), -1
            self.stack = self.stack[:-1]
            return True
        if found is None or rule is None:
            return False
        self.tell(found.start(), top.scope)
        self.capture(found, rule)
        if "begin" in rule:
            self.open(rule, found)
        elif found.end() == self.at == found.start():
            return False
        self.at = found.end()
        return True

    def open(self, rule: Rule, found: re.Match[str]) -> None:
        limit = rule.get("end") or rule.get("while") or ""
        limit = _REFERENCE.sub(lambda which: re.escape(found[int(which[1])]), limit)
        scope = rule.get("name") or rule.get("contentName") or self.stack[-1].scope
        self.stack = (*self.stack, _Open(rule, limit, scope, found.end() == len(self.line)))
        self.anchor = found.end()

    def first(self, rule: Rule) -> tuple[Rule | None, re.Match[str] | None]:
        """The rule among those of `rule` that matches first, and its match."""
        best: tuple[Rule | None, re.Match[str] | None] = (None, None)
        for each in _flat(id(rule), rule):
            found = self.find(each.get("match") or each["begin"])
            if found and (best[1] is None or found.start() < best[1].start()):
                best = (each, found)
                if found.start() == self.at:
                    break
        return best

    def find(self, pattern: str) -> re.Match[str] | None:
        """The next match of `pattern`. It is remembered: on a long line the same one is asked for again and again."""
        if "\\G" in pattern:
            return _find(pattern, self.line, self.at, self.end, self.anchor)
        found = self._next.get(pattern, pattern)
        if isinstance(found, str) or (found is not None and found.start() < self.at):
            found = self._next[pattern] = _find(pattern, self.line, self.at, self.end, -1)
        return found

    def capture(self, found: re.Match[str], rule: Rule) -> None:
        """Tells the groups of a match, and what is within them."""
        outer = rule.get("name") or self.stack[-1].scope
        captures = rule.get("captures") or rule.get("beginCaptures") or {}
        for group, said in sorted(captures.items(), key=lambda each: found.start(int(each[0]))):
            start, end = found.span(int(group))
            if start < 0:
                continue
            self.tell(start, outer)
            if "patterns" in said:
                inner = _Line(self.line, (_Open(said, "", said["name"], False),), start, end)
                inner.scan()
                self.found += inner.found
                self.told = end
            else:
                self.tell(end, said["name"])
        self.tell(found.end(), outer)

    def tell(self, end: int, scope: str) -> None:
        if end > self.told:
            self.found.append((self.told, end, scope))
            self.told = end


_FLAT: dict[int, tuple[Rule, ...]] = {}


def _flat(key: int, rule: Rule) -> tuple[Rule, ...]:
    """The rules that `rule` includes, in order; those of other languages are left out."""
    found = _FLAT.get(key)
    if found is None:
        found = _FLAT[key] = tuple(_included(rule))
    return found


def _included(rule: Rule) -> Iterator[Rule]:
    repository = _grammar()["repository"]
    for each in rule.get("patterns", ()):
        include = each.get("include", "")
        if include.startswith("#"):
            each = repository[include[1:]]
        elif include:
            continue
        if "match" in each or "begin" in each:
            yield each
        else:
            yield from _included(each)


def _find(pattern: str, line: str, at: int, end: int, anchor: int) -> re.Match[str] | None:
    """The first match of `pattern` from `at` on; `\\G` is at `at` where the anchor is there, and nowhere else."""
    if "\\G" not in pattern:
        return _compiled(pattern).search(line, at, end)
    if anchor != at:
        return _compiled(pattern.replace("\\G", "(?!)")).search(line, at, end)
    return _compiled(pattern.replace("\\G", rf"(?<![\s\S]{{{at + 1}}})(?<=[\s\S]{{{at}}})")).search(line, at, end)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
