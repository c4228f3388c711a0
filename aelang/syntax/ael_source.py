"""The lines of a `.ael` file: which comes next, how far it is indented, what stood above it, and what it says.

A line is read for itself, with the lines of a method's parentheses or of the block that it opens. One that is not
understood is said once and costs itself.
"""

import re
from typing import Any

from aelang.diagnostics import Diagnostic
from aelang.syntax import ael_mistakes as mistakes
from aelang.syntax.ael_lines import Line, read_line
from aelang.syntax.ael_nodes import Scalar
from aelang.syntax.ael_scalars import InvalidScalar

MAX_DIAGNOSTICS = 100
"""How much is said of one file."""

_MOST_INPUT_LINES = 200
_LONGEST_REMARK = 1000

_QUOTED = r"""'(?:[^'\n]|'')*+'|"(?:[^"\\\n]|\\.)*+\""""
_INPUTS = re.compile(rf"(?:{_QUOTED}|[^()'\"])*+\)")
_REMARK = re.compile(rf"((?:{_QUOTED}|[^'\"#]|(?<! )#)*?)(?:(?:^| ) +|^)(#(?: .*)?)\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def decoded(data: bytes) -> tuple[str, Diagnostic | None]:
    """The text of a file, and why it has none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "", mistakes.unreadable("the file is UTF-16", 1, 1, 1, "save it as UTF-8")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode().replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        return "", mistakes.unreadable("bytes that are no UTF-8", *_place(before), 1, "save the file as UTF-8")
    if found := _CONTROL.search(text):
        advice = r'take it away; in double quotes a text can say it, as in "\x1b"'
        problem = f"the control character {found[0]!r}"
        return "", mistakes.unreadable(problem, *_place(text[: found.start()]), 1, advice)
    return text, None


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


class Source:
    """A file being read. `text` is the line at hand without its indentation, `indent` how far it is indented, -1 at
    the end; `above` are the comments and blank lines between it and what was read before."""

    __slots__ = ("_at", "_lines", "_said", "above", "diagnostics", "indent", "text")

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._at = 0
        self._said: set[str] = set()
        self.indent = -1
        self.text = ""
        self.above: list[str] = []
        self.diagnostics: list[Diagnostic] = []
        self._find()

    @property
    def number(self) -> int:
        """The number of the line at hand."""
        return self._at + 1

    def skip(self) -> None:
        """Goes on to the next line."""
        self._at += 1
        self._find()

    def take_above(self) -> tuple[str, ...]:
        """What stood above the line at hand; asked for once."""
        if not self.above:
            return ()
        above, self.above = tuple(self.above), []
        return above

    def report(self, found: Diagnostic) -> None:
        """Keeps a finding, unless there are too many."""
        if self.has_room():
            self.diagnostics.append(found)

    def has_room(self) -> bool:
        """Whether more is to be said of this file. Asked where it takes a millisecond to find out what."""
        return len(self.diagnostics) < MAX_DIAGNOSTICS

    def complain(self, problem: str, advice: str, length: int = 0) -> None:
        """Reports a problem with the line at hand."""
        length = length or len(self.text)
        self.report(mistakes.unreadable(problem, self.number, self.indent + 1, length, advice))

    def once(self, what: str) -> bool:
        """Whether `what` is asked for the first time: some mistakes run through a whole file."""
        if what in self._said:
            return False
        self._said.add(what)
        return True

    def read(self, rule: str) -> tuple[Any, tuple[str, ...]]:
        """What `rule` of the grammar makes of the line at hand, with its block; None where it is not understood, and
        then it has been said. With what stood above it. The line behind is then at hand."""
        indent, above = self.indent, self.take_above()
        line = Line(self.number, "  " + self.text, indent - 2)
        self._at += 1
        if rule == "method":
            line, remarks = self._with_inputs(line, indent)
            above += remarks
        node = read_line(rule, line)
        if node is None:
            node = self._read_slowly(rule, line)
        if node is not None and "|" in line.text:
            node = self._with_block(node, indent)
        self._find()
        return node, above

    def body(self) -> tuple[str, int, int]:
        """All lines below the line at hand, without the indentation they share, and where they begin. The line behind
        them is then at hand."""
        indent = self.indent
        end = self._at + 1
        while end < len(self._lines) and (not self._lines[end].strip(" ") or _indentation(self._lines[end]) > indent):
            end += 1
        self._at += 1
        first = self._at + 1
        lines = self._taken(end)
        self._find()
        base = min((_indentation(line) for line in lines if line.strip(" ")), default=0)
        return "".join(line[base:] + "\n" for line in lines), first, base + 1

    # -- which line is next ----------------------------------------------------------------------------------------

    def _find(self) -> None:
        """Makes the next line that says something, from `_at` on, the one at hand."""
        lines, at = self._lines, self._at
        while at < len(lines):
            text = lines[at].lstrip(" ")
            if not text or text.isspace():
                if at + 1 < len(lines):  # what is behind the last line break is no line
                    self.above.append("")
            elif text[0] == "#":
                self.above.append(self._comment(at, text.rstrip(" ")))
            else:
                self._at, self.text, self.indent = at, text.rstrip(" "), len(lines[at]) - len(text)
                if "\t" in text:
                    self._without_tabs()
                return
            at += 1
        self._at, self.text, self.indent = at, "", -1

    def _comment(self, at: int, text: str) -> str:
        if len(text) > 1 and text[1] != " ":
            column = self._lines[at].index("#") + 1
            advice = f"write `# {text[1:].strip()}`"
            self.report(mistakes.unreadable("a comment without a blank behind its `#`", at + 1, column, 1, advice))
        return text

    def _without_tabs(self) -> None:
        """Says that the line at hand has a tab, and makes blanks of it: at the beginning two, which is said once."""
        line = self._lines[self._at]
        column = line.index("\t") + 1
        body = line.lstrip(" \t")
        if self.text[0] != "\t":
            self.report(mistakes.unreadable("a tab", self.number, column, 1, mistakes.TAB_IN_TEXT))
        elif self.once("tab"):
            self.report(mistakes.tab_indentation(self.number, column))
        self.indent = len(line[: len(line) - len(body)].replace("\t", "  "))
        self.text = body.replace("\t", " ").rstrip(" ")

    # -- what a line says ------------------------------------------------------------------------------------------

    def _read_slowly(self, rule: str, line: Line) -> Any:
        """What lark makes of `line`: it is odd, or wrong."""
        if not self.has_room():
            return None
        from aelang.syntax.grammars import Refused, parse

        try:
            found = parse("ael", rule, line.text)
        except InvalidScalar as fault:
            self.report(mistakes.unreadable(fault.reason, *line.place(fault.at), fault.length, fault.advice))
            return None
        if isinstance(found, Refused):
            self.report(mistakes.explain(rule, line, found))
            return None
        return moved(found, line)

    def _with_inputs(self, line: Line, indent: int) -> tuple[Line, tuple[str, ...]]:
        """`line`, which declares a method, with the lines up to the parenthesis that closes its inputs, and the
        comments in between. A line that is not part of the method ends them."""
        text = line.text
        remarks: list[str] = []
        opening = text.index("(") + 1
        last = min(len(self._lines), self._at + _MOST_INPUT_LINES)
        while self._at < last and not _INPUTS.match(text, opening):
            following = self._lines[self._at].rstrip(" ")
            body = following.lstrip(" ")
            if body and len(following) - len(body) <= indent and body[0] != ")":
                break
            text = f"{_without_remark(text, remarks)}\n{following}"
            self._at += 1
        text = _without_remark(text, remarks) if remarks else text
        return Line(line.number, text, line.shift, "\n" in text), tuple(remarks)

    def _with_block(self, node: Any, indent: int) -> Any:  # Any: nodes of every class, rebuilt as they were
        """`node` with the lines below in the place of the `|` that it may end with."""
        if not isinstance(node, tuple):
            return node
        if isinstance(node, Scalar):
            return self._block(node, indent) if node.style[:1] == "|" else node
        parts = [self._with_block(each, indent) for each in node]
        return type(node)(*parts) if hasattr(node, "_fields") else tuple(parts)

    def _block(self, sign: Scalar, indent: int) -> Scalar:
        lines = self._lines
        first = next((at for at in range(self._at, len(lines)) if lines[at].strip(" ")), len(lines))
        base = _indentation(lines[first]) if first < len(lines) else -1
        if base <= indent:
            advice = "write the text on the next lines, indented, or behind the word in quotes"
            self.report(mistakes.unreadable(f"`{sign.style}` without a text below", sign.line, sign.column, 1, advice))
            return sign._replace(value="")
        end = first
        while end < len(lines) and (not lines[end].strip(" ") or _indentation(lines[end]) >= base):
            end += 1
        value = "\n".join(line[base:] for line in self._taken(end))
        return sign._replace(value=value + "\n" * (sign.style == "|"), line=first + 1, column=base + 1)

    def _taken(self, end: int) -> list[str]:
        """The lines up to `end`, without blank ones at their end; the line behind them is the next."""
        while end > self._at and not self._lines[end - 1].strip(" "):
            end -= 1
        lines = self._lines[self._at : end]
        self._at = end
        return lines


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_remark(text: str, into: list[str]) -> str:
    """`text` without the comment that its last line ends with."""
    start = text.rfind("\n") + 1
    found = _REMARK.match(text[start:]) if len(text) - start < _LONGEST_REMARK else None
    if found is None:
        return text
    into.append(found[2])
    return text[: start + found.start(2)].rstrip(" ")


def moved(node: Any, line: Line) -> Any:  # Any: nodes of every class, rebuilt as they were
    """`node`, whose places are those in the text of `line`, with the places in the file."""
    if not isinstance(node, tuple):
        return node
    parts = [moved(each, line) for each in node]
    if not hasattr(node, "_fields"):
        return tuple(parts)
    if "line" in node._fields:
        at = node._fields.index("line")
        first = parts[at] == 1
        parts[at : at + 2] = line.number + parts[at] - 1, parts[at + 1] + line.shift * first
    return type(node)(*parts)
