"""The lines of ManageIQ's automation.log: how the reference engine tells each event of a run (ENGINE-FACTS 11.8)."""

from typing import assert_never

from aelang.interpreter.trace import (
    CutOff,
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
        case CutOff(_, state):
            return "warn: The run was cut off" + (f" in State=[{state}]" if state else "")
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
