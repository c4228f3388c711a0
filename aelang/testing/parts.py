"""The parts of a test as they stand in YAML: what is given, the stand-ins for methods, the expectations."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.interpreter.values import RunValue, inspect
from aelang.inventory_file import read_value
from aelang.names import fold
from aelang.services import is_model
from aelang.services.records import Reference
from aelang.source import Span
from aelang.syntax.yaml import Mapping as YamlMapping
from aelang.syntax.yaml import Node
from aelang.syntax.yaml import Sequence as YamlSequence
from aelang.testing.nodes import (
    Act,
    Attributes,
    Called,
    Calls,
    Ending,
    Expectation,
    Findings,
    Given,
    NeverCalled,
    RecordState,
    Stub,
    TraceLines,
    Wanted,
)

INVALID_TEST = DiagnosticKind("invalid-test", Severity.ERROR, "{fault}")

GIVEN = ("arguments", "message", "state_vars", "user", "inventory", "now", "limit", "methods", "services")
"""What may be given, for a test or for all of a file."""

MATCHERS = ("is", "not", "contains", "matches", "present", "absent")
ENDINGS = ("result", "reason", "state", "rollback", "retries", "failed")
EXPECT = (*ENDINGS, "root", "objects", "trace", "calls", "never", "findings", "records")
ACT = ("root", "object", "state_vars", "value", "exit", "says", "retry", "error", "result")
_LARGEST_CODE = 255
CODES = {"ok": 0, "warn": 4, "stop": 8, "abort": 16}

_Entries: TypeAlias = Mapping[str, Node]


class PartReader:
    """Reads parts of the file `name`; `offset` lines stand above the block in hand."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.offset = 0
        self.diagnostics: list[Diagnostic] = []

    # -- what is given

    def given_parts(self, entries: _Entries, first: Given) -> Given:
        """What `entries` give, and where they say nothing, what `first` has; arguments and stand-ins add up."""
        made = first
        if "inventory" in entries:
            tree, source = self._inventory(entries["inventory"])
            made = made._replace(inventory=tree, inventory_source=source)
        if "user" in entries:
            made = made._replace(user=self._number(entries["user"], "user", first.user))
        if "limit" in entries:
            made = made._replace(limit=self._number(entries["limit"], "limit", first.limit))
        if "message" in entries:
            made = made._replace(message=self.text(entries["message"], "message"))
        if "now" in entries:
            made = made._replace(now=self._time(entries["now"]))
        arguments = {name: self.text(node, name) for name, node in self._pairs(entries, "arguments")}
        variables = {name: value_of(node) for name, node in self._pairs(entries, "state_vars")}
        stubs = tuple(self._stub(name, node) for name, node in self._pairs(entries, "methods"))
        answers = {name: value_of(node) for name, node in self._pairs(entries, "services")}
        return made._replace(
            arguments={**first.arguments, **arguments},
            state_vars={**first.state_vars, **variables},
            stubs=(*stubs, *first.stubs),
            answers={**first.answers, **answers},
        )

    def _inventory(self, node: Node) -> tuple[Node | None, str]:
        """The tree of an inventory that stands here, or in the file that is named, and the name of its source."""
        if isinstance(node, YamlMapping):
            return node, self.name
        from aelang.syntax.yaml import parse_yaml

        path = os.path.normpath(os.path.join(os.path.dirname(self.name), self.text(node, "inventory")))
        try:
            with open(path, "rb") as stream:
                document = parse_yaml(stream.read())
        except OSError as fault:
            hint = "write the records here, or name a file beside this one"
            self.report_at(node, f"the inventory `{path}` cannot be read: {fault.strerror}", hint)
            return None, path
        self.diagnostics += [each._replace(span=each.span._replace(source=path)) for each in document.diagnostics]
        return document.root, path

    def _time(self, node: Node) -> str:
        from datetime import UTC, datetime

        from aelang.interpreter.times import parse_time

        text = self.text(node, "now")
        if parse_time(text, lambda: datetime.now(UTC)) is None:
            self.report_at(node, f"`{text}` is no time", "write `now: 2026-01-31 12:00:00`")
        return text

    # -- stand-ins

    def _stub(self, pattern: str, node: Node) -> Stub:
        acts = node.items if isinstance(node, YamlSequence) else [node]
        return Stub(pattern, tuple(self._act(each) for each in acts) or (Act(),))

    def _act(self, node: Node) -> Act:
        if not isinstance(node, YamlMapping):
            word = self.text(node, "methods")
            if word not in ("", "ok"):
                self.report_at(node, f"`{word}` is nothing that a method does", "write `ok`, or `{root: {x: 1}}`")
            return Act()
        self.check_keys(node, ACT, "a stand-in for a method")
        entries = node.entries
        root = self._values(entries, "root")
        if "result" in entries:
            root["ae_result"] = self.text(entries["result"], "result")
        if "error" in entries:
            root.update(ae_result="error", ae_reason=self.text(entries["error"], "error"))
        return Act(
            root,
            self._values(entries, "object"),
            {name: value_of(each) for name, each in self._pairs(entries, "state_vars")},
            value_of(entries["value"]) if "value" in entries else None,
            self._code(entries["exit"]) if "exit" in entries else 0,
            self.text(entries.get("says"), "says"),
            self._interval(entries["retry"]) if "retry" in entries else "",
        )

    def _interval(self, node: Node) -> str:
        value = read_value(node)
        return "1.minute" if value is True else "" if value in (False, None) else self.text(node, "retry")

    def _code(self, node: Node) -> int:
        value = read_value(node)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_CODE:
            return value
        code = CODES.get(value) if isinstance(value, str) else None
        if code is None:
            hint = f"write a number up to {_LARGEST_CODE}, or one of {', '.join(CODES)}"
            self.report_at(node, f"{inspect(value)} is no exit code", hint)
        return code or 0

    def _values(self, entries: _Entries, key: str) -> dict[str, RunValue]:
        return {fold(name): value_of(node) for name, node in self._pairs(entries, key)}

    # -- expectations

    def expectations(self, node: Node | None, *, runs: bool) -> list[Expectation]:
        """What is expected. A run that nothing is said of is expected to end with the result ok."""
        if node is not None and not isinstance(node, YamlMapping):
            self.report_at(node, "`expect` is no mapping", "write `expect: {root: {x: 1}}`")
            return []
        entries = {} if node is None else node.entries
        if isinstance(node, YamlMapping):
            self.check_keys(node, EXPECT, "`expect`")
        made = [each for name, node in entries.items() for each in self._expected(name, node)]
        if not runs:
            if any(not isinstance(each, Findings) for each in made):
                self.report_at(
                    node, "only findings can be expected where nothing is run", "write `run: /Ns/Class/instance`"
                )
            return made
        if "result" not in entries and "failed" not in entries:
            made.insert(0, Ending("result", Wanted("is", "ok", "ok", self._line(node))))
        return made

    def _expected(self, name: str, node: Node) -> Iterator[Expectation]:
        line = self._line(node)
        if name in ENDINGS:
            yield Ending(name, self._wanted(node, "contains" if name == "failed" else "is"))
        elif name == "root":
            yield Attributes("", self._all_wanted(node, "root"), line)
        elif name == "objects":
            for path, each in self._entries(node, "objects").items():
                yield Attributes(path, {} if _is_nil(each) else self._all_wanted(each, path), self._line(each))
        elif name == "trace":
            yield TraceLines(tuple(self.text(each, "trace") for each in _items(node)), line)
        elif name == "calls":
            yield Calls(tuple(self._call(each) for each in _items(node)), line)
        elif name == "never":
            yield NeverCalled(tuple(self.text(each, "never") for each in _items(node)), line)
        elif name == "findings":
            yield Findings(tuple(self.text(each, "findings") for each in _items(node)), line)
        elif name == "records":
            yield from self._records(node)

    def _call(self, node: Node) -> Called:
        if not isinstance(node, YamlMapping):
            return Called(self.text(node, "calls"), {}, self._line(node))
        if len(node.entries) != 1:
            self.report_at(node, "a call is one method with its inputs", "write `- notify: {to: ann}`")
        name, inputs = next(iter(node.entries.items()), ("", node))
        return Called(name, {} if _is_nil(inputs) else self._all_wanted(inputs, name), self._line(node))

    def _records(self, node: Node) -> Iterator[RecordState]:
        for model, several in self._entries(node, "records").items():
            if not is_model(model):
                self.report_at(
                    several, f"there is no service model `{model}`", "write `records: {Vm: {7: {name: web}}}`"
                )
                continue
            for number, each in self._entries(several, model).items():
                if not number.isdecimal():
                    self.report_at(each, f"`{number}` is no id", "a record is named by its id")
                    continue
                yield RecordState(model, int(number), self._all_wanted(each, number), self._line(each))

    def _all_wanted(self, node: Node, what: str) -> dict[str, Wanted]:
        return {fold(name): self._wanted(each) for name, each in self._entries(node, what).items()}

    def _wanted(self, node: Node, how: str = "is") -> Wanted:
        line = self._line(node)
        if isinstance(node, YamlMapping) and len(node.entries) == 1 and next(iter(node.entries)) in MATCHERS:
            how, node = next(iter(node.entries.items()))
        if how == "matches":
            self._check_pattern(node)
        spelling = None if isinstance(node, YamlMapping | YamlSequence) else node[5] or node[0]
        return Wanted(how, value_of(node), spelling, line)

    def _check_pattern(self, node: Node) -> None:
        import re2

        try:
            re2.compile(self.text(node, "matches"))
        except re2.error as fault:
            self.report_at(node, f"this is no regular expression: {fault}", "write `{contains: text}` for plain text")

    # -- small things

    def files(self, node: Node | None) -> dict[str, str]:
        """The files that stand in a mapping of paths to texts."""
        if node is None:
            return {}
        return {path: self.text(each, path) for path, each in self._entries(node, "files").items()}

    def is_alone(self, node: Node | None) -> bool:
        """Whether `datastore: none` is said."""
        if node is None:
            return False
        said = self.text(node, "datastore")
        if said != "none":
            self.report_at(node, f"`datastore: {said}` says nothing", "write `datastore: none`, or leave it out")
        return said == "none"

    def text(self, node: Node | None, what: str) -> str:
        """The text of the scalar `node`, as written; blank for nil."""
        if node is None:
            return ""
        if isinstance(node, YamlMapping | YamlSequence):
            self.report_at(node, f"`{what}` is a text", f"write `{what}: a text`")
            return ""
        return node[5] or node[0] or ""

    def _number(self, node: Node, what: str, usual: int) -> int:
        value = read_value(node)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.report_at(node, f"`{what}` is a whole number", f"write `{what}: {usual}`")
        return usual

    def _pairs(self, entries: _Entries, key: str) -> Iterable[tuple[str, Node]]:
        node = entries.get(key)
        return () if node is None or _is_nil(node) else self._entries(node, key).items()

    def _entries(self, node: Node, what: str) -> Mapping[str, Node]:
        if isinstance(node, YamlMapping):
            return node.entries
        if not _is_nil(node):
            self.report_at(node, f"`{what}` is a mapping", f"write `{what}:` and below it a key and a value a line")
        return {}

    def check_keys(self, node: YamlMapping, known: Iterable[str], what: str) -> None:
        """Reports what `node` has beside the keys that are `known`."""
        for key, each in node.entries.items():
            if key not in known:
                hint = did_you_mean(key, known) or f"it has {', '.join(sorted(known))}"
                self.report_at(each, f"{what} has no `{key}`", hint)

    def report_at(self, node: Node | None, fault: str, hint: str) -> None:
        """Reports a fault of what stands in `node`."""
        line, column = (0, 0) if node is None else _place(node)
        self.diagnostics.append(INVALID_TEST.at(Span(self.name, line + self.offset, column, 1), hint, fault=fault))

    def report(self, line: int, fault: str, hint: str) -> None:
        """Reports a fault of a line of the file."""
        self.diagnostics.append(INVALID_TEST.at(Span(self.name, line), hint, fault=fault))

    def _line(self, node: Node | None) -> int:
        return 0 if node is None else _place(node)[0] + self.offset


def value_of(node: Node) -> RunValue:
    """The value that `node` writes; `{Vm: 7}` is a record."""
    return _referring(read_value(node))


def _referring(value: RunValue) -> RunValue:
    match value:
        case dict():
            if len(value) == 1:
                model, number = next(iter(value.items()))
                if isinstance(model, str) and is_model(model) and isinstance(number, int):
                    return Reference(model, number)  # type: ignore[return-value]  # the catalog makes a record of it
            return {key: _referring(each) for key, each in value.items()}
        case list():
            return [_referring(each) for each in value]
        case _:
            return value


def _place(node: Node) -> tuple[int, int]:
    if isinstance(node, YamlMapping | YamlSequence):
        return (node.key_line, node.key_column) if node.key_line else (node.line, node.column)
    return (node[3], node[4]) if node[3] else (node[1], node[2])


def _items(node: Node) -> list[Node]:
    return node.items if isinstance(node, YamlSequence) else [] if _is_nil(node) else [node]


def _is_nil(node: Node) -> bool:
    return not isinstance(node, YamlMapping | YamlSequence) and node[0] is None
