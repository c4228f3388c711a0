"""Methods of location `uri`: a program of this machine, if aelang.toml allows it.

`data` is its whole path. It gets the inputs as one JSON object on its standard input; its exit code is the method's.
"""

import json

from aelang.interpreter.failures import InvalidMethod
from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.interpreter.values import Password, RunValue, Symbol, to_text
from aelang.methods.outside import Ended, run_outside
from aelang.methods.results import Lines, result
from aelang.methods.settings import Settings


class ProgramRunner:
    """Runs the programs that `settings` allow."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod for a program that is not allowed, or cannot be started."""
        path = (call.method.data or "").strip().removeprefix("file://")
        if path not in self._settings.programs:
            raise InvalidMethod(
                f"method [/{call.method.path}] is the program {path!r}, which is not allowed: aelang.toml has to"
                " name it under [methods], programs"
            )
        lines = {"out": Lines(call.handle, "info", "STDOUT"), "err": Lines(call.handle, "error", "STDERR")}
        try:
            ended = run_outside(
                [path], self._settings, given_inputs(call), lambda name, data: lines[name].take(data), {}, {}
            )
        except OSError as fault:
            raise InvalidMethod(f"method [/{call.method.path}]: {path} cannot be run: {fault.strerror}") from None
        for each in lines.values():
            each.end()
        return told(call, ended)


def told(call: MethodCall, ended: Ended) -> MethodResult:
    """What a program's end means for its method."""
    return result(call, 1 if ended.reason else ended.code, "", ended.reason)


def given_inputs(call: MethodCall) -> bytes:
    """The inputs as one JSON object; passwords in the clear, since the program has to use them."""
    return json.dumps({name: plain(call, value) for name, value in call.inputs.items()}).encode()


def plain(call: MethodCall, value: RunValue) -> object:
    """`value` as JSON has it."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Symbol(name):
            return name
        case Password():
            return call.handle.decrypt(value)
        case list():
            return [plain(call, each) for each in value]
        case dict():
            return {to_text(key): plain(call, each) for key, each in value.items()}
        case _:
            return to_text(value)
