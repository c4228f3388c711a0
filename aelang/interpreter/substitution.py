"""Substitution: a template and a workspace make a text (LANGUAGE 3, ENGINE-FACTS part 4).

Each node becomes a closure once. A missing attribute is empty text, a missing object ends the run; in an assertion
(`required`) a missing attribute ends it too.
"""

from collections.abc import Callable
from typing import TypeAlias, assert_never

from aelang import ir
from aelang.interpreter import failures
from aelang.interpreter.conversion import is_blank_value
from aelang.interpreter.failures import (
    AttributeNotFound,
    AutomateError,
    InvalidPathFormat,
    LimitExceeded,
    ObjectNotFound,
)
from aelang.interpreter.limits import LONG_TEXT, MOST_TEXT
from aelang.interpreter.objects import build_object, plan_of
from aelang.interpreter.reading import CannotRead, read_of
from aelang.interpreter.trace import UpdatedNamespace
from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.interpreter.workspace import Workspace, object_finder
from aelang.names import InstancePath, fold

Read: TypeAlias = Callable[[Workspace], RunValue]
Write: TypeAlias = Callable[[Workspace], str]


def text_reader(text: ir.Text) -> Read:
    """What gives the value of `text`: itself where it is fixed, None for nil."""
    match text:
        case None | str():
            return lambda workspace: text
        case ir.Template():
            return template_writer(text)
        case ir.Coalesced(options):
            return _coalesced_reader(options)
        case _:
            assert_never(text)


def template_writer(template: ir.Template) -> Write:
    """What puts `template` together."""
    texts, writers = [""], []
    for part in template.parts:
        if isinstance(part, str):
            texts[-1] += part
        else:
            writers.append(_writer(part))
            texts.append("")
    match writers:
        case [one]:
            before, after = texts
            if not before and not after:
                return one
            return lambda workspace: _counted(before + one(workspace) + after, workspace)
        case [one, two]:
            before, between, after = texts
            return lambda workspace: _counted(before + one(workspace) + between + two(workspace) + after, workspace)
        case _:
            frame = "%s".join(text.replace("%", "%%") for text in texts)
            return lambda workspace: frame % _all_counted([write(workspace) for write in writers], workspace)


def _counted(text: str, workspace: Workspace) -> str:
    """`text`, once it is known that the texts of the run do not come to too much. Raises LimitExceeded."""
    if len(text) > LONG_TEXT:
        _count(len(text), workspace)
    return text


def _all_counted(texts: list[str], workspace: Workspace) -> tuple[str, ...]:
    """`texts`, before they are put together: a thousand long ones would already be too much."""
    length = sum(map(len, texts))
    if length > LONG_TEXT:
        _count(length, workspace)
    return tuple(texts)


def _count(length: int, workspace: Workspace) -> None:
    workspace.long_texts += length
    if workspace.long_texts > MOST_TEXT:
        raise LimitExceeded(f"the substituted texts of the run come to more than {MOST_TEXT // 1024 // 1024} MB")


def _writer(reference: ir.Reference) -> Write:
    if isinstance(reference, ir.Lookup) and not reference.object and not reference.steps:
        return _own_attribute_writer(fold(reference.attribute))
    read = reference_reader(reference, required=False)

    def write(workspace: Workspace) -> str:
        value = read(workspace)
        return value if type(value) is str else to_text(value)

    return write


def _own_attribute_writer(name: str) -> Write:
    """The commonest reference, `${#name}`, without a detour."""

    def write(workspace: Workspace) -> str:
        value = workspace.current.attributes.get(name)  # type: ignore[union-attr]  # substitution has an object in hand
        return value if type(value) is str else to_text(value)

    return write


def _coalesced_reader(options: tuple[str | ir.Template, ...]) -> Read:
    """The first option that is not blank, else what the last one gave; each swallows its errors (ENGINE-FACTS 5.2)."""
    readers = [text_reader(option) for option in options]

    def read(workspace: Workspace) -> RunValue:
        value: RunValue = None
        for option in readers:
            try:
                value = option(workspace)
            except AutomateError as failure:
                workspace.warn(f"{failure.message}, in a null coalescing value")
                value = None
            if not is_blank_value(value):
                break
        return value

    return read


