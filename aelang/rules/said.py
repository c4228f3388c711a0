"""Said: one field, value or input as it is written, with what it means, for the rules that need no more than that."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from aelang import ir, model
from aelang.names import fold, is_blank
from aelang.source import Span


class Said(NamedTuple):
    """What a class says of a field, an instance of its value, or a method of an input.

    `main` is the key of the value itself: `default_value`, or `value`. `node` is what the field means for the class or
    instance at hand; of an input there is none. `text` is the value as a run reads it, where it is one of an attribute
    or an input, which is then converted to `datatype`.
    """

    what: str
    name: str
    attributes: model.Attributes
    main: str
    source: str
    node: ir.Field | None
    datatype: str | None = None
    text: ir.Text = None

    def value(self) -> str | None:
        """The value as it is written here."""
        said = self.attributes.get(self.main)
        return None if said is None else said.value

    def span(self, key: str) -> Span:
        """Where what stands under `key` is."""
        return self.attributes[key].span(self.source)


def positions_in(compiled: ir.Class) -> dict[str, int]:
    """The positions of the fields by their folded names."""
    return {fold(field.name): at for at, field in enumerate(compiled.fields)}


def words_of(klass: model.Class, compiled: ir.Class, positions: Mapping[str, int]) -> Iterator[tuple[Said, str]]:
    """What the fields, instances and methods of `klass`, which means `compiled`, say; each with the name of its
    instance, where it is one's. Fields that take part in no run are left out; `positions` has the others."""
    datatypes = {fold(field.name): field.get("datatype") for field in klass.schema}
    for field in klass.schema:
        name = fold(field.name)
        at = positions.get(name)
        if at is not None:
            node = compiled.fields[at]
            yield _said("field", field.attributes, "default_value", klass.source, node, datatypes[name]), ""
    for instance in klass.instances:
        meaning = compiled.instances.get(fold(instance.name))
        own = {} if meaning is None else meaning.fields
        for value in instance.values:
            name = fold(value.name.value or "")
            at = positions.get(name)
            if at is not None:
                node = own.get(at) or compiled.fields[at]
                said = _said("value", value.attributes, "value", instance.source, node, datatypes.get(name))
                yield said, instance.name


def inputs_of(method: model.Method, compiled: ir.Method) -> Iterator[Said]:
    """What `method`, which means `compiled`, says of its inputs."""
    meanings = {each.name: each for each in compiled.inputs}
    for each in method.inputs:
        found = meanings.get(each.name)
        if found is not None:
            yield Said(
                "input", each.name, each.attributes, "default_value", method.source, None, found.datatype, found.default
            )


def _said(
    what: str, attributes: model.Attributes, main: str, source: str, node: ir.Field, datatype: str | None
) -> Said:
    said = attributes.get(main)
    if type(node) is ir.AttributeField and said is not None and not is_blank(said.value):
        return Said(what, node.name, attributes, main, source, node, node.datatype, node.text)
    return Said(what, node.name, attributes, main, source, node, datatype)
