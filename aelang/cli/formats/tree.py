"""The workspace as a tree for people: plain text for a pipe, colours and guide lines for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import paint, printable
from aelang.cli.formats.walk import Visit, walk
from aelang.diagnostics.text import counted
from aelang.interpreter.dump import shown_attributes, shown_variables
from aelang.interpreter.outcome import Failed, Finished, Outcome, Retry
from aelang.interpreter.values import RunValue, inspect, type_name
from aelang.interpreter.workspace import Workspace
from aelang.names import MISSING_INSTANCE

if TYPE_CHECKING:
    from rich.tree import Tree

Row = tuple[str, str, str]
"""An attribute: its name, its type, its value as text."""


def outcome_line(outcome: Outcome, uri: str, *, colored: bool) -> str:
    """How the run ended, of which target, and how much it built."""
    word, color = _word(outcome)
    count = counted(len(outcome.workspace.nodes), "object")
    return f"{paint(word, color, bold=True) if colored else word}  {printable(uri)}  ({count})"


def _word(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Failed():
            return "failed", "red"
        case Retry(after):
            return f"retry in {after:g} s", "yellow"
        case Finished(workspace=workspace) if workspace.root is None:
            return "nothing", "red"
        case Finished(result):
            return printable(result), "red" if result == "error" else "green"


def plain_tree(workspace: Workspace, *, private: bool) -> Iterator[str]:
    """The lines of the tree: an object, its attributes in three columns, its children two blanks further in."""
    for visit in walk(workspace):
        indent = "  " * visit.depth
        yield f"{indent}{_arrow(visit)}{_title(visit)}"
        for line in attribute_lines(shown_attributes(visit.obj, private=private)):
            yield f"{indent}{line}"
    if workspace.state_vars:
        yield "state variables"
        yield from attribute_lines(shown_variables(workspace))


def attribute_lines(attributes: dict[str, RunValue]) -> Iterator[str]:
    """A line an attribute: name, type and value in three columns."""
    return (f"  {name}  {kind}  {value}" for name, kind, value in _aligned(_rows(attributes)))


def print_rich_tree(workspace: Workspace, *, private: bool) -> None:
    """Prints the tree with colours and guide lines to standard output."""
    from rich.console import Console  # 40 ms with the next: only a terminal pays for it
    from rich.text import Text
    from rich.tree import Tree

    console = Console(force_terminal=True, highlight=False, width=_ENDLESS)  # the terminal wraps; rich would cut off
    for tree in _rich_trees(workspace, private=private):
        console.print(tree)
    if workspace.state_vars:
        tree = Tree(Text("state variables", "bold"), guide_style="dim")
        _add_rows(tree, shown_variables(workspace))
        console.print(tree)


_ENDLESS = 1 << 20


def _rich_trees(workspace: Workspace, *, private: bool) -> "list[Tree]":
    from rich.text import Text
    from rich.tree import Tree

    roots: list[Tree] = []
    open_trees: list[Tree] = []
    for visit in walk(workspace):
        title = Text.assemble((_arrow(visit), "cyan"), (_title(visit), "dim" if visit.dropped else "bold"))
        tree = Tree(title, guide_style="dim")
        del open_trees[visit.depth :]
        (open_trees[-1].children if open_trees else roots).append(tree)
        open_trees.append(tree)
        _add_rows(tree, shown_attributes(visit.obj, private=private))
    return roots


def _add_rows(tree: "Tree", attributes: dict[str, RunValue]) -> None:
    from rich.text import Text

    for name, kind, value in _aligned(_rows(attributes)):
        tree.add(Text.assemble(name, "  ", (kind, "dim"), "  ", (value, "green")))


def _arrow(visit: Visit) -> str:
    if visit.depth == 0:
        return ""
    return f"{visit.field} -> " if visit.field else "-> "


def _title(visit: Visit) -> str:
    remarks = [
        "answered by .missing" if visit.obj.instance == MISSING_INSTANCE else "",
        "dropped" if visit.dropped else "",
    ]
    said = ", ".join(filter(None, remarks))
    return printable(visit.obj.object_name) + (f"  ({said})" if said else "")


def _rows(attributes: dict[str, RunValue]) -> list[Row]:
    return [(printable(str(name)), type_name(value), _shown(value)) for name, value in attributes.items()]


def _shown(value: RunValue) -> str:
    match value:
        case None | bool() | int() | float() | str() | list() | dict():
            return printable(inspect(value))
        case _:
            number = getattr(value, "id", None)
            return printable(inspect(value)) if number is None else f"id {number}"


def _aligned(rows: list[Row]) -> Iterator[Row]:
    """The rows with names and types padded to one width each."""
    names = max((len(name) for name, _, _ in rows), default=0)
    kinds = max((len(kind) for _, kind, _ in rows), default=0)
    return ((name.ljust(names), kind.ljust(kinds), value) for name, kind, value in rows)
