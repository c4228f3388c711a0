"""Heirs: a class that inherits is stored as what it has beyond its parent, and made whole again from both."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from aelang.ir.nodes import Class, Field, Heir


def heir_of(klass: Class, fields: Sequence[Field], sources: int) -> Heir | None:
    """What `klass` has beyond its parent, which has these `fields`, standing in so many `sources`.

    None where the parent has more fields: one of them has no part in `klass`.
    """
    if len(klass.fields) < len(fields):
        return None
    own = {at: new for at, (new, old) in enumerate(zip_longest(klass.fields, fields)) if new is not old}
    return Heir(klass.path, klass.ancestors[0], sources, klass.sources[sources:], own, klass.instances, klass.methods)


def whole(heir: Heir, parent: Class) -> Class:
    """The class that `heir` is below `parent`. Raises ValueError where they do not belong together."""
    fields = list(parent.fields)
    for at, field in sorted(heir.fields.items()):
        if at > len(fields):
            raise ValueError("a field of no parent")
        fields[at : at + 1] = [field]
    return Class(
        heir.path,
        (*parent.sources[: heir.inherited], *heir.sources),
        tuple(fields),
        heir.instances,
        heir.methods,
        (heir.parent, *parent.ancestors),
        parent.fault,
    )


def made_whole(heirs: Sequence[Heir], oldest: Class) -> Iterator[Class]:
    """The classes that `heirs` are, of which each is the parent of the one before it, and the last a child of `oldest`;
    the last comes first. Raises ValueError."""
    above = oldest
    for heir in reversed(heirs):
        above = whole(heir, above)
        yield above
