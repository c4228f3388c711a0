"""Scalars of YAML as Psych writes them: the way of quoting it takes, and where it breaks lines of more than 80 columns.

Psych chooses a style by what the text would be read as; libyaml takes another one where that cannot hold the text.
Byte for byte the same text comes out, so that a file written anew shows only what has changed.
"""

import re

from aelang.syntax.psych import type_of

__all__ = ["behind_colon", "key_text"]

_WIDTH = 80
_INNER_BREAK = re.compile(r"\n(?!\n?\Z)")
_NO_WORD_FIRST = re.compile(r"^[^\w][^\"]*$", re.MULTILINE)
_ODD_OCTAL = re.compile(r"0[0-7]*[89]")
_UNPRINTABLE = re.compile(
    "[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]"
)  # libyaml's notion: a tab is among them, and all that does not fit into 16 bits; line separators are ours
_INDICATOR_FIRST = re.compile(r"[#,\[\]{}&*!|>'\"%@`]|[?:-](?:\s|\Z)|---|\.\.\.")
_INDICATOR_INSIDE = re.compile(r":(?:[ \n]|\Z)|[ \n]#")
_ESCAPES = {
    "\0": "0", "\x07": "a", "\x08": "b", "\t": "t", "\n": "n", "\x0b": "v", "\x0c": "f", "\r": "r", "\x1b": "e",
    '"': '"', "\\": "\\", "\x85": "N", "\xa0": "_", "\u2028": "L", "\u2029": "P",
}  # fmt: skip
_ESCAPED = re.compile(rf'["\\\n]|{_UNPRINTABLE.pattern}')


def behind_colon(text: str, indent: int, column: int) -> str:
    """The text of a value, from the column behind its colon's blank; its further lines are indented by `indent`."""
    style = _style(text)
    match style:
        case "|":
            return _literal(text, indent)
        case "'":
            return f"'{_folded(text.replace(chr(39), chr(39) * 2), indent, column + 1, quoted=True)}'"
        case '"':
            return _double(text, indent, column)
        case _:
            return _folded(text, indent, column, quoted=False) if column + len(text) > _WIDTH else text


def key_text(text: str) -> str:
    """The text of a key, which stands on one line."""
    if text == "<<":
        return "!!str '<<'"  # only with its tag is it no merge to Psych
    if "\n" in text:
        return _double(text, 0, -len(text) * 10)
    style = _style(text)
    if style == "'":
        return "'" + text.replace("'", "''") + "'"
    return text if style == "" else _double(text, 0, -len(text) * 10)


def _style(text: str) -> str:
    """The style that Psych asks for, or the one that libyaml takes instead: `|`, `'`, `"` or nothing for plain."""
    wished = _wished_style(text)
    if wished == "|":
        return "|" if _may_be_block(text) else '"'
    if wished == "" and not _may_be_plain(text):
        wished = "'"
    return '"' if wished == "'" and not _may_be_single(text) else wished


def _wished_style(text: str) -> str:
    if _INNER_BREAK.search(text):
        return "|"
    if text == "<<":
        return "'"
    if text in ("y", "n") or _NO_WORD_FIRST.search(text):
        return '"'
    return "" if isinstance(type_of(text), str) and not _ODD_OCTAL.match(text) else "'"


def _may_be_plain(text: str) -> bool:
    return not (
        not text
        or text[0] == " "
        or text[-1] == " "
        or "\n" in text
        or _UNPRINTABLE.search(text)
        or _INDICATOR_FIRST.match(text)
        or _INDICATOR_INSIDE.search(text)
    )


def _may_be_single(text: str) -> bool:
    return not (_UNPRINTABLE.search(text) or " \n" in text or "\n " in text)


def _may_be_block(text: str) -> bool:
    return not (_UNPRINTABLE.search(text) or text.endswith(" ") or " \n" in text)


def _literal(text: str, indent: int) -> str:
    hint = "2" if text[0] in " \n" else ""
    chomp = "" if text.endswith("\n") else "-"
    if text.endswith("\n\n") or text == "\n":
        chomp = "+"
    lines = text.removesuffix("\n").split("\n")
    body = "".join(f"\n{' ' * indent}{line}" if line else "\n" for line in lines)
    return f"|{hint}{chomp}{body}"


def _folded(text: str, indent: int, column: int, *, quoted: bool) -> str:
    """`text` with blanks behind column 80 made line breaks, where one stands alone and what follows is no blank."""
    if "\n" in text:
        return _with_breaks(text, indent)
    parts: list[str] = []
    start = 0
    for found in re.finditer(r"(?<! ) (?! )", text):
        at = found.start()
        if column + at - start > _WIDTH and not (quoted and at in (0, len(text) - 1)):
            parts.append(text[start:at])
            start, column = at + 1, indent
    parts.append(text[start:])
    return f"\n{' ' * indent}".join(parts)


def _with_breaks(text: str, indent: int) -> str:
    """A text in single quotes with line breaks at its end: there one break is written as two."""
    body = text.rstrip("\n")
    breaks = len(text) - len(body)
    return f"{body}\n{chr(10) * breaks}{' ' * indent}"


def _double(text: str, indent: int, column: int) -> str:
    parts = ['"']
    column += 1
    spaces = False
    last = len(text) - 1
    for at, char in enumerate(text):
        if char == " " and not spaces and column > _WIDTH and 0 < at < last:
            follows = "\\" if text[at + 1] == " " else ""
            parts.append(f"\n{' ' * indent}{follows}")
            column = indent + len(follows)
        else:
            written = _escape(char) if _ESCAPED.match(char) else char
            parts.append(written)
            column += len(written)
        spaces = char == " "
    return "".join(parts) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
