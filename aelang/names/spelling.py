"""Spelling: how Ruby writes numbers, texts and symbols; values of a file and values of a run are spelt alike."""

from aelang.regex import regex

_NEEDS_CARE = regex(r'[^ -~]|["\\#]')
_BARE_SYMBOL = regex(
    r"(?:(?:@@?|\$)?[^\W\d]\w*|[^\W\d]\w*[?!=]|\$(?:[0-9]+|[~*$?!@/\\;,.=:<>\"&`'+])|\[\]=?|[-+~!]@?|\*\*?|[/%|&^`]|<=>|<<|>>|[<>]=?|===?|=~|![=~])\Z"
)
_ESCAPES = {
    "\n": "\\n", "\t": "\\t", "\r": "\\r", "\f": "\\f", "\v": "\\v", "\b": "\\b", "\a": "\\a", "\x1b": "\\e",
    '"': '\\"', "\\": "\\\\",
}  # fmt: skip


def float_text(value: float) -> str:
    """The shortest digits that give `value` back, spelt out from 0.0001 to 1e15 (Ruby's to_s)."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    mantissa, e, exponent = repr(value).partition("e")
    if not e and abs(value) >= 1e15 and mantissa.endswith(".0"):  # Python spells out sixteen digits before the point
        sign, digits = ("-" if value < 0 else ""), mantissa.lstrip("-").partition(".")[0]
        mantissa, e, exponent = f"{sign}{digits[0]}.{digits[1:].rstrip('0') or '0'}", "e", "+15"
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else mantissa + e + exponent


def quoted(text: str) -> str:
    """`text` in double quotes, with Ruby's escapes (its inspect)."""
    if not _NEEDS_CARE.search(text):
        return f'"{text}"'
    shown = [_shown(character) for character in text]
    for at, character in enumerate(text):
        if character == "#" and text[at + 1 : at + 2] in ("{", "$", "@"):
            shown[at] = "\\#"
    return f'"{"".join(shown)}"'


def symbol_text(name: str) -> str:
    """The symbol `name` as it stands in code: `:name`, in quotes where it has to be."""
    return ":" + (name if _BARE_SYMBOL.match(name) else quoted(name))


def _shown(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if " " <= character <= "~" or (character > "\x7f" and _is_printable(character)):
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\u{{{code:X}}}"


def _is_printable(character: str) -> bool:
    from unicodedata import category

    return character == "\x85" or category(character) not in ("Cc", "Cs", "Cn", "Zl", "Zp")
