"""Texts: what stood in a file for a piece of the image, near enough to be known again."""

from typing import assert_never

from aelang.ir.nodes import (
    Coalesced,
    Condition,
    CurrentMessage,
    Faulty,
    InstanceLookup,
    Lookup,
    Reference,
    StateVariable,
    Step,
    Template,
    Text,
)


def text_of(text: Text) -> str | None:
    """`text` as its author wrote it, references and all; nil is None. It may hold secrets."""
    match text:
        case None | str():
            return text
        case Template(parts):
            return "".join(part if isinstance(part, str) else f"${{{_reference(part)}}}" for part in parts)
        case Coalesced(options):
            return " || ".join(text_of(option) or "" for option in options)
        case _:
            assert_never(text)


def condition_text(condition: Condition) -> str:
    """`condition` as its author wrote it."""
    return f"{'UNLESS' if condition.negated else 'IF'} {(text_of(condition.test.text) or '').strip()}"


def _reference(reference: Reference) -> str:
    match reference:
        case Lookup(path, attribute, steps):
            return f"{path}#{attribute}{_steps(steps)}"
        case StateVariable(name, steps):
            return f"state_var#{name}{_steps(steps)}"
        case CurrentMessage():
            return "!current_message"
        case InstanceLookup(uri):
            return uri
        case Faulty(_, message):
            return f"... {message}"
        case _:
            assert_never(reference)


def _steps(steps: tuple[Step, ...]) -> str:
    return "".join(f".{step.name}{_argument(step)}" for step in steps)


def _argument(step: Step) -> str:
    return "" if step.argument is None else f"({':' if step.symbol else ''}{step.argument})"
