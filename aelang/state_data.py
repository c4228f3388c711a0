"""State variables and saved states as the YAML that the arguments ae_state_data and ae_state_previous carry."""

from aelang.interpreter.failures import ConversionError
from aelang.interpreter.values import RunValue, Symbol
from aelang.syntax import psych
from aelang.syntax.yaml import Mapping, Node, Sequence, parse_yaml


def read_state(text: str) -> dict[str, RunValue]:
    """The mapping that `text` writes, its values with the types that YAML gives them. Raises ConversionError."""
    document = parse_yaml(text.encode())
    if document.diagnostics or not isinstance(document.root, Mapping):
        reason = document.diagnostics[0].message if document.diagnostics else "it is no mapping"
        raise ConversionError(f"the state in the arguments cannot be read: {reason}")
    return {key: _value(node) for key, node in document.root.entries.items()}


def _value(node: Node) -> RunValue:
    match node:
        case Mapping(entries):
            return {key: _value(each) for key, each in entries.items()}
        case Sequence(items):
            return [_value(each) for each in items]
        case (text, _, _, _, _, plain):
            return text if plain is None else _typed(psych.type_of(plain))


def _typed(value: psych.Typed) -> RunValue:
    match value:
        case psych.Symbol(name):
            return Symbol(name)
        case psych.Moment(text, _):
            return text
        case _:
            return value
