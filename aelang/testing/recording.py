"""Recording: a run becomes a test: stand-ins that do what the methods did, and what came of it as expectations."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from aelang.engine import Engine
from aelang.interpreter.failures import BY_NAME, AutomateError, DatastoreError
from aelang.interpreter.outcome import Failed, Finished, Outcome, Retry
from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner
from aelang.interpreter.trace import Dropped, Event, Following, MethodCalled, StateProcessed
from aelang.interpreter.values import MASK, Password, RunValue, Symbol, to_text
from aelang.services import Catalog
from aelang.services.record import Record
from aelang.testing.bench import Hindrance, VirtualClock, catalog_of, target
from aelang.testing.nodes import Given
from aelang.testing.parts import CODES
from aelang.testing.session import Session

_LIMIT = 100
_NOT_EXPECTED = frozenset(("user", "tenant", "miq_group", "ae_state_started", "ae_retry_server_affinity"))
"""Attributes of the root that say nothing of the run, or are not the same the next time."""


class Recorded(NamedTuple):
    """A test, as YAML, and what its author ought to know of it."""

    text: str
    notes: tuple[str, ...]


class NotThere(Hindrance):
    """The target that was to be recorded is not in the datastore; `uri` is the target."""

    def __init__(self, said: str, uri: str) -> None:
        super().__init__(said)
        self.uri = uri


class _Deed(NamedTuple):
    """What a method did when it was called."""

    method: str
    root: Mapping[str, RunValue]
    object: Mapping[str, RunValue]
    state_vars: Mapping[str, RunValue]
    result: MethodResult


class _Recorder:
    """Fills `ports.MethodRunner` with `runners`, and keeps what each method did. Builtins are not kept: they do the
    same in a test."""

    def __init__(self, runners: MethodRunner) -> None:
        self._runners = runners
        self.deeds: list[_Deed] = []

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`."""
        if call.method.location.strip().lower() == "builtin":
            return self._runners.run(call)
        handle = call.handle
        before = [dict(each or {}) for each in (handle.root, handle.object, handle.state_vars)]
        result = self._runners.run(call)
        is_root = handle.root is handle.object
        changed = [
            _changed(old, new or {})
            for old, new in zip(before, (handle.root, handle.object, handle.state_vars), strict=True)
        ]
        self.deeds.append(_Deed(f"/{call.method.path}", changed[0], {} if is_root else changed[1], changed[2], result))
        return result


def _changed(before: Mapping[str, RunValue], after: Mapping[str, RunValue]) -> dict[str, RunValue]:
    gone = {name: None for name in before if name not in after}
    return {**{name: value for name, value in after.items() if name not in before or before[name] != value}, **gone}


def record(session: Session, uri: str, arguments: Mapping[str, str], inventory: str | None, user: int) -> Recorded:
    """Runs `uri` on the datastore of `session` until it is done, and gives the test. Raises ProjectError, Hindrance,
    and NotThere for a target that is not there: a test of that would pass as long as nothing answers."""
    compiled = session.where.open()
    runners = session.runners()
    recorder = _Recorder(runners)
    clock = VirtualClock("")
    states: list[str] = []
    begun: list[Event] = []

    def trace(event: Event) -> None:
        if isinstance(event, StateProcessed):
            line = session.render(event).strip()
            states.append(line)
        if isinstance(event, Dropped | Following | MethodCalled) and not begun:
            begun.append(event)

    given = Given(user=user, arguments=arguments)
    try:
        catalog = _records(inventory, user, clock)
        engine = Engine(compiled.image, methods=recorder, catalog=catalog, clock=clock)
        outcome: Outcome = engine.run(target(uri, given), trace=trace)
        _check_there(outcome, begun, uri)
        retries = 0
        while isinstance(outcome, Retry) and retries < _LIMIT:
            retries += 1
            clock.wait(outcome.after)
            outcome = engine.resume(outcome.checkpoint, trace=trace)
    finally:
        runners.close()
        compiled.close()
    lines = [
        *_given_lines(given, inventory),
        *_method_lines(recorder.deeds),
        *_expected_lines(outcome, retries, states),
    ]
    text = "\n".join(("tests:", f"  {_scalar(_title(uri))}:", f"    run: {_scalar(uri)}", *lines))
    return Recorded(text + "\n", tuple(_notes(recorder.deeds)))


def _check_there(outcome: Outcome, begun: Sequence[Event], uri: str) -> None:
    """Raises NotThere where nothing was built, and nothing was followed or called, since the target leads nowhere."""
    if outcome.workspace.root is not None:
        return
    match outcome, begun:
        case Failed(error), []:
            raise NotThere(_failure(error), uri)
        case _, [Dropped(failure=failure, message=message)] if issubclass(BY_NAME[failure], DatastoreError):
            raise NotThere(f"{failure}: {message}", uri)
        case _:
            return


