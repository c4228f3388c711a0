"""Comments of a class that goes to the other spelling: each stays with its field, value or declaration.

What stands in YAML above a field or value, or within it, stands above it in `.ael`; the first behind one of its lines
stands behind it. In YAML all that stands at a piece of `.ael` stands above its item; all else at the head of its file.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeVar

from aelang.model import Class
from aelang.names import fold
from aelang.syntax.ael_nodes import ClassNode, FieldNode, InstanceNode, Member, MethodNode, Scalar, Trivia
from aelang.syntax.yaml_layout import Layout, ListNode, MapNode, Node, Unlaid, read_layout

__all__ = ["RemarksOf", "with_remarks", "yaml_with_remarks"]

_Piece = TypeVar("_Piece", bound=tuple[object, ...])


# -- from YAML to .ael -------------------------------------------------------------------------------------------


def with_remarks(node: ClassNode, klass: Class, texts: dict[str, str]) -> tuple[ClassNode, tuple[str, ...]]:
    """`node`, made of `klass`, with the comments of its YAML files, `texts` by source; and the sources whose comments
    could not be found."""
    lost: list[str] = []

    def placed(source: str, names: tuple[str, ...], count: int) -> tuple[Trivia, list[Trivia]]:
        try:
            return _placed(texts[source], names, count) if "#" in texts[source] else (Trivia(), [Trivia()] * count)
        except Unlaid:
            lost.append(source)
            return Trivia(), [Trivia()] * count

    fields = [each for each in node.members if isinstance(each, FieldNode)]
    head, above = placed(klass.source, ("object", "schema"), len(fields))
    members: list[Member] = [_at(each, trivia) for each, trivia in zip(fields, above, strict=True)]
    sources = [*(each.source for each in klass.instances), *(each.source for each in klass.methods)]
    for member, source in zip(node.members[len(fields) :], sources, strict=True):
        values = member.values if isinstance(member, InstanceNode) else ()
        own, at_values = placed(source, ("object", "fields"), len(values))
        if isinstance(member, InstanceNode):
            member = member._replace(values=tuple(map(_at, values, at_values)))
        members.append(_at(member, own))
    return node._replace(members=tuple(members), trivia=head), tuple(lost)


def _at(piece: _Piece, trivia: Trivia) -> _Piece:
    return piece._replace(trivia=trivia)  # type: ignore[attr-defined,no-any-return]  # each piece has it


def _placed(text: str, names: tuple[str, ...], count: int) -> tuple[Trivia, list[Trivia]]:
    """The comments of a file: those of its head, and those of the `count` items of the list at `names`. Raises
    Unlaid."""
    layout = read_layout(text.replace("\r\n", "\n"))
    starts = _starts(layout.root, names)
    starts = starts if len(starts) == count else []
    above: list[list[str]] = [[] for _ in range(len(starts) + 1)]
    behind = [""] * len(above)
    for line, remark in sorted({**layout.own, **layout.behind}.items()):
        if not remark:
            continue
        is_own = line in layout.own
        following = next(at for at in range(line, line + len(text) + 2) if at not in layout.own) if is_own else line
        whose = bisect_right(starts, following)
        if is_own or whose == 0 or behind[whose]:
            above[whose].append(_remark(remark))
        else:
            behind[whose] = _remark(remark)
    found = [Trivia(tuple(lines), end) for lines, end in zip(above, behind, strict=True)]
    return found[0], found[1:] or [Trivia()] * count


def _starts(root: Node | None, names: Sequence[str]) -> list[int]:
    """The lines at which the items of the list at `names` begin."""
    node = root
    for name in names:
        pairs = node.pairs if isinstance(node, MapNode) else ()
        node = next((value for key, value in pairs if key.text == name), None)
    return [item.line for item in node.items] if isinstance(node, ListNode) else []


def _remark(text: str) -> str:
    """A comment as `.ael` has it: with a blank behind its sign, and no control characters."""
    said = "".join(char if char.isprintable() else " " for char in text.strip()[1:]).rstrip()
    return f"#{said}" if not said or said.startswith(" ") else f"# {said}"


# -- from .ael to YAML -------------------------------------------------------------------------------------------


class RemarksOf:
    """The comments of an `.ael` file, for the YAML files of its class."""

    def __init__(self, node: ClassNode | None) -> None:
        self._members = () if node is None else node.members
        self._node = node

    def of_class(self) -> tuple[list[str], list[list[str]]]:
        """Those of the class, and those of each of its fields."""
        if self._node is None:
            return [], []
        fields = [list(_all(each)) for each in self._members if isinstance(each, FieldNode)]
        return [*_all(self._node._replace(members=(), below=())), *filter(None, self._node.below)], fields

    def of_instance(self, name: str) -> tuple[list[str], list[list[str]]]:
        """Those of an instance, and those of each of its values."""
        for each in self._members:
            if isinstance(each, InstanceNode) and fold(each.name.value or "") == fold(name):
                return list(_all(each._replace(values=()))), [list(_all(value)) for value in each.values]
        return [], []

    def of_method(self, name: str) -> tuple[list[str], list[list[str]]]:
        """Those of a method."""
        for each in self._members:
            if isinstance(each, MethodNode) and fold(each.name.value or "") == fold(name):
                return list(_all(each)), []
        return [], []


def _all(node: object) -> Iterator[str]:
    """The comments around and in a node: those of a node before those within it."""
    match node:
        case Trivia(above, behind):
            yield from (each for each in (*above, behind) if each)
        case Scalar():
            return
        case tuple():
            inner = [each for each in node if not isinstance(each, Trivia)]
            for each in (*(each for each in node if isinstance(each, Trivia)), *inner):
                yield from _all(each)
        case _:
            return


def yaml_with_remarks(text: str, names: tuple[str, ...], remarks: tuple[list[str], list[list[str]]]) -> str:
    """`text`, a YAML file of ours, with comments: at its head, and above the items of the list at `names`."""
    head, items = remarks
    if not head and not any(items):
        return text
    layout: Layout = read_layout(text)
    lines = text.split("\n")
    for line, own in reversed(list(zip(_starts(layout.root, names), items, strict=False))):
        indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
        lines[line:line] = [f"{indent}{each}" for each in own]
    first = layout.start + 1
    return "\n".join([*lines[:first], *head, *lines[first:]])
