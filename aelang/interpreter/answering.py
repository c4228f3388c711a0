"""Answering: the fields that an instance has, and which of them a message is for."""

from collections.abc import Iterator, Sequence

from aelang import ir


def effective_fields(klass: ir.Class, instance: str | None) -> Iterator[ir.Field]:
    """The fields of `klass` in order, with the values of `instance` where it has its own."""
    own = klass.instances[instance].fields if instance is not None else {}
    for at, field in enumerate(klass.fields):
        yield own.get(at, field)


def answers(messages: Sequence[str], message: str) -> bool:
    """Whether a field with these messages answers `message` (ENGINE-FACTS 5.9)."""
    return message in messages or "*" in messages
