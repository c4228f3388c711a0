"""`fmt` of `.ael`: the one style, with the comments and the groups of lines of its author."""

from aelang.diagnostics import Diagnostic, Severity
from aelang.loader.ael import read_ael
from aelang.syntax.ael import parse_ael
from aelang.syntax.ael_nodes import ClassNode
from aelang.writer.ael import print_ael

__all__ = ["format_ael", "read_class"]

_MISREAD = frozenset(("unreadable-ael", "tab-indentation", "unknown-key", "duplicate-key"))
"""What is wrong where the author may have meant something else than what was read."""


def format_ael(data: bytes) -> str | tuple[Diagnostic, ...]:
    """The `.ael` file `data` in the one style, or why it cannot be read; spans name no source.

    Diagnostics: see `read_class`.
    """
    read = read_class(data)
    return print_ael(read) if isinstance(read, ClassNode) else read


def read_class(data: bytes) -> ClassNode | tuple[Diagnostic, ...]:
    """The class in the `.ael` file `data`, or why it cannot be written anew without a loss.

    Diagnostics: unreadable-ael, tab-indentation, unknown-key, duplicate-key.
    """
    found = tuple(
        each
        for each in read_ael(data).diagnostics
        if each.kind.severity is Severity.ERROR and each.kind.slug in _MISREAD
    )
    klass = None if found else parse_ael(data).klass
    return found if klass is None else klass
