"""A run's trace, line by line: for people, as ManageIQ's automation.log has it, or as JSON."""

import json
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
from aelang.logs.classic import log_line


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
        case CutOff(_, state):
            return "the run was cut off here" + (f", in state {state}" if state else "") + ": its worker had ended"
        case Logged(_, level, text):
            return f"{level}: {text}"
        case _:
            assert_never(event)


def _target(uri: str) -> str:
    return uri.removeprefix("miqaedb:")


def json_line(event: Event) -> str:
    """`event` as one JSON object; `event` in it is its name."""
    return json.dumps({"event": type(event).__name__, **event._asdict()}, ensure_ascii=False)


RENDERERS = {"text": text_line, "log": log_line, "json": json_line}
"""The renderings by the name that `--trace-format` gives them."""