def _records(inventory: str | None, user: int, clock: VirtualClock) -> Catalog:
    if inventory is None:
        return catalog_of(Given(user=user), clock)
    from aelang.inventory_file import load_inventory

    loaded = load_inventory(inventory, user)
    if loaded.catalog is None:
        raise Hindrance(f"the inventory `{inventory}` is faulty: {loaded.diagnostics[0].message}")
    return loaded.catalog


def _title(uri: str) -> str:
    return (
        f"{uri.partition('?')[0].partition('#')[0].rpartition('/')[2] or uri} does what it did when this was recorded"
    )


def _given_lines(given: Given, inventory: str | None) -> Iterator[str]:
    if given.user != 1:
        yield f"    user: {given.user}"
    if inventory is not None:
        yield f"    inventory: {_scalar(inventory)}  # beside this file"
    if given.arguments:
        yield f"    arguments: {flow(dict(given.arguments))}"


# -- methods -------------------------------------------------------------------------------------------------------


def _method_lines(deeds: Sequence[_Deed]) -> Iterator[str]:
    if not deeds:
        return
    yield "    methods:"
    for method in dict.fromkeys(deed.method for deed in deeds):
        acts = [_act(deed) for deed in deeds if deed.method == method]
        while len(acts) > 1 and acts[-1] == acts[-2]:
            acts.pop()  # the last one goes on
        if len(acts) == 1:
            yield f"      {_scalar(method)}: {flow(acts[0])}"
        else:
            yield f"      {_scalar(method)}:"
            yield from (f"        - {flow(act)}" for act in acts)


def _act(deed: _Deed) -> dict[str, RunValue]:
    act: dict[str, RunValue] = {}
    for name, values in (("root", deed.root), ("object", deed.object), ("state_vars", deed.state_vars)):
        writable = {key: value for key, value in values.items() if not _has_password(value)}
        if writable:
            act[name] = writable
    if deed.result.code:
        act["exit"] = {code: name for name, code in CODES.items()}.get(deed.result.code, deed.result.code)
    if deed.result.value not in (None, deed.result.code):
        act["value"] = deed.result.value
    return act


def _has_password(value: RunValue) -> bool:
    return isinstance(value, Password) or MASK in to_text(value)


def _notes(deeds: Sequence[_Deed]) -> Iterator[str]:
    for deed in deeds:
        for values in (deed.root, deed.object, deed.state_vars):
            if any(map(_has_password, values.values())):
                yield f"{deed.method} sets a password, which is not written down"
                break
    if deeds:
        yield "what methods did to records and to other objects than the root and their own is not in the test"


# -- expectations --------------------------------------------------------------------------------------------------


def _expected_lines(outcome: Outcome, retries: int, states: Sequence[str]) -> Iterator[str]:
    yield "    expect:"
    match outcome:
        case Finished(result, reason):
            yield f"      result: {_scalar(result)}"
            if reason:
                yield f"      reason: {_scalar(reason)}"
        case Failed(error):
            yield f"      failed: {_scalar(_failure(error))}"
        case Retry():
            yield "      result: retry"
    if retries:
        yield f"      retries: {retries}"
    root = outcome.workspace.root
    if root is not None:
        private = root.private
        shown = {
            name: value
            for name, value in root.attributes.items()
            if name not in _NOT_EXPECTED and name not in private and value is not None and not _has_password(value)
        }
        yield "      root:" + ("" if shown else " {}")
        yield from (f"        {_scalar(name)}: {_expected(value)}" for name, value in sorted(shown.items()))
    if states:
        yield "      trace:"
        yield from (f"        - {_scalar(line)}" for line in states)


def _failure(error: AutomateError) -> str:
    return f"{type(error).__name__}: {error.message}"


def _expected(value: RunValue) -> str:
    return f"{{is: {flow(value)}}}" if isinstance(value, dict) else flow(value)


# -- YAML ----------------------------------------------------------------------------------------------------------


def flow(value: object) -> str:
    """`value` as it stands in a line of YAML; a symbol as text, since `:a` may not stand inside braces."""
    match value:
        case Symbol(name):
            return _scalar(name)
        case dict():
            return "{" + ", ".join(f"{flow(key)}: {flow(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(flow, value)) + "]"
        case Record():
            return f"{{{value.model}: {value.id}}}"
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return to_text(value)
        case datetime():
            return _scalar(to_text(value))
        case _:
            return _scalar(str(value))


_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/ -.$")


def _scalar(text: str) -> str:
    """`text` as a scalar that YAML reads as text."""
    from aelang.syntax.psych import type_of

    if text and set(text) <= _PLAIN and text == text.strip() and text[0] not in "-. $" and type_of(text) == text:
        return text
    import json

    return json.dumps(text, ensure_ascii=False)
