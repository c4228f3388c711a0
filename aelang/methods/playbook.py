"""Methods of location `playbook`: Ansible, called as a program where it is installed.

`data` is the playbook, or the path of its file. The inputs are its extra variables; what it says by `set_stats` becomes
state variables, and what its tasks did lines of the trace.
"""

import json
from shutil import which
from typing import Any

from aelang.interpreter.failures import InvalidMethod
from aelang.interpreter.ports import ANSIBLE_STATS, MethodCall, MethodResult
from aelang.methods.outside import run_outside
from aelang.methods.program import given_inputs
from aelang.methods.results import Lines, result
from aelang.methods.settings import Settings

_ENVIRONMENT = {
    "ANSIBLE_STDOUT_CALLBACK": "json",
    "ANSIBLE_SHOW_CUSTOM_STATS": "true",
    "ANSIBLE_NOCOLOR": "1",
    "ANSIBLE_RETRY_FILES_ENABLED": "0",
}


class PlaybookRunner:
    """Runs playbooks on this machine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod without Ansible, or without a playbook."""
        program = which("ansible-playbook")
        if program is None:
            raise InvalidMethod(
                f"method [/{call.method.path}] is a playbook, and there is no `ansible-playbook` on the PATH: install"
                " Ansible (Debian: apt install ansible-core; or: pip install ansible-core)"
            )
        playbook = (call.method.data or "").strip()
        if not playbook:
            raise InvalidMethod(f"method [/{call.method.path}] has no playbook: its `data` is empty")
        files = {"inputs.json": given_inputs(call)}
        if "\n" in playbook or playbook.startswith("-"):
            files["playbook.yml"] = playbook.encode()
            playbook = "playbook.yml"
        return self._run(call, [program, "-i", "localhost,", "-c", "local", "-e", "@inputs.json", playbook], files)

    def _run(self, call: MethodCall, command: list[str], files: dict[str, bytes]) -> MethodResult:
        told = bytearray()
        errors = Lines(call.handle, "error", "STDERR")

        def take(name: str, data: bytes) -> None:
            if name == "out":
                told.extend(data)
            else:
                errors.take(data)

        try:
            ended = run_outside(command, self._settings, b"", take, _ENVIRONMENT, files)
        except OSError as fault:
            raise InvalidMethod(f"{command[0]} cannot be run: {fault.strerror}") from None
        errors.end()
        _report(call, bytes(told))
        failed = ended.reason or (f"the playbook failed (exit code {ended.code})" if ended.code else "")
        return result(call, 1 if failed else 0, "", failed)


def _report(call: MethodCall, told: bytes) -> None:
    """Logs what the tasks did, and keeps the statistics; what is no report is logged as it is."""
    try:
        report = json.loads(told)
        for play in report.get("plays", ()):
            for task in play.get("tasks", ()):
                _report_task(call, task)
        stats = report.get("global_custom_stats") or report.get("custom_stats", {}).get("_run", {})
        for name, value in stats.items():
            call.handle.state_vars[f"{ANSIBLE_STATS}{name}"] = value
    except (ValueError, AttributeError, TypeError):
        lines = Lines(call.handle, "info", "STDOUT")
        lines.take(told)
        lines.end()


def _report_task(call: MethodCall, task: dict[str, Any]) -> None:
    name = task.get("task", {}).get("name", "")
    for host, done in task.get("hosts", {}).items():
        state = "failed" if done.get("failed") else "changed" if done.get("changed") else "ok"
        message = done.get("msg", "")
        call.handle.log("error" if state == "failed" else "info", f"TASK [{name}] {host}: {state} {message}".rstrip())
