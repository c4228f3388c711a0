"""`.ael`, edited: one instance or the body of one method is written anew, all other lines stay as they are.

The file is an author's: its comments and the layout of what is not touched are kept. Nothing is checked here; whoever
edits reads the new text back.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from aelang.names import fold
from aelang.syntax.ael_nodes import ClassNode, FieldNode, InstanceNode, Member, MethodNode, Scalar, ValueNode
from aelang.writer.ael import print_member
from aelang.writer.format_ael import read_class

__all__ = [
    "body_of",
    "with_body",
    "with_display_name",
    "with_instance",
    "with_method",
    "with_value",
    "without_instance",
]

_Named = TypeVar("_Named", InstanceNode, MethodNode)


def with_instance(text: str, instance: InstanceNode) -> str:
    """`text` with a new instance behind the last one. Raises ValueError where `text` is no class."""
    return _read(text).with_member(instance, (FieldNode, InstanceNode))


def with_method(text: str, method: MethodNode) -> str:
    """`text` with a new method declaration behind the last one. Raises ValueError where `text` is no class."""
    return _read(text).with_member(method, (FieldNode, InstanceNode, MethodNode))


def without_instance(text: str, name: str) -> str:
    """`text` without the instance and the comments right above it. Raises ValueError where there is none."""
    file = _read(text)
    at = file.find(InstanceNode, name)
    start, end = file.extent(at)
    above = start
    while above and file.lines[above - 1].lstrip().startswith("#"):
        above -= 1
    return file.joined(file.lines[:above] + file.lines[end:])


def with_value(text: str, name: str, field: str, value: str | None) -> str:
    """`text` with the value of the instance `name` for `field`. Raises ValueError where there is no such instance."""
    is_off = value is not None and value.startswith("#")
    said = Scalar(value[1:] if value is not None and is_off else value, 0, 0, "", is_off)

    def change(node: InstanceNode) -> InstanceNode:
        if not any(_is_named(each.name, field) for each in node.values):
            return node._replace(values=(*node.values, ValueNode(Scalar(field, 0, 0), said, (), 0, 0)))
        values = (each._replace(value=said) if _is_named(each.name, field) else each for each in node.values)
        return node._replace(values=tuple(values))

    return _read(text).changed(InstanceNode, name, change)


def with_display_name(text: str, name: str, display_name: str) -> str:
    """`text` with the display name of the instance `name`. Raises ValueError where there is no such instance."""
    return _read(text).changed(InstanceNode, name, lambda node: node._replace(display=Scalar(display_name, 0, 0, '"')))


def body_of(text: str, name: str) -> str | None:
    """The body of the method `name`, None where it stands in a file of its own. Raises ValueError where there is no
    such method."""
    file = _read(text)
    node = file.klass.members[file.find(MethodNode, name)]
    return node.code.text.value if isinstance(node, MethodNode) and node.code is not None else None


def with_body(text: str, name: str, body: str) -> str:
    """`text` with another body for the method `name`, indented as the one that is there. Raises ValueError where there
    is none."""
    file = _read(text)
    node = file.klass.members[file.find(MethodNode, name)]
    if not isinstance(node, MethodNode) or node.code is None:
        raise ValueError(f"the body of the method `{name}` is not in this file")
    first = node.code.line
    old = (node.code.text.value or "").splitlines()
    indent = " " * ((node.code.text.column if old else node.code.column + 2) - 1)
    lines = (
        [f"{indent}{line}" if line.strip() else "" for line in body.rstrip("\n").split("\n")] if body.strip() else []
    )
    return file.joined(file.lines[:first] + lines + file.lines[first + len(old) :])


def _is_named(name: Scalar, wanted: str) -> bool:
    return fold(name.value or "") == fold(wanted)


def _read(text: str) -> "_File":
    newline = "\r\n" if "\r\n" in text else "\n"
    read = read_class(text.encode())
    if not isinstance(read, ClassNode):
        raise ValueError(f"in line {read[0].span.line}, {read[0].message}" if read else "it holds no class")
    return _File(read, text.replace("\r\n", "\n").removesuffix("\n").split("\n"), newline)


class _File(NamedTuple):
    """A file being edited: its class, its lines, and how they end."""

    klass: ClassNode
    lines: list[str]
    newline: str

    def joined(self, lines: list[str]) -> str:
        return self.newline.join(lines) + self.newline

    def find(self, kind: type[Member], name: str) -> int:
        """The place among the members of the one of `kind` that is named `name`. Raises ValueError."""
        for at, each in enumerate(self.klass.members):
            if isinstance(each, kind) and _is_named(each.name, name):
                return at
        raise ValueError(f"there is no `{name}` in it")

    def extent(self, at: int) -> tuple[int, int]:
        """The lines of the member at `at`, as a slice: without the comments above it, and those above the next one."""
        start = self.klass.members[at].line - 1
        if at + 1 < len(self.klass.members):
            following = self.klass.members[at + 1]
            end, above = following.line - 1, following.trivia.above
        else:
            end, above = len(self.lines), self.klass.below
        return start, end - _standing(self.lines[:end], above)

    def changed(self, kind: type[_Named], name: str, change: Callable[[_Named], _Named]) -> str:
        at = self.find(kind, name)
        node = self.klass.members[at]
        assert isinstance(node, kind)
        start, end = self.extent(at)
        new = change(node)
        lines = print_member(new._replace(trivia=new.trivia._replace(above=())))
        return self.joined(self.lines[:start] + lines + self.lines[end:])

    def with_member(self, member: InstanceNode | MethodNode, behind: tuple[type[Member], ...]) -> str:
        """The text with a new member behind the last one of the kinds `behind`, or behind the class's own lines."""
        places = [at for at, each in enumerate(self.klass.members) if isinstance(each, behind)]
        lines = print_member(member)
        if not places:
            start = self.klass.members[0].line - 1 - _standing_above(self) if self.klass.members else len(self.lines)
            return self.joined([*self.lines[:start], "", *lines, *self.lines[start:]])
        start, end = self.extent(places[-1])
        before = self.klass.members[places[-1]]
        apart = type(before) is not type(member) or len(lines) > 1 or end - start > 1
        rest = self.lines[end:]
        gap = [""] if rest and rest[0] and (apart or type(member) is not type(before)) else []
        return self.joined([*self.lines[:end], *([""] if apart else []), *lines, *gap, *rest])


def _standing(lines: list[str], above: tuple[str, ...]) -> int:
    """How many of the last of `lines` are those of `above` with which they end: a method's may come from within it."""
    for count in range(min(len(above), len(lines)), 0, -1):
        if [line.strip() for line in lines[-count:]] == list(above[:count]):
            return count
    return 0


def _standing_above(file: _File) -> int:
    first = file.klass.members[0]
    return _standing(file.lines[: first.line - 1], first.trivia.above)
