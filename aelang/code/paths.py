"""Paths in code: the targets that a method names when it asks for an instance.

    $evm.instantiate("/Shop/Price/low#create")     evm.instantiate(f"/Shop/Price/{size}")

Only what stands fast is taken down: a text, an interpolated one, or texts joined by `+`. What is put in is a HOLE.
"""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

CALL = "instantiate"
"""The call of the handle whose first argument is a target."""

HOLE = "\0"
"""Stands for what is known only at run time."""

_LONGEST = 128 * 1024
_MOST = 500


class PathInCode(NamedTuple):
    """A target in code: its text with HOLEs, and where the text begins and how long it is there."""

    text: str
    line: int
    column: int
    length: int


def paths_in_code(language: str, text: str) -> tuple[PathInCode, ...]:
    """The targets that the method with the code `text` names; none where it does not parse or is very long."""
    if CALL not in text or len(text) > _LONGEST:
        return ()
    if language == "python":
        found = _in_python(text)
    else:
        from aelang.code.ruby import ruby_paths

        found = ruby_paths(text)
    return tuple(each for each in islice(found, _MOST) if _may_be_path(each.text))


def _may_be_path(text: str) -> bool:
    """Whether so much of `text` stands fast that it says something."""
    return text[:1] not in ("", HOLE) and "/" in text and "\n" not in text


def _in_python(text: str) -> Iterator[PathInCode]:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = text.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == CALL:
            by_name = (each.value for each in node.keywords if each.arg == "uri")
            given = next(iter(node.args), None) or next(by_name, None)
            if given is not None and (said := _text_of(given)):
                yield _at(lines, given, said)


def _text_of(node: object) -> str:
    """The text that the expression `node` gives, with HOLEs."""
    import ast

    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(_text_of(part) or HOLE for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            begin = _text_of(left)
            return begin and begin + (_text_of(right) or HOLE)
        case _:
            return ""


def _at(lines: list[str], node: object, said: str) -> PathInCode:
    """`said`, which begins where the first text in `node` does, behind its quote."""
    import ast

    while isinstance(node, ast.BinOp):
        node = node.left
    assert isinstance(node, ast.expr)
    line = lines[node.lineno - 1]
    column = len(line.encode()[: node.col_offset].decode("utf-8", "replace"))
    quotes = len(line[column:]) - len(line[column:].lstrip("rRbBuUfF"))
    quotes += 3 if line[column + quotes :].startswith(('"""', "'''")) else 1
    end = len(line.encode()[: node.end_col_offset].decode("utf-8", "replace")) - 1
    length = end - column - quotes if node.end_lineno == node.lineno else 1
    return PathInCode(said, node.lineno, column + quotes + 1, max(1, length))
