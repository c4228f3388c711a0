"""Instances as a method reads them: the values of their fields, as text, without building anything."""

import re
from fnmatch import translate

from aelang import ir
from aelang.interpreter.runtime import Runtime
from aelang.interpreter.values import MASK
from aelang.ir.texts import text_of
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


def paths(runtime: Runtime, path: str) -> list[str]:
    """The instances of the class at `path`, without a domain, in all enabled domains, each once; `.missing` is none."""
    found: dict[str, str] = {}
    for layer in reversed(runtime.image.index.layers(path.removeprefix("/"))):
        home = runtime.class_at(layer.path)
        if home is not None:
            found.update((key, each.name) for key, each in home.ir.instances.items() if key != fold(".missing"))
    return [f"{path}/{name}" for _, name in sorted(found.items())]


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
