"""Code in colours: a method's text as Pygments reads it, in a few sorts that the style knows."""

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from aelang.interpreter.values import MASK, sanitize
from aelang.names import fold
from aelang.names.secrets import is_named_as_secret
from aelang.site.html import Html, escaped, tag

if TYPE_CHECKING:
    from pygments.lexer import Lexer
    from pygments.token import _TokenType

_LONGEST = 100_000
_LONGEST_LINE = 2_000
"""Longer code has no colours: a lexer may take the square of a length."""

_SORTS = (
    ("Comment", "comment"), ("Keyword", "keyword"), ("Literal.String.Symbol", "symbol"),
    ("Literal.String.Interpol", "inner"), ("Literal.String", "text"), ("Literal.Number", "number"),
    ("Name.Function", "name"), ("Name.Class", "name"), ("Name.Variable", "variable"), ("Name.Constant", "constant"),
    ("Name.Builtin.Pseudo", "keyword"), ("Operator.Word", "keyword"),
)  # fmt: skip


def code_block(label: str, language: str, code: str, first: int = 1) -> Html:
    """`code` with the numbers of its lines; `first` is that of the first."""
    code = _SECRET.sub(_masked, sanitize(code).replace("\r\n", "\n")).rstrip("\n")
    lines = "".join(f'<span class="line">{each}\n</span>' for each in _lines(fold(language), code))
    shown = tag("pre", tag("code", Html(lines)), class_="code", data_first=first)
    return tag("div", shown, class_="scroll", role="region", aria_label=label, tabindex="0")


_SECRET = re.compile(r"""(\w+)(["']?\]?\s*(?:=>|=|:)\s*)("[^"\n]+"|'[^'\n]+')""")
"""A text that is given to a name in code."""


def _masked(found: re.Match[str]) -> str:
    return f"{found[1]}{found[2]}{found[3][0]}{MASK}{found[3][0]}" if is_named_as_secret(found[1]) else found[0]


def _lines(language: str, code: str) -> Iterator[str]:
    """The lines of `code` as markup."""
    lexer = _lexer(language) if len(code) <= _LONGEST else None
    if lexer is None or any(len(line) > _LONGEST_LINE for line in code.split("\n")):
        yield from map(escaped, code.split("\n"))
        return
    line: list[str] = []
    for _, token, text in lexer.get_tokens_unprocessed(code):
        sort = _sort(token)
        for at, part in enumerate(text.split("\n")):
            if at:
                yield "".join(line)
                line.clear()
            if part:
                line.append(f'<span class="{sort}">{escaped(part)}</span>' if sort else escaped(part))
    yield "".join(line)


@cache
def _lexer(language: str) -> "Lexer | None":
    if language == "ruby":
        from pygments.lexers.ruby import RubyLexer

        return RubyLexer()
    if language == "python":
        from pygments.lexers.python import PythonLexer

        return PythonLexer()
    return None


@cache
def _sort(token: "_TokenType") -> str:
    name = ".".join(token)
    return next((sort for begin, sort in _SORTS if name == begin or name.startswith(begin + ".")), "")
