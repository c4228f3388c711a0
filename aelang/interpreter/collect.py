"""Collect: what a field takes from its children, or from its own object, into an attribute (ENGINE-FACTS part 6)."""

from collections.abc import Callable
from typing import TypeAlias, assert_never

from aelang import ir
from aelang.interpreter import failures
from aelang.interpreter.failures import ConversionError, InvalidCollection, LimitExceeded
from aelang.interpreter.limits import MOST_ELEMENTS
from aelang.interpreter.statistics import FUNCTIONS
from aelang.interpreter.values import RunValue, Symbol
from aelang.interpreter.workspace import Workspace, WorkspaceObject, object_finder
from aelang.names import fold
from aelang.names.calls import Argument, Attribute

Gather: TypeAlias = Callable[[Workspace, WorkspaceObject, object], None]
"""Collects on the given object from what a relationship led to; from the object itself where that is None."""


def collector(collect: ir.Collect, field: str) -> Gather:
    """What carries out one collect of `field`, whose name is the attribute where the collect names none."""
    match collect:
        case ir.CollectList():
            return _list_collector(collect, field)
        case ir.CollectHash():
            return _hash_collector(collect, field)
        case ir.CollectValue():
            return _value_collector(collect, field)
        case ir.Faulty(error, message):
            kind = failures.BY_NAME[error]

            def fail(workspace: Workspace, obj: WorkspaceObject, led_to: object) -> None:
                raise kind(message)

            return fail
        case _:
            assert_never(collect)


def _list_collector(collect: ir.CollectList, field: str) -> Gather:
    left = _setter(collect.left or field)

    def gather(workspace: Workspace, obj: WorkspaceObject, led_to: object) -> None:
        values = [_argument(each, source) for source in _sources(obj, led_to) for each in collect.elements]
        if values:
            left(workspace, obj, _counted(apply_function(values, collect.function)))

    return gather


def _hash_collector(collect: ir.CollectHash, field: str) -> Gather:
    left = _setter(collect.left or field)

    def gather(workspace: Workspace, obj: WorkspaceObject, led_to: object) -> None:
        values: dict[RunValue, RunValue] = {}
        for key, name in collect.pairs:
            for source in _sources(obj, led_to):
                values[_key(key, source)] = source.attributes.get(fold(name))
        if values:
            left(workspace, obj, _counted(values))

    return gather


def _counted(value: RunValue) -> RunValue:
    """`value`, once it is known that it does not hold too much. Raises LimitExceeded."""
    count = 0
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list | dict):
            count += len(each)
            if count > MOST_ELEMENTS:
                raise LimitExceeded(f"a collected list comes to more than {MOST_ELEMENTS} elements")
            waiting += each.values() if isinstance(each, dict) else each
    return value


def _value_collector(collect: ir.CollectValue, field: str) -> Gather:
    name = fold(collect.name)
    own = _setter(collect.left or field)
    child = _setter(collect.left or collect.name)

    def gather(workspace: Workspace, obj: WorkspaceObject, led_to: object) -> None:
        values = [source.attributes.get(name) for source in _sources(obj, led_to)]
        value: RunValue = values if isinstance(led_to, list) else values[0]
        (own if led_to is None else child)(workspace, obj, value)

    return gather


def _sources(obj: WorkspaceObject, led_to: object) -> list[WorkspaceObject]:
    if led_to is None:
        return [obj]
    candidates = led_to if isinstance(led_to, list) else [led_to]
    found = [each for each in candidates if isinstance(each, WorkspaceObject)]
    if len(found) < len(candidates):
        raise InvalidCollection("nothing can be collected: the relationship did not lead to an object")
    return found


def _argument(element: Argument, source: WorkspaceObject) -> RunValue:
    return source.attributes.get(fold(element.name)) if isinstance(element, Attribute) else element


def _key(key: str | ir.SymbolKey | Attribute, source: WorkspaceObject) -> RunValue:
    match key:
        case str():
            return key
        case ir.SymbolKey(name):
            return Symbol(name)
        case Attribute(name):
            return _hashable(source.attributes.get(fold(name)))
        case _:
            assert_never(key)


def _hashable(value: RunValue) -> RunValue:
    if isinstance(value, list | dict):
        raise ConversionError("a list or hash cannot be a key")
    return value


def _setter(left: str) -> Callable[[Workspace, WorkspaceObject, RunValue], None]:
    """What sets the attribute `left` names: the object's own, or with a path (`/x`, `../x`, `Class/x`) another's."""
    path, slash, name = left.rstrip("/").rpartition("/")
    name = fold(name)
    if not slash:

        def set_own(workspace: Workspace, obj: WorkspaceObject, value: RunValue) -> None:
            obj.attributes[name] = value

        return set_own
    find = object_finder("/" if left.startswith("/") else path)

    def set_elsewhere(workspace: Workspace, obj: WorkspaceObject, value: RunValue) -> None:
        found = find(workspace)
        if found is not None:
            found.attributes[name] = value

    return set_elsewhere


def apply_function(values: list[RunValue], function: str | None) -> RunValue:
    """`values` under a function of LANGUAGE 3; an unknown one and a list of nothing but nils change nothing.

    Raises ConversionError for values that cannot be sorted or added (D3).
    """
    act = FUNCTIONS.get(function.lower()) if function is not None else None
    if act is None or all(value is None for value in values):
        return values
    try:
        return act(values)
    except OverflowError:
        raise ConversionError(f"{function} comes to a number that is too large") from None
