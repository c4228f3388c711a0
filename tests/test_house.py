"""The house is in order: who imports whom, style, types, pages, documentation, and what a warm run imports."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "aelang"
MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in MODULES}
PARSERS = {"lark", "ruamel", "_ruamel_yaml"}
HEAVY = {*PARSERS, "attr", "attrs", "rich", "pygments", "subprocess", "dataclasses", "difflib", "tempfile",
         "zipfile", "urllib", "typing_extensions", "hypothesis"}  # fmt: skip
CONTRACTS = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
CHECKS = {
    "the import contracts hold": ("-c", CONTRACTS),
    "ruff finds nothing": ("-m", "ruff", "check", "--no-cache"),
    "ruff would format nothing": ("-m", "ruff", "format", "--check", "--no-cache"),
    "mypy finds nothing": ("-m", "mypy", "aelang"),
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_checker_is_content(name: str) -> None:
    done = subprocess.run((sys.executable, *CHECKS[name]), cwd=ROOT, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_every_module_says_what_it_is() -> None:
    assert [] == [_name(path) for path, tree in TREES.items() if not ast.get_docstring(tree)]


def test_every_public_thing_is_documented() -> None:
    assert [] == [f"{_name(path)}: {name}" for path, tree in TREES.items() for name in _undocumented(tree)]


def test_only_syntax_knows_the_parsers() -> None:
    elsewhere = [path for path in MODULES if PACKAGE / "syntax" not in path.parents]
    assert [] == [_name(path) for path in elsewhere if PARSERS & set(_imported(TREES[path]))]


def test_every_kind_of_diagnostic_has_a_page_and_every_page_a_kind() -> None:
    pages = sorted(path.stem for path in (PACKAGE / "diagnostics" / "pages").glob("*.md"))
    assert pages == sorted({slug for tree in TREES.values() for slug in _slugs(tree)})


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert _command("Test it") in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_readme_has_one_line_for_each_of_its_two_commands() -> None:
    assert [True, True] == ["\n" not in _command(title) for title in ("Try it", "Test it")]


def test_the_try_command_ends_with_the_main_job() -> None:
    assert _command("Try it").endswith("examples/lab/run")


def test_a_run_of_a_cached_datastore_imports_nothing_heavy(tmp_path: Path) -> None:
    _run_hello(tmp_path)
    assert set() == HEAVY & _imports_of(_run_hello(tmp_path))


def test_the_version_is_told_without_a_parser_of_arguments(tmp_path: Path) -> None:
    assert set() == (HEAVY | {"click"}) & _imports_of(_timed_imports(tmp_path, "--version"))


def test_the_help_imports_none_of_the_commands(tmp_path: Path) -> None:
    told = _imports_of(_timed_imports(tmp_path, "--help"), deep=True)
    assert set() == told & {"aelang.cli.run", "aelang.cli.show", "aelang.project", "aelang.engine", "sqlite3"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _undocumented(tree: ast.Module | ast.ClassDef) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
            continue
        if not ast.get_docstring(node) and not _is_overload(node):
            yield node.name
        if isinstance(node, ast.ClassDef) and not _is_grammar_shaped(node):
            yield from (f"{node.name}.{inner}" for inner in _undocumented(node))


def _is_overload(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list)


def _is_grammar_shaped(node: ast.ClassDef) -> bool:
    """Whether the methods of the class are the rules of a grammar, which says what they are."""
    return any("Transformer" in ast.dump(base) for base in node.bases)


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def _slugs(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="DiagnosticKind"), args=[ast.Constant(value=slug), *_]):
                yield str(slug)  # one that is no constant is read back from the cache
            case _:
                pass


def _command(title: str) -> str:
    """The shell line under the heading `title` of the README."""
    found = re.search(rf"^## {title}\n\n```sh\n(.*?)\n```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)
    assert found is not None
    return found[1]


def _run_hello(folder: Path) -> str:
    return _timed_imports(folder, "run", "/System/Request/hello")


def _timed_imports(folder: Path, *arguments: str) -> str:
    """What `-X importtime` tells of `aelang` with `arguments`, with a cache of its own in `folder`."""
    command = (sys.executable, "-X", "importtime", "-m", "aelang", *arguments)
    away = folder / "cache"
    setting = {**os.environ, "PYTHONPATH": str(ROOT), "AELANG_CACHE": str(away), "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=setting, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr
    return done.stderr


def _imports_of(told: str, *, deep: bool = False) -> set[str]:
    names = {line.rpartition("|")[2].strip() for line in told.splitlines() if line.startswith("import time:")}
    return names if deep else {name.partition(".")[0] for name in names}
