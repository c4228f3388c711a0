"""Runners of methods, one a location."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aelang.interpreter.failures import InvalidMethod
from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner

if TYPE_CHECKING:
    from aelang.methods.settings import Settings


class Runners:
    """Fills `ports.MethodRunner`: hands each call to the runner of its location, which is imported when it is called.

    `others` are runners by location that go before ours; `spool` is the folder for mail; `settings` gives how far
    methods may go, when the first of them is called, and raises ValueError where what is set cannot be.
    """

    def __init__(
        self,
        others: dict[str, MethodRunner] | None = None,
        spool: str | None = None,
        settings: "Settings | Callable[[], Settings] | None" = None,
    ) -> None:
        self._runners = dict(others or {})
        self._spool = spool
        self._settings = settings

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod where no runner takes its location."""
        location = call.method.location.strip().lower()
        runner = self._runners.get(location)
        if runner is not None:
            return runner.run(call)
        if location == "builtin":
            from aelang.methods.builtin import run_builtin  # mail and time are imported by those that send some

            return run_builtin(call, self._spool)
        runner = self._runners[location] = self._made(location, call)
        return runner.run(call)

    def close(self) -> None:
        """Ends the processes that stand ready for methods; they are started again by the next call."""
        for runner in self._runners.values():
            close = getattr(runner, "close", None)
            if close is not None:
                close()

    def _read_settings(self) -> "Settings":
        from aelang.methods.settings import Settings

        if self._settings is None or isinstance(self._settings, Settings):
            return self._settings or Settings()
        try:
            return self._settings()
        except ValueError as fault:
            raise InvalidMethod(f"no method can be run: aelang.toml: {fault}") from None

    def _made(self, location: str, call: MethodCall) -> MethodRunner:
        settings = self._read_settings()
        match location:
            case "inline":
                from aelang.methods.inline import InlineRunner

                return InlineRunner(settings)
            case "expression":
                from aelang.methods.expression import ExpressionRunner

                return ExpressionRunner()
            case "playbook":
                from aelang.methods.playbook import PlaybookRunner

                return PlaybookRunner(settings)
            case "uri":
                from aelang.methods.program import ProgramRunner

                return ProgramRunner(settings)
            case _:
                raise InvalidMethod(
                    f"no runner for the method [/{call.method.path}]: its location is `{call.method.location}`;"
                    " --no-methods passes over all methods"
                )
