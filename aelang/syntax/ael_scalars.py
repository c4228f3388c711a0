"""Scalars of `.ael`: what a text in quotes or a plain one means."""

import re

__all__ = ["InvalidScalar", "double", "is_bare", "plain", "single"]


class InvalidScalar(Exception):
    """A text that means nothing: where in it, how much of it, and why, with what to write instead."""

    def __init__(self, at: int, length: int, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.at, self.length, self.reason, self.advice = at, length, reason, advice


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "e": "\x1b", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_OTHER_NILS = frozenset(("null", "NULL", "Null", "NIL", "Nil", "None", "~"))


def single(raw: str) -> str:
    """What `raw`, in single quotes, means: a quote is written twice, nothing else is special."""
    return raw[1:-1].replace("''", "'")


def double(raw: str) -> str:
    """What `raw`, in double quotes, means. Raises InvalidScalar for an escape that there is not."""
    return _ESCAPE.sub(_unescaped, raw[1:-1]) if "\\" in raw else raw[1:-1]


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2] or found[3]
    number = int(code, 16) if code else 0
    if code and number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
        return chr(number)
    if found[4] not in _ESCAPES:
        reason = f"there is no escape `{found[0]}`"
        raise InvalidScalar(found.start() + 1, len(found[0]), reason, r"write a backslash as `\\`, or use '...'")
    return _ESCAPES[found[4]]


def plain(raw: str, is_off: bool = False) -> str | None:
    """What `raw`, without quotes, means: `nil` is nil. Raises InvalidScalar for a word that would mislead."""
    if raw == "nil" and not is_off:
        return None
    if raw in _OTHER_NILS:
        advice = f"write `nil`, or the text as `'{raw}'`"
        raise InvalidScalar(0, len(raw), f"`{raw}` is not how nothing is written", advice)
    if raw == "off":
        raise InvalidScalar(0, 3, "`off` without a value", "write `off VALUE`, or the text as `'off'`")
    if is_off and raw == "nil":
        raise InvalidScalar(0, 3, "nil cannot be switched off", "write `nil` alone, or the text as `'nil'`")
    return raw


def is_bare(raw: str) -> bool:
    """Whether plain `raw` is kept to the letter wherever a plain text may stand."""
    return raw != "nil" and raw != "off" and not raw.startswith("off ") and raw not in _OTHER_NILS
