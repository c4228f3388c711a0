"""Instances as a method reads them: the values of their fields, as text, without building anything."""

import re
from fnmatch import translate
from typing import assert_never

from aelang import ir
from aelang.interpreter.runtime import Runtime
from aelang.interpreter.values import MASK
from aelang.names import fold, split_path


def values(runtime: Runtime, path: str) -> dict[str, str | None] | None:
    """The values of the instance at `path` by field, None where there is none. A path without domain is looked up."""
    parts = split_path(path)
    if parts.klass is None or parts.instance is None:
        return None
    found = runtime.search(parts)
    namespace = parts.namespace if found is None else found
    home = runtime.class_at(f"{namespace}/{parts.klass}")
    if home is None or fold(parts.instance) not in home.ir.instances:
        return None
    return _values(home.ir, fold(parts.instance))


def matching(runtime: Runtime, path: str, *, full_paths: bool) -> dict[str, dict[str, str | None]]:
    """The values of the instances of one class whose name matches the last part of `path` (`*` any text, `?` any
    character), by name or by full path."""
    parts = split_path(path)
    home = _class_of(runtime, f"{parts.namespace}/{parts.klass}")
    if home is None:
        return {}
    pattern = re.compile(translate(fold(parts.instance or "*")))
    return {
        f"/{home.path}/{instance.name}" if full_paths else instance.name: _values(home, key)
        for key, instance in home.instances.items()
        if pattern.match(key)
    }


def _class_of(runtime: Runtime, path: str) -> ir.Class | None:
    exact = runtime.class_at(path)
    if exact is not None:
        return exact.ir
    layers = runtime.image.index.layers(path.removeprefix("/"))
    found = runtime.class_at(layers[0].path) if layers else None
    return None if found is None else found.ir


def _values(klass: ir.Class, instance: str) -> dict[str, str | None]:
    own = klass.instances[instance].fields
    return {field.name: _value(own.get(at, field)) for at, field in enumerate(klass.fields)}


def _value(field: ir.Field) -> str | None:
    match field:
        case ir.AssertionField():
            return " || ".join(text_of(each.text) or "" for each in field.tests) or None
        case ir.AttributeField(datatype="password"):
            return None if field.text is None else MASK
        case ir.AttributeField():
            return text_of(field.text)
        case ir.StateField(is_step=True, action=ir.Action(text)):
            return (text_of(text) or "").removesuffix(_MESSAGE_OF_STEP)
        case _:
            return None if field.action is None else text_of(field.action.text)


_MESSAGE_OF_STEP = "#${#ae_message}"
"""What the compiler put behind the target of a step, and its author did not."""


def text_of(text: ir.Text) -> str | None:
    """`text` as its author wrote it, near enough; nil is None."""
    match text:
        case None | str():
            return text
        case ir.Template(parts):
            return "".join(part if isinstance(part, str) else f"${{{_reference(part)}}}" for part in parts)
        case ir.Coalesced(options):
            return " || ".join(text_of(option) or "" for option in options)
        case _:
            assert_never(text)


def _reference(reference: ir.Reference) -> str:
    match reference:
        case ir.Lookup(path, attribute, steps):
            return f"{path}#{attribute}{_steps(steps)}"
        case ir.StateVariable(name, steps):
            return f"state_var#{name}{_steps(steps)}"
        case ir.CurrentMessage():
            return "!current_message"
        case ir.InstanceLookup(uri):
            return uri
        case ir.Faulty():
            return ""
        case _:
            assert_never(reference)


def _steps(steps: tuple[ir.Step, ...]) -> str:
    return "".join(f".{step.name}{_argument(step)}" for step in steps)


def _argument(step: ir.Step) -> str:
    return "" if step.argument is None else f"({':' if step.symbol else ''}{step.argument})"
