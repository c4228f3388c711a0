"""A run's trace, line by line: for people, as ManageIQ's automation.log has it, or as JSON."""

import json
from typing import assert_never

from aelang.interpreter.trace import (
    Dropped,
    Event,
    Followed,
    Following,
    Instantiating,
    Logged,
    MethodCalled,
    MethodEnded,
    Missing,
    PassedOver,
    StateEntered,
    StateProcessed,
    Undone,
    UpdatedNamespace,
)

_EXITS = {0: "MIQ_OK", 4: "MIQ_WARN", 8: "MIQ_STOP", 16: "MIQ_ABORT"}


def text_line(event: Event) -> str:
    """`event` for people, two blanks further in for each object it is inside of; blank where it says nothing new."""
    said = _said(event)
    return "  " * event.depth + said if said else ""


def _said(event: Event) -> str:
    match event:
        case Instantiating(_, uri):
            return f"Instantiating {uri}"
        case UpdatedNamespace(_, uri, namespace):
            # of a method the next line says the same
            return f"  in {namespace}" if uri.startswith(("/", "miqaedb:")) else ""
        case Following(_, uri, field):
            return f"Following {_target(uri)}  ({field})"
        case Followed(_, uri, field):
            return f"Followed  {_target(uri)}  ({field})"
        case Missing(_, path):
            return f"  {path} is not there, .missing is tried"
        case Dropped(_, path, failure, message, climbs):
            return f"{path} {'ends the run' if climbs else 'comes to nothing'}: {failure}: {message}"
        case MethodCalled(_, path, location, inputs, skipped):
            return f"{'Passing over' if skipped else 'Calling'} {path}({inputs.strip('{}')})  [{location}]"
        case MethodEnded(_, path, code):
            return f"Back from {path} with {code}"
        case PassedOver(_, field):
            return f"Passing over {field}, its condition says no"
        case StateEntered(_, state):
            return f"State {state}"
        case StateProcessed(_, state, result, next_state):
            return f"State {state} left with {result}" + (f", next is {next_state}" if next_state else "")
        case Undone(_, state, result):
            return f"State {state} undone with {result}"
        case Logged(_, level, text):
            return f"{level}: {text}"
        case _:
            assert_never(event)


def _target(uri: str) -> str:
    return uri.removeprefix("miqaedb:")


def log_line(event: Event) -> str:
    """`event` as the reference engine logs it: the level and the text (ENGINE-FACTS 11.8)."""
    match event:
        case Instantiating(_, uri):
            return f"info: Instantiating [{uri}]"
        case UpdatedNamespace(_, uri, namespace):
            return f"info: Updated namespace [{uri}  {namespace}]"
        case Following(_, uri):
            return f"info: Following Relationship [{uri}]"
        case Followed(_, uri):
            return f"info: Followed  Relationship [{uri}]"
        case Missing(_, path):
            return f"info: Instance [{path}] not found in MiqAeDatastore - trying [.missing]"
        case Dropped(_, _, failure, message):
            return _dropped_line(failure, message)
        case MethodCalled(_, path, location, inputs, skipped):
            return _called_line(path, location, inputs, skipped=skipped)
        case MethodEnded(_, _, code):
            return (
                f"{'warn' if code == 4 else 'info'}: Method exited with rc={_EXITS.get(code, f'Unknown RC: [{code}]')}"
            )
        case PassedOver(_, field):
            return f"info: Passing over Field=[{field}], its condition says no"
        case StateEntered(_, state):
            return f"info: Processing State=[{state}]"
        case StateProcessed(_, state, result, next_state):
            return f"info: Processed State=[{state}] with Result=[{result}], Next State=[{next_state}]"
        case Undone(_, state, result):
            return f"info: Undone State=[{state}] with Result=[{result}]"
        case Logged(_, level, text):
            return f"{level}: {text}"
        case _:
            assert_never(event)


def _dropped_line(failure: str, message: str) -> str:
    match failure:
        case "AssertionFailure":
            return f"info: {message}"
        case "StopInstantiation":
            return f"info: Stopping instantiation because [{message}]"
        case "AbortInstantiation":
            return f"info: Aborting instantiation because [{message}]"
        case "UnknownMethodRc":
            return f"error: Aborting instantiation (unknown method return code) because [{message}]"
        case _:
            return f"error: {message}"


def _called_line(path: str, location: str, inputs: str, *, skipped: bool) -> str:
    if skipped:
        return f"info: Workspace Instantiation is READONLY -- skipping method [{path}] with inputs [{inputs}]"
    return f"info: Invoking [{location}] method [{path}] with inputs [{inputs}]"


def json_line(event: Event) -> str:
    """`event` as one JSON object; `event` in it is its name."""
    return json.dumps({"event": type(event).__name__, **event._asdict()}, ensure_ascii=False)


RENDERERS = {"text": text_line, "log": log_line, "json": json_line}
"""The renderings by the name that `--trace-format` gives them."""
