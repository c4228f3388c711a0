"""Entry: whether a Python method is a module with `def main(evm)`, which is how it is called."""

import ast
import warnings
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

MAIN = "main"
_LONGEST = 128 * 1024
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class EntryFault(NamedTuple):
    """Why a method cannot be called, and the line that says so; `is_absent`: there is no `main` at all."""

    reason: str
    line: int
    is_absent: bool = False


def entry_fault(text: str) -> EntryFault | None:
    """What is wrong with `main` in the code `text` of a Python method; nothing where it does not parse or is very long,
    or where it may be made in a way that cannot be seen."""
    if len(text) > _LONGEST or "\ndef main(evm):" in "\n" + text:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    bound = list(_bindings(tree.body))
    if not bound:
        is_hidden = "globals" in text or "exec" in text
        return None if is_hidden else EntryFault("it has no `def main(evm)`", 1, is_absent=True)
    last = bound[-1]
    reason = _reason(last) if isinstance(last, _Function) and not last.decorator_list else ""
    return EntryFault(reason, last.lineno) if reason else None


def _bindings(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module that give `main` a meaning, those inside of `if` and the like too."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.stmt) and _binds(node):
            yield node
        if not isinstance(node, _Function | ast.ClassDef | ast.expr):
            waiting.extend(reversed(list(ast.iter_child_nodes(node))))


def _binds(node: ast.stmt) -> bool:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name == MAIN
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return any((each.asname or each.name) in (MAIN, "*") for each in names)
        case ast.Assign() | ast.AnnAssign() | ast.For() | ast.With():
            stored = (each for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
            return any(each.id == MAIN for each in stored)
        case _:
            return False


def _reason(function: _Function) -> str:
    """Why `function` cannot be called with one argument."""
    if isinstance(function, ast.AsyncFunctionDef):
        return "its `main` is `async`, and nobody awaits it"
    said = function.args
    places = len(said.posonlyargs) + len(said.args)
    if not places and said.vararg is None:
        return "its `main` takes no argument"
    if places - len(said.defaults) > 1 or None in said.kw_defaults:
        return "its `main` wants more than one argument"
    return ""
