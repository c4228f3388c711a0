"""Runners of methods, one a location."""

from aelang.interpreter.failures import InvalidMethod
from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner


class Runners:
    """Fills `ports.MethodRunner`: hands each call to the runner of its location.

    `others` are runners by location, beside the builtin one; `spool` is the folder for mail.
    """

    def __init__(self, others: dict[str, MethodRunner] | None = None, spool: str | None = None) -> None:
        self._others = others or {}
        self._spool = spool

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod where no runner takes its location."""
        location = call.method.location.strip().lower()
        runner = self._others.get(location)
        if runner is not None:
            return runner.run(call)
        if location == "builtin":
            from aelang.methods.builtin import run_builtin  # mail and time are imported by those that send some

            return run_builtin(call, self._spool)
        raise InvalidMethod(
            f"no runner for the method [/{call.method.path}]: its location is `{call.method.location}`;"
            " --no-methods passes over all methods"
        )
