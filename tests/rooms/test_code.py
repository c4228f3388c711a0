"""The code of methods: what its readers say of it, which targets are found in it, and whether it can be called."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from aelang.checking.code import check_code
from aelang.code import reader as readers
from aelang.code.entry import entry_fault
from aelang.code.paths import HOLE, paths_in_code
from aelang.code.reader import Fault, Reader, reader_of
from aelang.project import open_project
from tests.cases import Case, write_case

needs_ruby = pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no `ruby` on the PATH")


@pytest.fixture(params=["python", pytest.param("ruby", marks=needs_ruby)])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def reader(language: str) -> Iterator[Reader]:
    found = reader_of(language)
    assert found is not None
    yield found
    found.close()


@pytest.fixture
def ruby() -> Iterator[Reader]:
    found = reader_of("ruby")
    assert found is not None
    yield found
    found.close()


def test_code_that_parses_has_no_fault(reader: Reader) -> None:
    assert [None, None] == [reader.read(text) for text in ("x = 1\n", "")]


def test_code_that_does_not_parse_has_its_line(reader: Reader) -> None:
    fault = reader.read("x = 1\ny = )\n")
    assert (2, True) == (fault and fault.line, fault and fault.is_read)


def test_one_bad_text_spoils_no_other(reader: Reader) -> None:
    assert [True, False, True] == [reader.read(text) is None for text in ("x = 1", "x = (", "y = 2")]


def test_code_is_not_run(reader: Reader, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for text in (f"open({str(mark)!r}, 'w').close()\n", f"BEGIN {{ File.write({str(mark)!r}, '') }}\n"):
        reader.read(text)
    assert not mark.exists()


@pytest.mark.parametrize("text", ["(" * 100_000, "a" + "+a" * 100_000, "not " * 50_000 + "x", "x = [" * 50_000])
def test_code_that_is_nested_without_end_is_a_fault(reader: Reader, text: str) -> None:
    assert reader.read(text) is not None


def test_a_reader_goes_on_after_what_it_could_not_read(reader: Reader) -> None:
    assert [False, None] == [(found := reader.read(text)) and found.is_read for text in ("x" * 1_100_000, "x = 1")]


def test_a_program_that_ends_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    ending = Reader("python", ["/bin/true"])
    problems = [fault.problem for fault in (ending.read("x") for _ in range(4)) if fault is not None]
    assert ["the program that reads python ended over it"] * 3 == problems[:3]


def test_a_program_that_fails_too_often_is_not_started_again() -> None:
    ending = Reader("python", ["/bin/true"])
    last = [ending.read("x") for _ in range(4)][-1]
    assert last is not None
    assert "the program that reads python failed too often before" == last.problem


def test_a_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_PATIENCE", 0.05)
    hanging = Reader("python", ["/bin/sh", "-c", "exec sleep 60"])
    fault = hanging.read("x")
    assert fault is not None
    assert "to read it takes longer than 0.05 seconds" == fault.problem


@needs_ruby
@pytest.mark.parametrize(
    ("text", "line"),
    [("def x(\n", 1), ("# x\nx = )\n", 2), ("=begin\n", 1), ("x = 1\nyield 1\n", 2), ("x = <<A\nb\n", 1)],
)
def test_the_line_of_a_fault_in_ruby(ruby: Reader, text: str, line: int) -> None:
    fault = ruby.read(text)
    assert line == (fault and fault.line)


@needs_ruby
def test_a_column_in_ruby_counts_characters(ruby: Reader) -> None:
    fault = ruby.read("x = 1\né = } 1\n")
    assert (2, 5) == (fault and (fault.line, fault.column))


@needs_ruby
@pytest.mark.parametrize(
    "text",
    [
        "puts 1\n__END__\n)(\n",
        "=begin\n)(\n=end\nputs 1\n",
        "# encoding: nothing-of-this-name\nputs 1\n",
        "exit MIQ_OK\n",
        "return if x\n",
        "BEGIN { puts 1 }\n",
        "#!/usr/bin/env ruby\nputs 1\n",
        "x = 1\r\nputs x\r\n",
    ],
)
def test_what_ruby_reads(ruby: Reader, text: str) -> None:
    assert None is ruby.read(text)


def test_the_excerpt_of_a_newer_ruby_is_understood() -> None:
    said = (
        "method:2: syntax errors found (SyntaxError)\n"
        "  1 | x = 1\n"
        "> 2 | def foo(\n"
        "    |         ^ unexpected end-of-input; expected a `)`\n"
    )
    expected = Fault(2, 9, "unexpected end-of-input; expected a `)`")
    assert expected == readers._of_ruby(said, "x = 1\ndef foo(\n")


def test_without_ruby_its_code_is_left_out_and_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _store(tmp_path, "ruby", "rb", "if (")
    monkeypatch.setenv("PATH", "/nowhere")
    compiled = open_project([str(tmp_path)], cache=False)
    note = "the code of 1 Ruby method was not checked: there is no `ruby` on the PATH (Debian: apt install ruby)"
    assert ([], (note,)) == check_code(compiled)


def test_what_was_read_once_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELANG_CACHE", str(tmp_path / "cache"))
    _store(tmp_path / "store", "python", "py", "def main(:")
    first = check_code(open_project([str(tmp_path / "store")]))
    monkeypatch.setattr("aelang.checking.code.reader_of", None)
    assert first == check_code(open_project([str(tmp_path / "store")]))


def test_code_that_was_read_elsewhere_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELANG_CACHE", str(tmp_path / "cache"))
    for name in ("one", "two"):
        _store(tmp_path / name, "python", "py", "def main(:")
    check_code(open_project([str(tmp_path / "one")]))
    monkeypatch.setattr("aelang.checking.code.reader_of", None)
    found, _ = check_code(open_project([str(tmp_path / "two")]))
    assert ["invalid-code"] == [each.kind.slug for each in found]


def _store(folder: Path, language: str, suffix: str, code: str) -> None:
    method = f"{{name: notify, scope: instance, language: {language}, location: inline}}"
    files = {
        "Demo/Shop/Order.class/__class__.yaml": "object_type: class\nobject:\n  attributes: {name: Order}\n",
        "Demo/Shop/Order.class/__methods__/notify.yaml": f"object_type: method\nobject:\n  attributes: {method}\n",
        f"Demo/Shop/Order.class/__methods__/notify.{suffix}": code,
    }
    write_case(folder, Case("", "", 0, files, ()))


# -- targets -----------------------------------------------------------------------------------------------------

RUBY = {
    "$evm.instantiate('/A/B/c')": "/A/B/c",
    '$evm.instantiate "/A/B/c#go"': "/A/B/c#go",
    '@handle&.instantiate("/A/B/#{x["}"]}")': f"/A/B/{HOLE}",
    '$evm.instantiate("/A/" \\\n  "B/c")': "/A/B/c",
    '$evm.instantiate("/A/" + x + "/c")': f"/A/{HOLE}",
    '$evm.instantiate("/A/B/" + "c")': "/A/B/c",
    "$evm.instantiate(%q(/A/B/(c)))": "/A/B/(c)",
    "$evm.instantiate(\n  # which\n  '/A/B/c'\n)": "/A/B/c",
    "x = y / 2; $evm.instantiate('/A/B/c') if z =~ /'/": "/A/B/c",
    "puts <<~A, <<B\n  $evm.instantiate('/no')\nA\n'\nB\n$evm.instantiate('/A/B/c')": "/A/B/c",
    "x = $`; y = $'; z = ?'; $evm.instantiate('/A/B/c')": "/A/B/c",
    "x ?'a':'b'; %w[' \"]; $evm.instantiate('/A/B/c')": "/A/B/c",
    "x.split /'/; a <<A; $evm.instantiate('/A/B/c')\n'\nA\n": "/A/B/c",
    "class << self; end; $evm.instantiate('/A/B/c')": "/A/B/c",
    "\"#{$evm.instantiate('/A/B/c')}\"": "/A/B/c",
}
NOTHING_IN_RUBY = [
    "# $evm.instantiate('/A/B/c')",
    "=begin\n$evm.instantiate('/A/B/c')\n=end\n",
    "__END__\n$evm.instantiate('/A/B/c')",
    "x = \"$evm.instantiate('/A/B/c')\"",
    "def instantiate(x = '/A/B/c'); end",
    "$evm.instantiate('/A/B/%s' % x)",
    "$evm.instantiate('/A/B/c'.sub('c', 'd'))",
    "$evm.instantiate(path)",
    '$evm.instantiate("#{path}/c")',
    "x = 'a\n$evm.instantiate('/A/B/c')",
]
PYTHON = {
    "evm.instantiate('/A/B/c')": "/A/B/c",
    "evm.instantiate(uri='/A/B/c')": "/A/B/c",
    "evm.instantiate(f'/A/{x}/c#go')": f"/A/{HOLE}/c#go",
    "evm.instantiate('/A/' 'B/' + 'c')": "/A/B/c",
    "evm.instantiate('/A/' + x + '/c')": f"/A/{HOLE}/c",
    "evm.instantiate('''/A/B/c''')": "/A/B/c",
}
NOTHING_IN_PYTHON = [
    "# evm.instantiate('/A/B/c')",
    "x = \"evm.instantiate('/A/B/c')\"",
    "evm.instantiate('/A/%s/c' % x)",
    "evm.instantiate('/A/{}/c'.format(x))",
    "evm.instantiate(x)",
    "evm.instantiate('/A/B/c'",
    "evm.instantiate()",
]


@pytest.mark.parametrize(("code", "path"), RUBY.items(), ids=range(len(RUBY)))
def test_a_target_in_ruby(code: str, path: str) -> None:
    assert [path] == [each.text for each in paths_in_code("ruby", code)]


@pytest.mark.parametrize("code", NOTHING_IN_RUBY, ids=range(len(NOTHING_IN_RUBY)))
def test_what_is_no_target_in_ruby(code: str) -> None:
    assert () == paths_in_code("ruby", code)


@pytest.mark.parametrize(("code", "path"), PYTHON.items(), ids=range(len(PYTHON)))
def test_a_target_in_python(code: str, path: str) -> None:
    assert [path] == [each.text for each in paths_in_code("python", code)]


@pytest.mark.parametrize("code", NOTHING_IN_PYTHON, ids=range(len(NOTHING_IN_PYTHON)))
def test_what_is_no_target_in_python(code: str) -> None:
    assert () == paths_in_code("python", code)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("ruby", "\n  é = $evm.instantiate('/A/B/c')"),
        ("python", "\né = evm.instantiate(f'/A/B/{x}')"),
        ("ruby", "\n$evm.instantiate(%Q{/A/B/c})"),
        ("python", '\nevm.instantiate("""/A/B/c""")'),
    ],
)
def test_a_target_has_its_place(language: str, code: str) -> None:
    (found,) = paths_in_code(language, code)
    line = code.split("\n")[found.line - 1]
    assert "/A/B/" == line[found.column - 1 :][:5]


@pytest.mark.parametrize(
    "text", ["(" * 50_000, '"#{' * 30_000, "<<A;" * 20_000, "x.instantiate('" * 7_000, "%w(" * 40_000]
)
def test_hostile_code_ends(text: str) -> None:
    assert [(), ()] == [paths_in_code(language, f"{text} .instantiate") for language in ("ruby", "python")]


# -- entry -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "def main(evm):\n    pass",
        "def main(*all):\n    pass",
        "main = print",
        "main, x = print, 1",
        "from x import *",
        "with x as main:\n    pass",
        "if x:\n    def main(evm): pass",
        "globals()['main'] = print",
        "@bound(1)\ndef main(): pass",
        "def main(",
    ],
)
def test_what_may_be_called(code: str) -> None:
    assert None is entry_fault(code)


@pytest.mark.parametrize("code", ["x = 1", "", "class A:\n    def main(self, evm): pass", "def f():\n    main = 1"])
def test_what_has_no_main(code: str) -> None:
    fault = entry_fault(code)
    assert fault is not None
    assert fault.is_absent


def test_the_last_of_two_counts() -> None:
    assert None is entry_fault("def main(): pass\ndef main(evm): pass")


def test_the_reader_of_ruby_is_found_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ruby"
    program.write_text("#!/bin/sh\n", "utf-8")
    os.chmod(program, 0o755)
    monkeypatch.setenv("PATH", f"relative:/nowhere:{tmp_path}")
    assert str(program) == readers.ruby_program()
