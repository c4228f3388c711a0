"""Ruby, read as far as it takes to find the texts that a method asks for: a scanner of tokens, no parser.

What a scanner must not be fooled by: comments, `=begin`, `__END__`, texts of all kinds with code in them, here
documents, and a `/`, `%` or `?` that may begin a text or be an operator. Where Ruby asks its parser, the word before
decides here, as it does for most of Ruby's own highlighters; a wrong guess loses a path, or the rest of a file.
"""

import contextlib
import re
from collections.abc import Iterator

from aelang.code.paths import CALL, HOLE, PathInCode

_NAME = re.compile(r"[A-Za-z_\x80-\U0010ffff][\w\x80-\U0010ffff]*[?!]?")
_GLOBAL = re.compile(r"\$(?:[A-Za-z_]\w*|-\w|[^\s\w]|\d+)|:(?:[/%`]|<<?)(?=[\s,)])")  # `$'`, `:/`: no text begins there
_NUMBER = re.compile(r"\d[\w.]*")
_HERE = re.compile(r"<<([~-]?)(?:([\"'`])(.*?)\2|([A-Za-z_]\w*))")
_BEGIN = re.compile(r"=begin\b.*?^=end\b[^\n]*", re.DOTALL | re.MULTILINE)
_CHARACTER = re.compile(r"\?(?:\\.|[^\s\\])(?!\w)")
_PERCENT = re.compile(r"%([qQwWiIrsx]?)([^\w\s])")
_GAP = re.compile(r"(?:[ \t]|\\\n)*")
_WIDE_GAP = re.compile(r"(?:\s|\\\n|#[^\n]*\n)*")
_ENDS = re.compile(r"[)\n;#}\],]|\Z|(?:if|unless|while|until|rescue|and|or|do)\b|&&|\|\|")
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}
_BEFORE_VALUE = frozenset((
    "if", "unless", "while", "until", "and", "or", "not", "return", "when", "in", "then", "else", "elsif", "do", "case",
    "begin", "puts", "raise", "yield", "",
))  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "s": " "}
_DEEPEST = 40


def ruby_paths(text: str) -> Iterator[PathInCode]:
    """The first arguments of calls of CALL in `text`, as far as they stand fast."""
    scanner = _Scanner("\n" + text)  # what only counts at the start of a line may stand at the very start
    with contextlib.suppress(_Lost):  # what was found before stands
        scanner.code(end="", depth=0)
    yield from (each._replace(line=each.line - 1) for each in scanner.found)


def code_line_ends(text: str) -> frozenset[int]:
    """Where in `text` the line ends are that stand in code: not in a text, a here document, or behind the code."""
    scanner = _Scanner("\n" + text)
    with contextlib.suppress(_Lost):
        scanner.code(end="", depth=0)
    return frozenset(at - 1 for at in scanner.line_ends)


class _Lost(Exception):
    """The scanner does not know where it is: a text does not end, or too much stands inside of each other."""


