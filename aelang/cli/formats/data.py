"""The workspace as JSON for programs, and values as plain data."""

import json
from collections.abc import Iterator, Mapping

from aelang.cli.formats.walk import Visit, walk
from aelang.interpreter.dump import shown_attributes, shown_variables
from aelang.interpreter.values import MASK, Password, RunValue, Symbol, to_text, type_name
from aelang.interpreter.workspace import Workspace


def plain(value: RunValue) -> object:
    """`value` as JSON has it. What JSON lacks is an object with its `type`: a symbol, a time, a hash whose keys are not
    all text, a service model; a password is shown as the mask."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if abs(value) < float("inf") else {"type": "Float", "value": to_text(value)}
        case Symbol(name):
            return {"type": "Symbol", "value": name}
        case Password():
            return {"type": "Password", "value": MASK}
        case list():
            return [plain(each) for each in value]
        case dict():
            return _hash(value)
        case _:
            return _other(value)


def _hash(value: Mapping[RunValue, RunValue]) -> object:
    if all(isinstance(key, str) for key in value):
        return {str(key): plain(each) for key, each in value.items()}
    return {"type": "Hash", "pairs": [[plain(key), plain(each)] for key, each in value.items()]}


def _other(value: RunValue) -> object:
    number = getattr(value, "id", None)
    if number is not None:
        return {"type": type_name(value), "id": number}
    return {"type": type_name(value), "value": to_text(value)}


def plain_attributes(attributes: Mapping[str, RunValue]) -> dict[str, object]:
    """The attributes as JSON has them."""
    return {str(name): plain(value) for name, value in attributes.items()}


def run_lines(head: Mapping[str, object], workspace: Workspace, *, private: bool) -> Iterator[str]:
    """The lines of one JSON object: what `head` says, then `root`, `tree` and `state_vars`.

    The tree is written object by object, so that no depth of it is too deep.
    """
    root = workspace.root
    said = {**head, "root": {} if root is None else plain_attributes(shown_attributes(root, private=private))}
    yield "{"
    yield from (f'  "{key}": {_dumped(value)},' for key, value in said.items())
    yield '  "tree": ['
    yield from _tree_lines(workspace, private=private)
    yield "  ],"
    yield f'  "state_vars": {_dumped(plain_attributes(shown_variables(workspace)))}'
    yield "}"


def _tree_lines(workspace: Workspace, *, private: bool) -> Iterator[str]:
    depth = -1
    for visit in walk(workspace):
        for level in range(depth, visit.depth - 1, -1):
            yield _indent(level) + ("]}," if level == visit.depth else "]}")
        depth = visit.depth
        yield f'{_indent(depth)}{{{_object(visit, private=private)}, "children": ['
    for level in range(depth, -1, -1):
        yield _indent(level) + "]}"


def _object(visit: Visit, *, private: bool) -> str:
    obj = visit.obj
    said: dict[str, object] = {
        "namespace": obj.namespace,
        "class": obj.klass,
        "instance": obj.instance,
        "object_name": obj.object_name,
        "relationship": visit.field,
        "dropped": visit.dropped,
        "attributes": plain_attributes(shown_attributes(obj, private=private)),
    }
    return _dumped(said)[1:-1]


def _indent(depth: int) -> str:
    return "  " * (depth + 2)


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
