"""A record as a service model: what of it may be read, and what a method of a datastore may have it do."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from aelang.interpreter.values import RunValue, Symbol
from aelang.services.models import ancestors, class_name
from aelang.services.records import Reference

if TYPE_CHECKING:
    from aelang.interpreter.ports import Described
    from aelang.services.catalog import Catalog
    from aelang.services.declaring import Association, Declared, Method, Virtual


class Record:
    """A service model. It keeps nothing but which record it is: what is read is what is so now."""

    __slots__ = ("catalog", "id", "model")

    def __init__(self, model: str, id: int, catalog: "Catalog") -> None:  # noqa: A002 - the records' own word
        self.model = model
        self.id = id
        self.catalog = catalog

    @property
    def class_name(self) -> str:
        """The name of its class: `MiqAeServiceVm`."""
        return class_name(self.model)

    @property
    def reference(self) -> Reference:
        """Its model and id."""
        return Reference(self.model, self.id)

    @property
    def declared(self) -> "Declared":
        """What its model declares."""
        from aelang.services.declaring import declared  # the tables are read at the first look into a record

        return declared(self.model)

    def read(self, name: str, arguments: tuple[RunValue, ...] = ()) -> RunValue:
        """What `name` may give inside a substitution: an attribute, an association, or a method that only reads.

        Raises LookupError for everything else.
        """
        method = self.declared.methods.get(name)
        if method is None:
            return self._read_part(name, arguments)
        if method.how != "reads":
            raise LookupError(f"`{name}` of {self.class_name} does something: only a method may call it")
        try:
            return self._act(method, arguments)
        except ValueError as fault:
            raise LookupError(str(fault)) from None

    def call(self, name: str, arguments: tuple[RunValue, ...] = ()) -> RunValue:
        """What a method gets for `name`: as `read`, and what does something. Raises LookupError and ValueError."""
        method = self.declared.methods.get(name)
        return self._read_part(name, arguments) if method is None else self._act(method, arguments)

    def describe(self) -> "Described":
        """All that its model declares, by kind, each sorted by name."""
        from aelang.interpreter.ports import Described

        found = self.declared
        names = (name for name, method in found.methods.items() if not method.of_base)
        return Described(
            tuple(sorted(found.attributes)),
            tuple(sorted(found.virtual)),
            tuple(sorted(found.associations)),
            tuple(sorted(name for name in names if found.type_of(name) is None)),
        )

    def kind(self, name: str) -> str | None:
        """Whether `call` gives a `value` for `name`, does a `method`, or neither."""
        found = self.declared
        if found.type_of(name) is not None or name in found.associations:
            return "value"
        return "method" if name in found.methods else None

    def model_is(self, model: str) -> bool:
        """Whether its model is `model`, or a kind of it."""
        return model in ancestors(self.model)

    # -- for the functions behind the tables -----------------------------------------------------------------------

    @property
    def columns(self) -> Mapping[str, RunValue]:
        """The columns as they are kept. Raises LookupError where the record is gone."""
        row = self.catalog.records.find(self.model, self.id)
        if row is None:
            raise LookupError(f"{self.class_name} {self.id} is not there any more")
        return row.columns

    def column(self, name: str) -> RunValue:
        """What is kept in the column `name`, nil where nothing is; references are records."""
        return self.catalog.present(self.columns.get(name))

    def write(self, **columns: RunValue) -> None:
        """Writes `columns`."""
        self.change(lambda _: columns)

    def change(self, change: Callable[[Mapping[str, RunValue]], Mapping[str, RunValue]]) -> None:
        """Changes columns under lock: `change` gets them as they stand and gives those to write."""
        self.catalog.records.write(self.reference, change)

    def command(self, name: str, *arguments: RunValue) -> RunValue:
        """Has the records do `name`, and gives what they answer."""
        from aelang.services.ports import Command

        answer = self.catalog.records.execute(Command(name, self.reference, arguments))
        return self.catalog.present(answer)

    def many(self, model: str, **conditions: RunValue) -> list["Record"]:
        """The records of `model` whose columns equal `conditions`."""
        return self.catalog.records_of(self.catalog.records.where(model, conditions))

    def one(self, name: str) -> "Record | None":
        """The record to which the association `name` leads."""
        found = self._associated(self.declared.associations[name])
        return found if isinstance(found, Record) else None

    def all(self, name: str) -> list["Record"]:
        """The records to which the association `name` leads."""
        found = self._associated(self.declared.associations[name])
        return [each for each in found if isinstance(each, Record)] if isinstance(found, list) else []

    # -- reading ---------------------------------------------------------------------------------------------------

    def _read_part(self, name: str, arguments: tuple[RunValue, ...]) -> RunValue:
        found = self.declared
        if arguments and found.type_of(name) is not None:
            raise LookupError(f"`{name}` of {self.class_name} takes no argument")
        if name in found.attributes:
            return self.column(name)
        if name in found.virtual:
            return self._virtual(name, found.virtual[name])
        if name in found.associations:
            return self._associated(found.associations[name])
        if name.startswith(NORMALIZED):  # anything that a record has can be read so (REQUESTS 2.3)
            return normalized(self._read_part(name.removeprefix(NORMALIZED), arguments))
        raise LookupError(f"{self.class_name} has no `{name}`{_hint(name, found)}")

    def _virtual(self, name: str, virtual: "Virtual") -> RunValue:
        given = self.column(name)
        if given is not None or virtual.how == "given":
            return given
        if virtual.how == "as":
            return self.column(virtual.column)
        return self._function(virtual.column)(self, name)

    def _associated(self, association: "Association") -> RunValue:
        match association.how:
            case "self":
                return self
            case "as":
                return self._associated(self.declared.associations[association.key])
            case "by" if association.many:
                return list(self.many(association.model, **{association.key: self.id}))
            case "by":
                return self._kept(association)
            case "whose":
                return [
                    each for each in self.many(association.model) if self.reference in _references(each, association)
                ]
            case _:
                return self._listed(association)

    def _kept(self, association: "Association") -> RunValue:
        columns = self.columns
        number = columns.get(association.key)
        model = association.model
        if model == "any":
            model = str(columns.get(association.key.removesuffix("_id") + "_type") or "")
        return self.catalog.find(model, number) if isinstance(number, int) and self.catalog.knows(model) else None

    def _listed(self, association: "Association") -> RunValue:
        given = self.column(association.name)
        if given is None and association.how == "computed":
            return self._function(association.key)(self, association.name)
        if not association.many:
            return given
        return [each for each in given if each is not None] if isinstance(given, list) else []

    def _act(self, method: "Method", arguments: tuple[RunValue, ...]) -> RunValue:
        if not method.least <= len(arguments) <= method.most:
            raise ValueError(f"`{method.name}` of {self.class_name} takes {_counted(method)}, not {len(arguments)}")
        match method.how:
            case "commands":
                self.command(method.name, *arguments)
                return True
            case "asks":
                return self.command(method.name, *arguments)
            case _:
                return self._function(method.function)(self, method.name, *arguments)

    def _function(self, name: str) -> Callable[..., RunValue]:
        from aelang.services.functions import FUNCTIONS

        return FUNCTIONS[name.rstrip("?=")]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self.reference == other.reference

    def __hash__(self) -> int:
        return hash(self.reference)

    def __str__(self) -> str:
        return f"<{self.class_name} {self.id}>"

    __repr__ = __str__


NORMALIZED = "normalized_"
_SIGNS = str.maketrans(dict.fromkeys([*map(chr, range(33)), "\x7f", *'<>#%"{}|\\^[]`'], "_"))


def normalized(value: RunValue) -> RunValue:
    """A text as it may stand in a path: blanks and signs that mean something there are `_`."""
    return value.translate(_SIGNS) if isinstance(value, str) else value


def word(value: RunValue) -> str:
    """The text of a name that may be given as a symbol. Raises ValueError."""
    match value:
        case Symbol(name):
            return name
        case str():
            return value
        case _:
            raise ValueError(f"a name is text or a symbol, not {value!r}")


def _references(record: Record, association: "Association") -> Sequence[object]:
    listed = record.columns.get(association.key)
    return listed if isinstance(listed, list) else ()


def _hint(name: str, declared: "Declared") -> str:
    from aelang.diagnostics import did_you_mean

    hint = did_you_mean(name, [*declared.attributes, *declared.virtual, *declared.associations, *declared.methods])
    return f": {hint}" if hint else ""


def _counted(method: "Method") -> str:
    if method.least == method.most:
        return "no argument" if not method.most else f"{method.most} argument{'s' * (method.most > 1)}"
    return f"{method.least} or more arguments" if method.most > 9 else f"{method.least} to {method.most} arguments"
