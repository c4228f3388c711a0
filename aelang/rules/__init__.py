"""Rules: opinions about a whole datastore, one a file. Rules do not know one another."""

from collections.abc import Callable, Iterator

from aelang.diagnostics import Diagnostic
from aelang.rules import (
    arguments,
    code,
    cycles,
    embedded,
    instances,
    messages,
    methods,
    names,
    passwords,
    priorities,
)
from aelang.rules.compiled import Compiled

RULES: tuple[Callable[[Compiled], Iterator[Diagnostic]], ...] = (
    instances.check,
    methods.check,
    arguments.check,
    embedded.check,
    messages.check,
    cycles.check,
    priorities.check,
    names.check,
    code.check,
    passwords.check,
)
"""The rules in the order in which they are asked; it says nothing about the order of what they find."""


def check(compiled: Compiled) -> Iterator[Diagnostic]:
    """What the rules find in `compiled`, of the classes that are reported on."""
    for rule in RULES:
        yield from rule(compiled)
