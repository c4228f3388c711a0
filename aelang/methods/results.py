"""What all runners of processes share: output as lines of the trace, and an end as a method's result."""

from aelang.interpreter.ports import Handle, MethodCall, MethodResult
from aelang.interpreter.values import sanitize

NAMES = {0: "MIQ_OK", 4: "MIQ_WARN", 8: "MIQ_STOP", 16: "MIQ_ABORT"}
"""The exit codes that mean something."""

LONGEST_LINE = 4000


class Lines:
    """Output that becomes lines of the trace."""

    def __init__(self, handle: Handle, level: str, name: str) -> None:
        self._handle = handle
        self._level = level
        self._name = name
        self._rest = b""

    def take(self, data: bytes) -> None:
        """Logs the lines that are whole with `data`, and keeps the rest."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._log(line)
        if len(self._rest) > LONGEST_LINE:
            self.end()

    def end(self) -> None:
        """Logs what is left."""
        if self._rest:
            self._log(self._rest)
        self._rest = b""

    def _log(self, line: bytes) -> None:
        text = line[:LONGEST_LINE].decode("utf-8", "replace").rstrip("\r")
        self._handle.log(self._level, f"Method {self._name}: {text}")


def result(call: MethodCall, code: int, message: str, reason: str) -> MethodResult:
    """The result of a call that ended with `code`; a `reason` says why it was ended, and is logged."""
    if reason:
        call.handle.log("error", f"<AEMethod {call.method.name}> was ended: {reason}")
    if reason or code not in NAMES:
        detail = sanitize(f"method [/{call.method.path}]: {reason or message}") if reason or message else ""
        return MethodResult(code, f"Method exited with rc=Unknown RC: [{code}]", None, detail)
    told = f"Method exited with rc={NAMES[code]}"
    return MethodResult(code, f"{told}: {message}" if message else told, code)
