"""`fmt` of YAML: the style of an export, with the comments, the order of keys and the groups of lines of its author.

A file in the style of an export stays as it is, byte for byte. What was written must still be said afterwards: the new
text is read back, and thrown away unless it says the same.
"""

from typing import TypeAlias

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.source import Span
from aelang.syntax.psych import type_of
from aelang.syntax.yaml import Document, parse_yaml
from aelang.syntax.yaml import Mapping as YamlMapping
from aelang.syntax.yaml import Node as YamlNode
from aelang.syntax.yaml import Sequence as YamlSequence
from aelang.syntax.yaml_layout import Layout, ListNode, MapNode, Node, ScalarNode, Unlaid, read_layout
from aelang.writer.scalars import behind_colon, key_text
from aelang.writer.yaml import Dialect, dialect_of

__all__ = ["format_yaml"]

UNFORMATTED_YAML = DiagnosticKind("unformatted-yaml", Severity.ERROR, "this cannot be put into one style: {reason}")

_Says: TypeAlias = "dict[str, _Says] | list[_Says] | tuple[str | None, bool]"


def format_yaml(data: bytes) -> str | tuple[Diagnostic, ...]:
    """The YAML file `data` in the style of an export, or why it cannot be put into it; spans name no source.

    Diagnostics: those of `parse_yaml` that are errors, unformatted-yaml.
    """
    document = parse_yaml(data)
    found = tuple(each for each in document.diagnostics if each.kind.severity is Severity.ERROR)
    if found:
        return found
    if document.root is None:
        return data.decode()
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        printed = _Printer(read_layout(text), dialect_of(text)).file()
        if _says(document) != _says(parse_yaml(printed.encode())):
            raise Unlaid("what it says would change")
    except Unlaid as fault:
        return (UNFORMATTED_YAML.at(Span("", 1, 1, 1), "write it out plainly, as an export has it", reason=str(fault)),)
    return printed


def _says(document: Document) -> "_Says | None":
    return None if document.root is None else _meaning(document.root)


def _meaning(node: YamlNode) -> "_Says":
    """What a node says, free of its place and of the way in which it is quoted."""
    if isinstance(node, YamlMapping):
        return {key: _meaning(each) for key, each in node.entries.items()}
    if isinstance(node, YamlSequence):
        return [_meaning(each) for each in node.items]
    return node[0], node[5] is not None and not isinstance(type_of(node[5]), str)


class _Printer:
    """One file being written: its lines so far, and the comments that have not found their place yet."""

    def __init__(self, layout: Layout, dialect: Dialect) -> None:
        self.layout = layout
        self.dialect = dialect
        self.lines: list[str] = []
        self.waiting = sorted({**layout.behind, **layout.own}.items())
        self.taken = 0

    def file(self) -> str:
        """The whole text."""
        self.above(self.layout.start, "")
        self.lines.append(f"---{self.behind(self.layout.start, self.layout.start)}")
        root = self.layout.root
        match root:
            case MapNode() | ListNode():
                self.inner(root, "")
            case ScalarNode() if root.text:
                self.lines.append(self.leaf(root, 2, 0).lstrip(" "))
        self.tail()
        return "\n".join(self.lines).rstrip("\n") + "\n"

    def inner(self, node: MapNode | ListNode, indent: str, first: str | None = None) -> None:
        """The lines of `node`, its first one behind `first` where that is given: the dash of a list."""
        if isinstance(node, MapNode):
            for key, value in node.pairs:
                self.above(key.line, indent)
                name = key.text if _is_typed(key) else key_text(key.text)
                self.branch(f"{indent if first is None else first}{name}:", key.line, value, indent)
                first = None
            return
        for item in node.items:
            self.above(item.line, indent)
            dash = f"{indent if first is None else first}-"
            first = None
            if isinstance(item, MapNode | ListNode) and not _is_empty(item):
                self.inner(item, f"{indent}  ", f"{dash} ")
            else:
                self.branch(dash, item.line, item, indent)

    def branch(self, head: str, line: int, value: Node, indent: str) -> None:
        """`head`, a key with its colon or a dash, and what stands behind or below it."""
        if isinstance(value, MapNode | ListNode) and not _is_empty(value):
            self.lines.append(f"{head}{self.behind(line, line)}")
            self.inner(value, f"{indent}  " if isinstance(value, MapNode) else indent)
            return
        end = value.end if isinstance(value, ScalarNode) else value.line
        said = self.leaf(value, len(indent) + 2, len(head) + 1)
        remark = self.behind(line, max(line, end))
        first, *others = f"{head}{said}".split("\n")
        if said.lstrip().startswith("|"):
            self.lines += (first + remark, *others)
        else:
            self.lines += (first, *others)
            self.lines[-1] += remark

    def leaf(self, value: Node, indent: int, column: int) -> str:
        """A scalar or an empty collection, with the blank before it."""
        match value:
            case MapNode():
                return " {}"
            case ListNode():
                return " []"
            case _ if not value.is_plain or not _is_typed(value):
                return f" {behind_colon(value.text, indent, column)}"
            case _:
                return self.dialect.nil if type_of(value.text) is None else f" {value.text}"

    def above(self, line: int, indent: str) -> None:
        """The comments and blank lines before `line`; of several blank lines one stays, none at the beginning."""
        while self.taken < len(self.waiting) and self.waiting[self.taken][0] < line:
            self.alone(self.waiting[self.taken][1].strip(" \t"), indent)
            self.taken += 1

    def alone(self, remark: str, indent: str) -> None:
        if remark:
            self.lines.append(indent + remark)
        elif self.lines and self.lines[-1]:
            self.lines.append("")

    def behind(self, line: int, end: int) -> str:
        """The comment behind what stands from `line` to `end`, with the blanks before it."""
        for at in range(line, end + 1):
            if at in self.layout.behind and (at, self.layout.behind[at]) in self.waiting[self.taken :]:
                self.waiting.remove((at, self.layout.behind[at]))
                return f"  {self.layout.behind[at]}"
        return ""

    def tail(self) -> None:
        """What stands behind the last key: comments keep their indentation, since nothing says where they belong."""
        for _, remark in self.waiting[self.taken :]:
            self.alone(remark, "")


def _is_typed(node: ScalarNode) -> bool:
    """Whether a plain scalar means a number, a boolean, nil ... and must stay plain."""
    return node.is_plain and not isinstance(type_of(node.text), str)


def _is_empty(node: MapNode | ListNode) -> bool:
    return not (node.pairs if isinstance(node, MapNode) else node.items)
