"""Texts in `.ael`: bare where they read back as they are, in quotes or as an indented block where not."""

import re
from typing import NamedTuple

from aelang.syntax.ael_nodes import Scalar

__all__ = ["Said", "clause_text", "default_text", "name_text", "option_text", "path_text", "quoted", "value_text"]


class Said(NamedTuple):
    """A text as it is written: what stands on the line, and the lines of the block below it, where it has one."""

    text: str
    block: tuple[str, ...] = ()


_NAME = re.compile(r"[\w.$-]+\Z", re.ASCII)
_PATH = re.compile(r"[^\s,]+\Z")
_NEVER_BARE = re.compile(
    r"""['"|\#=>“”„‘’‚\s]|:(?:\s|\Z)|.*(?:\s\Z|\s\s|\s\#)|(?:nil|Nil|NIL|null|Null|NULL|~|None|off)\Z|off\s|\Z""",
    re.VERBOSE | re.DOTALL,
)
_CONDITION = re.compile(r"(?:\A|\s)(?:if|unless)(?:\s|\Z)|\A/.* (?:entry|exit|error|undo|retries|time|collect) ")
_CONDITION_FIRST = re.compile(r"\A(?:if|unless)(?:\s|\Z)")
_SEPARATOR = re.compile(r"[,()'\"]")
_TYPED = re.compile(r"true\Z|false\Z|\{\}\Z|\[\]\Z|-?[0-9]")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def name_text(name: Scalar) -> str:
    """A name: bare, or in quotes where no name could be called that."""
    text = name.value or ""
    if "(" in text:  # on the line of a method the first parenthesis opens the inputs
        return quoted(text).replace("(", "\\u0028")
    return text if _NAME.match(text) else _in_quotes(text)


def path_text(path: Scalar) -> str:
    """The path of a parent or of an embedded method."""
    text = path.value
    if text is None:
        return "nil"
    return text if _PATH.match(text) and text.isprintable() and not _NEVER_BARE.match(text) else _in_quotes(text)


def value_text(value: Scalar) -> Said:
    """What stands behind `=`; a text of several lines is a block where a block can hold it."""
    return _block(value) or Said(_flat(value, _CONDITION))


def clause_text(text: Scalar) -> Said:
    """What stands behind the word of a clause."""
    return _block(text) or Said(_flat(text, _CONDITION_FIRST))


def default_text(value: Scalar) -> str:
    """The default of an input, between parentheses."""
    return _flat(value, _SEPARATOR)


def option_text(value: Scalar) -> Said:
    """The value of an option; a bare one is a number, `true`, `{}` ... and stays bare."""
    if value.value is not None and not value.style and not value.is_off:
        return Said(value.value)
    return _block(value) or Said(_flat(value, _TYPED))


def quoted(text: str) -> str:
    """`text` between double quotes, on one line."""
    return '"' + "".join(char if char.isprintable() and char not in _ESCAPES else _escaped(char) for char in text) + '"'


def _flat(value: Scalar, never: re.Pattern[str] | None) -> str:
    """`value` on one line; `never` is what it may not hold where it is bare."""
    text = value.value
    if text is None:
        return "nil"
    bare = text.isprintable() and not _NEVER_BARE.match(text) and not (never and never.search(text))
    return f"{'off ' if value.is_off else ''}{text if bare else _in_quotes(text)}"


def _in_quotes(text: str) -> str:
    if not text.isprintable() or ("'" in text and '"' not in text and "\\" not in text):
        return quoted(text)
    return "'" + text.replace("'", "''") + "'"


def _escaped(char: str) -> str:
    return _ESCAPES.get(char) or (f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}")


def _block(value: Scalar) -> Said | None:
    """`value` as a block; None where it is one line, or a block would not keep it to the letter."""
    text = value.value
    if text is None or "\n" not in text:
        return None
    lines = text.removesuffix("\n").split("\n")
    if not lines[0] or lines[0][0] in " \t" or not lines[-1]:
        return None
    if not all(line.replace("\t", " ").isprintable() and line.rstrip() == line for line in lines):
        return None
    return Said(f"{'off ' if value.is_off else ''}|{'' if text.endswith(chr(10)) else '-'}", tuple(lines))
