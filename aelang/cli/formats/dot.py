"""The workspace as a digraph for Graphviz: a box an object, an arrow a relationship."""

from collections.abc import Iterator

from aelang.cli.formats.walk import Visit, walk
from aelang.interpreter.dump import shown_attributes
from aelang.interpreter.values import inspect
from aelang.interpreter.workspace import Workspace

_LONGEST = 60


def dot_lines(workspace: Workspace, *, private: bool) -> Iterator[str]:
    """The lines of the graph. A dropped object is dashed."""
    yield "digraph workspace {"
    yield '  node [shape=box, fontname="monospace"];'
    above: list[int] = []
    for number, visit in enumerate(walk(workspace)):
        del above[visit.depth :]
        yield f"  n{number} [label={_label(visit, private=private)}{', style=dashed' if visit.dropped else ''}];"
        if above:
            yield f"  n{above[-1]} -> n{number}{f' [label={_quoted(visit.field)}]' if visit.field else ''};"
        above.append(number)
    yield "}"


def _label(visit: Visit, *, private: bool) -> str:
    lines = [visit.obj.object_name]
    lines += [
        f"{name} = {_short(inspect(value))}" for name, value in shown_attributes(visit.obj, private=private).items()
    ]
    return f'"{"".join(_escaped(line) + chr(92) + "l" for line in lines)}"'


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
