"""One call of a method in a process of its own: its questions answered, its output logged, its end awaited.

Whatever the process does, the call ends: with its exit code, or killed with its whole group and a reason. The clock
counts only while the engine waits for the method, not while it works for it.
"""

import os
import select
import signal
import socket
import time

from aelang.interpreter.failures import InvalidMethod
from aelang.interpreter.ports import MethodCall, MethodResult, ProtocolError
from aelang.methods.conversation import Conversation
from aelang.methods.results import Lines, result
from aelang.methods.settings import Settings
from aelang.methods.warm import Gone, Warm

FAILED = 1
_CHUNK = 65536
_GRACE = 1.0
_PATIENCE = 10.0


def run_process(warm: Warm, call: MethodCall, settings: Settings) -> MethodResult:
    """Runs `call` in a child of `warm`. Raises InvalidMethod where that cannot be started, LimitExceeded where what the
    method asked for went over a limit of the run."""
    ours, theirs = socket.socketpair()
    pipes = [os.pipe2(os.O_CLOEXEC) for _ in range(3)]
    out, err, status = (reading for reading, _ in pipes)
    try:
        number = warm.run((theirs.fileno(), *(writing for _, writing in pipes)))
    except Gone as fault:
        ours.close()
        _close(out, err, status)
        raise InvalidMethod(f"method [/{call.method.path}] cannot be run: {fault}") from None
    finally:
        theirs.close()
        _close(*(writing for _, writing in pipes))
    with ours:
        ours.setblocking(False)
        try:
            return _Watch(warm, number, call, settings, ours, out, err, status).result()
        finally:
            _close(out, err, status)


def _close(*files: int) -> None:
    for each in files:
        os.close(each)


class _Watch:
    """A running call, from the side of the engine."""

    def __init__(
        self, warm: Warm, number: int, call: MethodCall, settings: Settings, ours: socket.socket, out: int, err: int,
        status: int,
    ) -> None:  # fmt: skip
        self._warm, self._number, self._call, self._settings = warm, number, call, settings
        self._ours, self._out, self._err, self._status = ours, out, err, status
        self._conversation = Conversation(call.handle, settings.message)
        self._pending = memoryview(self._conversation.first([list(code) for code in call.code]))
        self._lines = {out: Lines(call.handle, "info", "STDOUT"), err: Lines(call.handle, "error", "STDERR")}
        self._left = settings.timeout
        self._output = 0
        self._reason = ""
        self._reading = {out, err}
        self._poll = select.poll()
        for each in (out, err, status):
            os.set_blocking(each, False)
            self._poll.register(each, select.POLLIN)
        self._poll.register(ours, select.POLLIN | select.POLLOUT)
        self._talking = True

    def result(self) -> MethodResult:
        """Watches until the process has ended, and says how."""
        ended: int | None = None
        try:
            while (ended := self._step()) is None:
                pass
        finally:
            if ended is None:  # the run itself ends here: nothing of the method may be left
                self._kill("")
                self._await_end()
        for number in (self._out, self._err):
            self._read_output(number)
            self._lines[number].end()
        return self._told(ended)

    def _step(self) -> int | None:
        """Waits for the next thing to happen, and deals with it. Gives the status of the process once it has ended,
        -1 where that will never be known."""
        ready = self._wait()
        for number in (self._out, self._err):
            if number in ready:
                self._read_output(number)
        if self._talking and self._ours.fileno() in ready:
            self._converse(ready[self._ours.fileno()])
        if self._status in ready:
            return self._read_status()
        if not ready or self._left <= 0:
            self._time_out()
        return None

    def _wait(self) -> dict[int, int]:
        before = time.monotonic()
        ready = dict(self._poll.poll(max(0, self._left) * 1000))
        self._left -= time.monotonic() - before
        return ready

    def _time_out(self) -> None:
        if not self._reason:
            seconds = f"{self._settings.timeout:g}"
            self._kill(f"it took longer than {seconds} seconds" if self._talking else _SILENT)
        else:
            self._reason += "; it could not be ended"
            self._warm.close()

    # -- what it writes

    def _read_output(self, number: int) -> None:
        while number in self._reading:
            try:
                data = os.read(number, _CHUNK)
            except BlockingIOError:
                return
            self._output += len(data)
            if self._output > self._settings.output:
                self._kill(f"it wrote more than {self._settings.output} bytes to its output")
            if not data or self._reason:
                self._reading.remove(number)
                self._poll.unregister(number)
            else:
                self._lines[number].take(data)

    # -- what it asks

    def _converse(self, event: int) -> None:
        try:
            if event & select.POLLOUT and self._pending:
                self._write()
            if event & (select.POLLIN | select.POLLHUP | select.POLLERR):
                self._read()
        except (BrokenPipeError, ConnectionResetError):
            self._hang_up()
        except ProtocolError as fault:
            self._kill(str(fault))

    def _read(self) -> None:
        data = self._ours.recv(_CHUNK * 4)
        if not data:
            self._hang_up()
            return
        for number in (self._out, self._err):  # what it wrote before it asked comes before the answer
            self._read_output(number)
        answer = self._conversation.take(data)
        if answer:
            self._pending = memoryview(answer)
            self._write()

    def _write(self) -> None:
        try:
            sent = self._ours.send(self._pending)
        except BlockingIOError:
            sent = 0
        self._pending = self._pending[sent:]
        self._poll.modify(self._ours, select.POLLIN | (select.POLLOUT if self._pending else 0))

    def _hang_up(self) -> None:
        """It closed the conversation: it has a moment to end, too."""
        self._stop_talking()
        if not self._reason:
            self._left = min(self._left, _GRACE)

    def _stop_talking(self) -> None:
        if self._talking:
            self._poll.unregister(self._ours)
            self._talking = False

    # -- its end

    def _kill(self, reason: str) -> None:
        if self._reason:
            return
        self._reason = reason or "the run ended"
        self._stop_talking()
        self._left = _PATIENCE
        self._warm.kill(self._number)

    def _await_end(self) -> None:
        poll = select.poll()
        poll.register(self._status, select.POLLIN)
        poll.poll(_PATIENCE * 1000)

    def _read_status(self) -> int:
        data = os.read(self._status, 4)
        return int.from_bytes(data, "little") if len(data) == 4 else -1

    def _told(self, status: int) -> MethodResult:
        reason = self._reason or self._fault(status)
        if reason:
            return result(self._call, FAILED, "", reason)
        return result(self._call, os.waitstatus_to_exitcode(status), self._conversation.message, "")

    def _fault(self, status: int) -> str:
        if status == -1:
            return "the process that runs methods has ended"
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            return _killed_by(-code, self._settings)
        if not self._conversation.ended:
            return f"{_SILENT} (exit code {code})"
        return ""


_SILENT = "it closed its conversation with the engine, or left without a word"


def _killed_by(number: int, settings: Settings) -> str:
    match number:
        case signal.SIGXCPU:
            return f"it used more than {settings.cpu} seconds of processor time"
        case signal.SIGXFSZ:
            return f"it wrote a file of more than {settings.file} bytes"
        case _:
            name = signal.Signals(number).name if number in set(signal.Signals) else str(number)
            return f"it was ended by the signal {name}"
