"""Declarations: what a model lets a run see and do, read from the tables in `tables/`.

A table has four parts, a line a row; a model has the rows of all models that it is a kind of, and those of the base.

- attributes: `TYPE name name ...`, the columns that are kept.
- virtual: `name TYPE as COLUMN`, `name TYPE computed` by the function of that name (or of the name
  that follows), `name TYPE given`, kept like a column.
- associations: `name one|many MODEL how`, where how is
  `by COLUMN`: the other's id is kept here (one) or ours there (many); of any model with its name in `..._type`,
  `listed`: a list of references is kept here; `whose NAME`: those that list us in their association NAME,
  `as NAME`: another word for the association NAME; `computed`: by a function, as above; `self`.
- methods: `name(argument, argument?) what`, where what is `reads` (may stand in a substitution) or `does`, with the
  name of the function where it is not the method's own; `commands`: handed to the records, and true comes back;
  `asks`: handed to the records, and what they answer comes back. `?` may be left out, `*` takes all that is left.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from aelang.services.models import ancestors

Type: TypeAlias = Literal["String", "Integer", "Float", "Boolean", "Time", "Hash", "Array", "Any"]
TYPES: tuple[Type, ...] = ("String", "Integer", "Float", "Boolean", "Time", "Hash", "Array", "Any")

ANY = "any"
"""In place of a model: one of any model."""


class Table(NamedTuple):
    """What one model adds to those that it is a kind of; `named_by` are the columns that hold its name."""

    attributes: str = ""
    virtual: str = ""
    associations: str = ""
    methods: str = ""
    named_by: str = ""


class Virtual(NamedTuple):
    """A virtual attribute: `how` is as, computed or given."""

    type: Type
    how: str
    column: str


class Association(NamedTuple):
    """An association; `how` is by, listed, whose, as, computed or self, and `key` what goes with it."""

    name: str
    many: bool
    model: str
    how: str
    key: str


class Method(NamedTuple):
    """A method: from `least` to `most` arguments; `how` is reads, does, commands or asks. `of_base` ones are those
    of every model, which a walk leaves out."""

    name: str
    least: int
    most: int
    how: str
    function: str
    of_base: bool = False


class Declared(NamedTuple):
    """All that a model declares, with what it has from the models that it is a kind of."""

    model: str
    attributes: Mapping[str, Type]
    virtual: Mapping[str, Virtual]
    associations: Mapping[str, Association]
    methods: Mapping[str, Method]
    named_by: tuple[str, ...]

    def type_of(self, column: str) -> Type | None:
        """The type of an attribute or virtual attribute, None for what is neither."""
        if column in self.attributes:
            return self.attributes[column]
        return self.virtual[column].type if column in self.virtual else None


@cache
def declared(model: str) -> Declared:
    """What `model` declares. `model` is one that `models.is_model` knows."""
    from aelang.services.tables import BASE, OTHERS, TABLES

    kinds = tuple(reversed(ancestors(model)))
    own = [TABLES[kind] for kind in kinds if kind in TABLES] or [OTHERS]
    tables = (BASE, *own)
    return Declared(
        model,
        {name: kind for table in tables for name, kind in _attributes(table.attributes)},
        {name: found for table in tables for name, found in _virtual(table.virtual)},
        {found.name: found for table in tables for found in _associations(table.associations)},
        {found.name: found for table in tables for found in _methods(table.methods, of_base=table is BASE)},
        next((tuple(table.named_by.split()) for table in reversed(tables) if table.named_by), ()),
    )


def _attributes(text: str) -> Iterator[tuple[str, Type]]:
    for kind, *names in _rows(text):
        yield from ((name, _type(kind)) for name in names)


def _virtual(text: str) -> Iterator[tuple[str, Virtual]]:
    for name, kind, how, *column in _rows(text):
        yield name, Virtual(_type(kind), how, column[0] if column else name)


def _associations(text: str) -> Iterator[Association]:
    for name, number, model, how, *key in _rows(text):
        yield Association(name, number == "many", model, how, key[0] if key else name)


_METHOD = re.compile(r"(\S+?)\((.*?)\)\s+(reads|does|commands|asks)(?:\s+(\w+))?")


def _methods(text: str, *, of_base: bool) -> Iterator[Method]:
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _METHOD.fullmatch(line)
        assert found, line
        name, arguments, how, function = found.groups()
        names = [each.strip() for each in arguments.split(",") if each.strip()]
        least = sum(not each.endswith(("?", "*")) for each in names)
        most = 99 if any(each.endswith("*") for each in names) else len(names)
        yield Method(name, least, most, how, function or name, of_base)


def _rows(text: str) -> Iterator[list[str]]:
    return filter(None, map(str.split, text.splitlines()))


def _type(word: str) -> Type:
    assert word in TYPES, word
    return word