class _Scanner:
    """A text being scanned; `at` is where."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: list[PathInCode] = []
        self.line_ends: list[int] = []
        self._here: list[tuple[str, bool]] = []  # the here documents that begin on the next line
        self._before = ""  # the word or sign before; empty: a value may begin
        self._is_value = False

    def code(self, end: str, depth: int) -> None:
        """Scans code up to and with the sign `end`, which is not inside of others; to the end of the text without."""
        if depth > _DEEPEST:
            raise _Lost
        text, open_braces = self.text, 0
        while self.at < len(text):
            sign = text[self.at]
            if sign == end and not open_braces:
                self.at += 1
                self._after("", is_value=True)
                return
            if end:
                open_braces += (sign == "{") - (sign == "}")
            if not self._token(sign, depth):
                return
        if end:
            raise _Lost

    def _token(self, sign: str, depth: int) -> bool:
        """Scans what begins with `sign`; whether code goes on."""
        text = self.text
        if sign == "\n":
            return self._line_end()
        if sign in " \t\r\\":
            self.at += 1
        elif sign == "#":
            self.at = self._find("\n", self.at, len(text))
        elif sign in "$:" and (found := _GLOBAL.match(text, self.at)):
            self.at = found.end()
            self._after(found[0], is_value=True)
        elif sign in "\"'`":
            self._text_token(depth)
        elif found := _NAME.match(text, self.at):
            self._name(found, depth)
        elif found := _NUMBER.match(text, self.at):
            self.at = found.end()
            self._after("", is_value=True)
        elif sign in "/%?<" and self._special(sign, depth):
            pass
        else:
            self.at += 1
            self._after(sign, is_value=sign in ")]}")
        return True

    def _after(self, word: str, *, is_value: bool) -> None:
        self._before, self._is_value = word, is_value

    def _find(self, wanted: str, start: int, otherwise: int) -> int:
        found = self.text.find(wanted, start)
        return otherwise if found < 0 else found

    def _line_end(self) -> bool:
        """Goes on at the next line, behind here documents and comments; false where the code ends there."""
        self.line_ends.append(self.at)
        self.at += 1
        for name, indented in self._here:
            self._skip_here(name, indented)
        self._here.clear()
        self._after("", is_value=False)
        if self.text.startswith("=begin", self.at):
            found = _BEGIN.match(self.text, self.at)
            if found is None:
                raise _Lost
            self.at = found.end()
        line = self.text[self.at : self._find("\n", self.at, len(self.text))]
        return line.rstrip("\r") != "__END__"

    def _skip_here(self, name: str, indented: bool) -> None:
        while self.at < len(self.text):
            end = self._find("\n", self.at, len(self.text))
            line = self.text[self.at : end].rstrip("\r")
            self.at = min(end + 1, len(self.text))
            if (line.strip() if indented else line) == name:
                return
        raise _Lost

    def _name(self, found: re.Match[str], depth: int) -> None:
        called = self._before == "."
        word = found[0]
        self.at = found.end()
        if self.text.startswith(":", self.at) and word[-1] == "?" and not self.text.startswith("::", self.at):
            self.at -= 1  # `x ?a :b`
        is_keyword = word in _BEFORE_VALUE and not called
        self._after("" if is_keyword else word, is_value=not is_keyword)
        if called and word == CALL:
            self._argument(depth)

    def _special(self, sign: str, depth: int) -> bool:
        """Scans what may be a text in other signs: `/x/`, `%w(x)`, `?x`, `<<X`; whether it was one."""
        text = self.text
        if sign == "<":
            return self._here_document()
        if self._is_value and not self._looks_like_argument():
            return False
        if sign == "/":
            self.at += 1
            self._inside("/", "/", depth, interpolates=True)
            return True
        found = (_CHARACTER if sign == "?" else _PERCENT).match(text, self.at)
        if found is None:
            return False
        if sign == "?":
            self.at = found.end()
            self._after("", is_value=True)
        else:
            self._text_token(depth)
        return True

    def _looks_like_argument(self) -> bool:
        """Whether, behind a name, what comes is an argument rather than an operator: `f /x/`, not `a / b`, `a/b`."""
        before, after = self.text[self.at - 1 : self.at], self.text[self.at + 1 : self.at + 2]
        return bool(self._before) and before in " \t" and after not in " \t=\n"

    def _here_document(self) -> bool:
        found = _HERE.match(self.text, self.at)
        if found is None or (self._is_value and not found[1] and not self._looks_like_argument()):
            return False
        name = found[4] or found[3]
        if not found[1] and found[4] and not name[0].isupper():
            return False
        self._here.append((name, bool(found[1])))
        self.at = found.end()
        self._after("", is_value=True)
        return True

    # -- texts ---------------------------------------------------------------------------------------------------

    def _text_token(self, depth: int) -> str | None:
        """Scans the text that begins here, and gives it with HOLEs; None where it is not a plain text."""
        text, sign = self.text, self.text[self.at]
        if sign != "%":
            self.at += 1
            said = self._inside(sign, sign, depth, interpolates=sign != "'")
            return None if sign == "`" else said
        found = _PERCENT.match(text, self.at)
        if found is None:
            return None
        self.at = found.end()
        opening, interpolates = found[2], found[1] not in ("q", "w", "i", "s")
        said = self._inside(_CLOSING.get(opening, opening), opening, depth, interpolates=interpolates)
        return said if found[1] in ("", "q", "Q") else None

    def _inside(self, closing: str, opening: str, depth: int, *, interpolates: bool) -> str:
        """The text up to `closing`, with HOLEs for the code in it."""
        text, parts, level = self.text, [], 0
        while self.at < len(text):
            sign = text[self.at]
            self.at += 1
            if sign == "\\":
                escaped = text[self.at : self.at + 1]
                parts.append(_ESCAPES.get(escaped, escaped) if interpolates or escaped in "'\\" else sign + escaped)
                self.at += 1
            elif sign == closing and not level:
                self._after("", is_value=True)
                return "".join(parts)
            elif interpolates and sign == "#" and text[self.at : self.at + 1] == "{":
                self.at += 1
                self._after("", is_value=False)
                self.code("}", depth + 1)
                parts.append(HOLE)
            else:
                level += (sign == opening) - (sign == closing) if opening != closing else 0
                parts.append(sign)
        raise _Lost

    # -- arguments -----------------------------------------------------------------------------------------------

    def _argument(self, depth: int) -> None:
        """Takes down the first argument of the call whose name was just read, where it is a text."""
        start = self.at
        self._skip(_GAP)
        in_brackets = self.text.startswith("(", self.at)
        if in_brackets:
            self.at += 1
            self._skip(_WIDE_GAP)
        place = self.at
        said = self._one_text(depth)
        if said is None:
            self.at = start
            return
        begins = self._text_begin(place)
        length = max(1, self.at - 1 - begins)
        whole = self._joined(said, in_brackets, depth)
        if whole is not None:
            line = self.text.count("\n", 0, begins) + 1
            column = begins - self.text.rfind("\n", 0, begins)
            self.found.append(PathInCode(whole, line, column, length))

    def _one_text(self, depth: int) -> str | None:
        sign = self.text[self.at : self.at + 1]
        if sign in ("'", '"') or (sign == "%" and _PERCENT.match(self.text, self.at)):
            return self._text_token(depth)
        return None

    def _text_begin(self, place: int) -> int:
        found = _PERCENT.match(self.text, place)
        return found.end() if found else place + 1

    def _joined(self, said: str, in_brackets: bool, depth: int) -> str | None:
        """`said` with the texts that are joined to it; None where something else is done with it."""
        gap = _WIDE_GAP if in_brackets else _GAP
        while True:
            self._skip(gap)
            if self.text[self.at : self.at + 1] in ("'", '"'):
                said += self._one_text(depth) or ""
            elif self.text.startswith("+", self.at):
                self.at += 1
                self._skip(_WIDE_GAP)
                more = self._one_text(depth)
                if more is None:
                    return said + HOLE
                said += more
            else:
                return said if _ENDS.match(self.text, self.at) else None

    def _skip(self, gap: re.Pattern[str]) -> None:
        found = gap.match(self.text, self.at)
        if found is not None and ("\n" not in found[0] or not self._here):
            self.at = found.end()
