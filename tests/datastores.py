"""Datastores for tests, said in a line a field, compiled without files."""

from collections.abc import Mapping, Sequence

from aelang import ir, model
from aelang.compiler.classes import compile_class
from aelang.compiler.overlay import class_entry
from aelang.diagnostics import Diagnostic
from aelang.engine import Engine
from aelang.interpreter.limits import Limits
from aelang.interpreter.outcome import Finished

Written = Mapping[str, str | None]


def texts(written: Written) -> dict[str, model.Text]:
    """`written` as the attributes of a file."""
    return {key: model.Text(value, 1, 1, 1, 1) for key, value in written.items()}


def field(kind: str, name: str, value: str | None = None, **others: str | None) -> model.Field:
    """A field with a default value; `others` are its other keys."""
    return model.Field(texts({"aetype": kind, "name": name, "default_value": value, **others}))


def instance(name: str, _inherits: str | None = None, **values: str | None) -> model.Instance:
    """An instance with a value a field."""
    said = tuple(model.Value(model.Text(field), texts({"value": value})) for field, value in values.items())
    return model.Instance(texts({"name": name, "inherits": _inherits}), said, f"{name}.yaml")


def klass(
    path: str,
    schema: Sequence[model.Field] = (),
    instances: Sequence[model.Instance] = (),
    methods: Sequence[model.Method] = (),
    domain: str = "D",
    **others: str | None,
) -> model.Class:
    """A class of the domain D, or another; `others` are more of its attributes."""
    name = path.rpartition("/")[2]
    return model.Class(
        domain, path, texts({"name": name, **others}), tuple(schema), tuple(instances), tuple(methods), f"{path}.yaml"
    )


def compiled(*classes: model.Class) -> tuple[ir.Image, tuple[Diagnostic, ...]]:
    """The image of `classes`, the domains in the order in which they first occur, and what was found."""
    domains = dict.fromkeys(each.domain for each in classes)
    index = ir.Index([ir.DomainEntry(name, True) for name in domains], map(class_entry, classes))
    by_path = {f"{each.domain}/{each.path}".lower(): each for each in classes}
    results = [compile_class(each, index, lambda path: by_path.get(path.lower())) for each in classes]
    records = {each.klass.path.lower(): ir.to_json(each.heir or each.klass) for each in results}
    return ir.Image(index, records.get), tuple(found for each in results for found in each.diagnostics)


def engine(*classes: model.Class, limits: Limits = Limits()) -> Engine:  # noqa: B008 - immutable
    """An engine over `classes`."""
    return Engine(compiled(*classes)[0], limits=limits)


def attributes(uri: str, *classes: model.Class) -> dict[str, object]:
    """The attributes of the root after a run of `uri`, without those of the caller."""
    outcome = engine(*classes).run(uri)
    assert isinstance(outcome, Finished), outcome
    return {name: value for name, value in outcome.root.items() if name not in ("user", "tenant", "miq_group")}
