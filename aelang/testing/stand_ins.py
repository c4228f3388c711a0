"""Stand-ins: methods that only do what a test says, and commands of service models that only answer."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from aelang.interpreter.ports import MethodCall, MethodResult, MethodRunner
from aelang.interpreter.values import RunValue, sanitize, to_text
from aelang.methods.results import result
from aelang.names import fold
from aelang.services import Catalog
from aelang.services.ports import Answer, Command, Records
from aelang.testing.nodes import Act, Stub


class Call(NamedTuple):
    """A call of a method as it happened: the path of the method and its inputs."""

    method: str
    inputs: Mapping[str, RunValue]


class NeedsRuby(Exception):
    """A method in Ruby is called, and there is no Ruby: the test can show nothing here."""


_MAIL = "send_email"
"""The builtin that does nothing in a test: nobody wants its mails."""


class StandIns:
    """Fills `ports.MethodRunner`: methods that `stubs` name do what is said there, others are `runners`' to run.

    `calls` are all calls so far. `searches` is set where a method was run that may look for instances by itself.
    """

    def __init__(self, stubs: Sequence[Stub], runners: MethodRunner) -> None:
        self._stubs = stubs
        self._runners = runners
        self._times: dict[int, int] = {}
        self.calls: list[Call] = []
        self.searches = False

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`, or what stands in for it. Raises what the runners raise, and NeedsRuby."""
        self.calls.append(Call(f"/{call.method.path}", dict(call.inputs)))
        location = call.method.location.strip().lower()
        for at, stub in enumerate(self._stubs):
            if fits(stub.pattern, call.method.path) and not (location == "builtin" and "*" in stub.pattern):
                times = self._times[at] = self._times.get(at, 0) + 1
                return perform(stub.acts[min(times, len(stub.acts)) - 1], call)
        if location == "builtin" and call.method.name == _MAIL:
            return MethodResult(value=True)
        if location == "inline":
            _check_language(call)
            self.searches |= any("instance_" in code.text for code in call.code)
        return self._runners.run(call)


def _check_language(call: MethodCall) -> None:
    if call.method.language.strip().lower() != "ruby":
        return
    from shutil import which

    if which("ruby") is None:
        raise NeedsRuby(f"the method /{call.method.path} is in Ruby, and there is no `ruby` on the PATH")


def fits(pattern: str, path: str) -> bool:
    """Whether `pattern`, the last parts of a path or all of them, with `*` and `?`, fits the `path` of a method."""
    wanted = fold(pattern).strip("/")
    parts = fold(path).strip("/").split("/")
    return fnmatchcase("/".join(parts[-1 - wanted.count("/") :]), wanted)


def perform(act: Act, call: MethodCall) -> MethodResult:
    """Does what `act` says to the run that `call` belongs to."""
    handle = call.handle
    root = handle.root
    if root is not None:
        root.update(_presented(act.root, call))
        if act.retry:
            root.update(ae_result="retry", ae_retry_interval=act.retry)
    handle.object.update(_presented(act.object, call))
    handle.state_vars.update(_presented(act.state_vars, call))
    made = result(call, act.code, act.says, "")
    return made if act.value is None else made._replace(value=_presented({"value": act.value}, call)["value"])


def _presented(values: Mapping[str, RunValue], call: MethodCall) -> dict[str, RunValue]:
    catalog = call.handle.catalog
    present = catalog.present if isinstance(catalog, Catalog) else lambda value: value
    return {name: present(value) for name, value in values.items()}


class Answering:
    """Fills `records.Records` with `records`; of the commands that `answers` names only the answer is given."""

    def __init__(self, records: Records, answers: Mapping[str, RunValue]) -> None:
        self._records = records
        self._answers = answers
        self.find = records.find
        self.where = records.where
        self.write = records.write

    def execute(self, command: Command) -> Answer:
        """The answer that is set for `command`, else what comes of it. Raises LookupError and ValueError."""
        if command.name in self._answers:
            return self._answers[command.name]
        return self._records.execute(command)


def shown_call(call: Call) -> str:
    """`call` as a line."""
    inputs = ", ".join(f"{name}: {to_text(value)}" for name, value in call.inputs.items())
    return sanitize(f"{call.method}({inputs})")
