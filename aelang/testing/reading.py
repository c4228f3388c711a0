"""Reading: a Markdown page or a file of YAML becomes tests. What is wrong with it is a diagnostic."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aelang.diagnostics import Diagnostic
from aelang.source import Source, Span
from aelang.syntax.yaml import Mapping as YamlMapping
from aelang.syntax.yaml import Node, parse_yaml
from aelang.testing.nodes import Complaints, Expectation, Given, Test
from aelang.testing.pages import Block, Case, read_chapters
from aelang.testing.parts import GIVEN, INVALID_TEST, PartReader

_PAGE = (".md",)
_YAML = (".yaml", ".yml")
_TEST_YAML = (".test.yaml", ".test.yml")
_TOP = ("given", "tests", "datastore", "files")


class ReadTests(NamedTuple):
    """The tests of a file, and what is wrong with it."""

    tests: tuple[Test, ...]
    diagnostics: tuple[Diagnostic, ...]


def files_with_tests(path: str) -> Iterator[str]:
    """The files below the folder `path` that may hold tests: `*.md` and `*.test.yaml`; a file is taken as it is."""
    if not os.path.isdir(path):
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            if name.endswith((*_PAGE, *_TEST_YAML)):
                yield os.path.normpath(os.path.join(folder, name))


def read_tests(path: str) -> ReadTests:
    """The tests in the file `path`."""
    try:
        with open(path, "rb") as stream:
            source = Source(path, stream.read())
        text = source.data.decode()
    except OSError as fault:
        return _faulty(Span(path), f"`{path}` cannot be read: {fault.strerror}", "name a file or folder of tests")
    except UnicodeDecodeError:
        return _faulty(Span(path), f"`{path}` is not UTF-8 text", "save it as UTF-8")
    if path.endswith(_YAML):
        return _read_yaml(source)
    if path.endswith(_PAGE):
        return _read_page(source, text)
    hint = "tests stand in Markdown pages, `*.md`, and in YAML, `*.test.yaml`"
    return _faulty(Span(path), f"`{path}` is no file of tests", hint)


def _faulty(span: Span, fault: str, hint: str) -> ReadTests:
    return ReadTests((), (INVALID_TEST.at(span, hint, fault=fault),))


# -- Markdown ------------------------------------------------------------------------------------------------------


def _read_page(source: Source, text: str) -> ReadTests:
    head, *cases = read_chapters(text)
    reader = _Reader(source.name)
    first = Given() if head.given is None else reader.given(reader.block(head.given), head.given.line - 1)
    tests = [test for case in cases for test in _case_tests(reader, case, head, first)]
    if head.tests:
        reader.report(
            head.tests[0].line, "a test stands above the first heading", "give it a heading: `## What it shows`"
        )
    return ReadTests(tuple(tests), tuple(reader.diagnostics))


def _case_tests(reader: "_Reader", case: Case, head: Case, first: Given) -> Iterator[Test]:
    base = Test(
        case.heading, reader.name, case.line, {**head.files, **case.files}, "", first, (), head.alone or case.alone,
        case.roots, case.domains or head.domains, case.without | head.without,
    )  # fmt: skip
    announced = Complaints(case.complaints, case.line)
    if case.files and not case.tests and not case.commands and (base.alone or case.complaints):
        yield _digested(base._replace(expected=(announced,)))
    for number, block in enumerate(case.tests, start=1):
        name = case.heading if len(case.tests) == 1 else f"{case.heading} ({number})"
        said = reader.block(block)
        made = None if said is None else reader.test(name, block.line, said, base.files, first, block.line - 1)
        if made is None:
            continue
        expected: tuple[Expectation, ...] = (*made.expected, announced) if case.complaints else made.expected
        line = block.line if len(case.tests) > 1 else case.line
        yield _digested(
            base._replace(
                name=name, line=line, files=made.files, uri=made.uri, given=made.given, expected=expected,
                alone=base.alone or made.alone,
            )
        )  # fmt: skip


# -- YAML ----------------------------------------------------------------------------------------------------------


def _read_yaml(source: Source) -> ReadTests:
    reader = _Reader(source.name)
    root = reader.parsed(source.data, 0)
    if root is None:
        if not reader.diagnostics:
            reader.report(0, "there is no test in this file", _SHAPE)
        return ReadTests((), tuple(reader.diagnostics))
    reader.check_keys(root, _TOP, "a file of tests")
    entries = root.entries
    first = reader.given(entries["given"], 0) if "given" in entries else Given()
    files = reader.files(entries.get("files"))
    alone = reader.is_alone(entries.get("datastore"))
    tests = []
    listed = entries.get("tests")
    if listed is None and reader.diagnostics:  # `test:`, which has been told
        return ReadTests((), tuple(reader.diagnostics))
    if not isinstance(listed, YamlMapping):
        reader.report(1, "`tests` is not a mapping of names to tests", _SHAPE)
        return ReadTests((), tuple(reader.diagnostics))
    for name, node in listed.entries.items():
        if not isinstance(node, YamlMapping):
            reader.report_at(node, f"the test `{name}` is no mapping", _SHAPE)
            continue
        made = reader.test(name, node.key_line, node, files, first, 0)
        if made is not None:
            tests.append(_digested(made._replace(alone=alone or made.alone)))
    return ReadTests(tuple(tests), tuple(reader.diagnostics))


_SHAPE = "write `tests:` and below it `a name: {run: /Ns/Class/instance, expect: {root: {x: 1}}}`"


def _digested(test: Test) -> Test:
    from aelang.digests import blake2b

    text = repr(test)
    return test._replace(digest=blake2b(text.encode("utf-8", "surrogateescape"), digest_size=20).hexdigest())


# -- both ----------------------------------------------------------------------------------------------------------


class _Reader(PartReader):
    """Reads the tests of one file."""

    def block(self, block: Block) -> YamlMapping | None:
        """The mapping that a block of a page is, None where it is faulty."""
        root = self.parsed(block.text.encode(), block.line - 1)
        if root is None and not self.diagnostics:
            self.report(block.line, "the block is empty", "write `run: /Ns/Class/instance` and `expect:`")
        return root

    def parsed(self, data: bytes, offset: int) -> YamlMapping | None:
        """The mapping in `data`, which begins `offset` lines below the top of the file."""
        document = parse_yaml(data)
        for each in document.diagnostics:
            span = each.span._replace(source=self.name, line=each.span.line + offset)
            self.diagnostics.append(each._replace(span=span))
        if document.diagnostics or document.root is None:
            return None
        if isinstance(document.root, YamlMapping):
            return document.root
        self.report(1 + offset, "this is no mapping", _SHAPE)
        return None

    def test(
        self, name: str, line: int, node: YamlMapping, files: Mapping[str, str], first: Given, offset: int
    ) -> Test | None:
        """The test that `node` says, with what all tests of the file have; None where it is faulty."""
        self.offset = offset
        before = len(self.diagnostics)
        self.check_keys(node, ("run", "expect", "files", "datastore", *GIVEN), f"the test `{name}`")
        entries = node.entries
        misspelt = len(self.diagnostics) > before  # one complaint is enough
        uri = self.text(entries.get("run"), "run") if "run" in entries else ""
        given = self.given_parts(entries, first)
        expected = self.expectations(entries.get("expect"), runs=bool(uri) or misspelt)
        if not uri and not expected and not misspelt:
            self.report(line, f"the test `{name}` runs nothing and expects nothing", "write `run: /Ns/Class/instance`")
        laid = {**files, **self.files(entries.get("files"))}
        alone = self.is_alone(entries.get("datastore"))
        self.offset = 0
        if len(self.diagnostics) > before:
            return None
        return Test(name, self.name, line, laid, uri, given, tuple(expected), alone)

    def given(self, node: Node | None, offset: int) -> Given:
        """What all tests of a file begin with."""
        self.offset = offset
        made = Given()
        if isinstance(node, YamlMapping):
            self.check_keys(node, GIVEN, "`given`")
            made = self.given_parts(node.entries, made)
        elif node is not None:
            self.report_at(node, "`given` is no mapping", "write `given: {user: 1}`")
        self.offset = 0
        return made