def reference_reader(reference: ir.Reference, *, required: bool) -> Read:
    """What gives the value behind `reference`, with its type."""
    match reference:
        case ir.Lookup(path, attribute, steps):
            return _with_steps(_attribute_reader(path, attribute, required=required), steps)
        case ir.StateVariable(name, steps):
            return _with_steps(_state_variable_reader(name, required=required), steps)
        case ir.CurrentMessage():
            return lambda workspace: workspace.current.message if workspace.current is not None else None
        case ir.InstanceLookup():
            return lambda workspace: _look_up_instance(workspace, reference)
        case ir.Faulty(error, message):
            return _raiser(error, message)
        case _:
            assert_never(reference)


def _raiser(error: str, message: str) -> Read:
    kind = failures.BY_NAME[error]

    def read(workspace: Workspace) -> RunValue:
        raise kind(message)

    return read


def _attribute_reader(path: str, attribute: str, *, required: bool) -> Read:
    find, name = object_finder(path), fold(attribute)

    def read(workspace: Workspace) -> RunValue:
        obj = find(workspace)
        if obj is None:
            raise ObjectNotFound(f"no object at [{path}], for the attribute [{attribute}]")
        if required and name not in obj.attributes:
            raise AttributeNotFound(f"no attribute [{attribute}] in the object [{path or '.'}]")
        return obj.attributes.get(name)

    return read


def _state_variable_reader(name: str, *, required: bool) -> Read:
    def read(workspace: Workspace) -> RunValue:
        if required and name not in workspace.state_vars:
            raise AttributeNotFound(f"no state variable [{name}]")
        return workspace.state_vars.get(name)

    return read


def _with_steps(read: Read, steps: tuple[ir.Step, ...]) -> Read:
    if not steps:
        return read

    def read_chain(workspace: Workspace) -> RunValue:
        value = read(workspace)
        try:
            for step in steps:
                if not step.name.isidentifier():
                    raise CannotRead(f"[{step.name}] is no name of a step")
                value = read_of(value, step.name, _argument(step))
        except CannotRead as fault:
            workspace.warn(f"in a substitution: {fault}")
            return None
        return value

    return read_chain


def _argument(step: ir.Step) -> tuple[RunValue, ...]:
    if step.argument is None:
        return ()
    return (Symbol(step.argument) if step.symbol else step.argument,)


def _look_up_instance(workspace: Workspace, reference: ir.InstanceLookup) -> RunValue:
    """`${miqaedb:...}`: an object outside the tree whose attribute fields alone are processed; what they refer to is
    the object in hand (ENGINE-FACTS 4.8)."""
    runtime = workspace.runtime
    path = InstancePath(reference.namespace, reference.klass, reference.instance)
    found = runtime.search(path)
    if found is not None:
        workspace.emit(UpdatedNamespace(len(workspace.stack), reference.uri, found))
    limits = runtime.limits
    if len(workspace.stack) + workspace.lookups >= limits.depth:
        raise LimitExceeded(f"more than {limits.depth} objects inside each other at {reference.uri}")
    namespace = reference.namespace if found is None else found
    home = runtime.class_at(f"{namespace}/{reference.klass}")
    obj = build_object(workspace, home, namespace, reference.klass or "", reference.instance)
    acts = plan_of(workspace, obj, reference.message).attributes
    workspace.steps += len(acts) + 1
    if workspace.steps > limits.steps:
        raise LimitExceeded(f"more than {limits.steps} fields processed")
    workspace.lookups += 1
    try:
        for act in acts:
            act(workspace, obj)
    finally:
        workspace.lookups -= 1
    if reference.attribute is None:
        raise InvalidPathFormat(f"[{reference.uri}] names no attribute: end it with /attribute")
    return obj.attributes.get(fold(reference.attribute))
