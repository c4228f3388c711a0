"""Facts: the little that is known of a method's code, found by looking for words in it. Nothing is parsed.

Lines that are comments do not count. What cannot be found so is taken for absent, or for anything, as is safer; rules
must be right all the same.
"""

import re
from typing import NamedTuple

from aelang.code.paths import HOLE
from aelang.regex import regex


class CodeFacts(NamedTuple):
    """What is known of a code. `retries`: it asks for a retry; `waits`: it says after how long.

    `next_states` are the states that it names as the next, HOLE for one that is not known; `jumps`: it is a straight
    line of statements, one of which names the next state; `restarts`: it asks to begin again.
    """

    retries: bool = False
    waits: bool = False
    next_states: tuple[str, ...] = ()
    jumps: bool = False
    restarts: bool = False


NO_FACTS = CodeFacts()

_RETRY = regex(r"""\bae_result["']?\]?\s*(?:=>|[=:,])\s*["']retry["']|\bevm\.retry\(""")
_RESTART = regex(r"""\bae_result["']?\]?\s*(?:=>|[=:,])\s*["']restart["']""")
_WAIT = regex(r"\bae_retry_interval\b|\bevm\.retry\(\s*[^)\s]")
_COMMENT = regex(r"^[^\S\n]*#.*$", re.MULTILINE)
_NEXT = regex(r"""\bae_next_state\b(?:["']?\]?[^\S\n]*=[^\S\n]*["'](\w+)["'][^\S\n]*(?=;|\n|\Z))?""")
_LAST_LINE = regex(r"\s*\bexit[^\S\n(]*\(?\s*MIQ_OK\s*\)?\s*\Z")
_MAIN = regex(r"^def main\(", re.MULTILINE)
_TURNS = regex(
    r"\b(?:if|unless|case|when|while|until|for|begin|rescue|def|class|module|return|exit|raise|try|except|do|with|and|or"
    r"|lambda|proc|eval)\b|[?&|{]"
)


def facts_of(code: str | None) -> CodeFacts:
    """What is known of `code`, a method's in Ruby or Python."""
    if code is None or not any(word in code for word in ("retry", "restart", "ae_next_state")):
        return NO_FACTS
    code = _COMMENT.sub("", code)
    retries = _RETRY.search(code) is not None
    next_states = tuple(dict.fromkeys(name or HOLE for name in _NEXT.findall(code)))
    jumps = len(next_states) == 1 and next_states != (HOLE,) and _is_straight(code)
    waits = retries and _WAIT.search(code) is not None
    return CodeFacts(retries, waits, next_states, jumps, _RESTART.search(code) is not None)


def _is_straight(code: str) -> bool:
    """Whether `code` is for sure a straight line of statements, all of which are carried out."""
    return _TURNS.search(_MAIN.sub("", _LAST_LINE.sub("", code), count=1)) is None
