"""Hostile methods: each is an ordinary failure with its reason, the engine goes on, and nothing of it is left."""

import os
import platform
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest

from aelang.engine import Engine
from aelang.methods import Runners
from aelang.methods.child.sandbox import landlock_version
from aelang.methods.settings import MEGABYTE, Settings
from tests.methods import engine, method, run

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="methods are confined on Linux only")
needs_ruby = pytest.mark.skipif(which("ruby") is None, reason="no Ruby on the PATH")
needs_landlock = pytest.mark.skipif(not landlock_version(), reason="the kernel has no Landlock")
needs_filter = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "aarch64"), reason="no filter of system calls for this architecture"
)

TIGHT = Settings(
    timeout=2.0, cpu=1, memory=256 * MEGABYTE, file=MEGABYTE, output=MEGABYTE, message=MEGABYTE, processes=20,
    network=False,
)  # fmt: skip

PYTHON = {
    "an endless loop": ("while True: pass", "used more than 1 seconds of processor time"),
    "an endless sleep": ("import time; time.sleep(1000)", "took longer than 2 seconds"),
    "endless questions": ("while True: evm.set_state_var('x', 1)", "took longer|processor time"),
    "a gigabyte of memory": ("x = b'x' * (1 << 30)", "MemoryError"),
    "a gigabyte of output": ("import sys\nfor _ in range(1 << 14): sys.stdout.write('x' * (1 << 16))", "its output"),
    "a large file": ("open('large', 'wb').write(b'x' * (8 << 20))", "a file of more than|File too large"),
    "killing itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended by the signal SIGKILL"),
    "killing its group": ("import os, signal; os.killpg(0, signal.SIGKILL)", "ended by the signal SIGKILL"),
    "closing its files": ("import os; os.closerange(0, 100)", "closed its conversation"),
    "leaving without a word": ("import os; os._exit(0)", "left without a word"),
    "garbage": ("import os; os.write(3, b'\\0\\0\\0\\5hello')", "no question"),
    "a message that is no object": ("import os; os.write(3, b'\\0\\0\\0\\2[]')", "no question"),
    "an unknown question": ("evm._ask('shutdown')", "nobody may ask"),
    "a number that no object has": ("evm._ask('look', {'o': 4711})", "no object has the number"),
    "a huge message": ("evm.root['x'] = 'x' * (4 << 20)", "a message of"),
    "a length and nothing more": ("import os, time; os.write(3, b'\\0\\0\\1\\0'); time.sleep(60)", "took longer"),
    "a value without end": ("x = []; x.append(x); evm.root['x'] = x", "RecursionError"),
    "an unknown code": ("raise SystemExit(77)", r"Unknown RC: \[77\]"),
    "an exception": ("{}['missing']", "KeyError: 'missing'"),
    "shutting its folder": (
        "import os; open('x', 'w'); os.chmod('.', 0); raise ValueError('shut')",
        "ValueError: shut",
    ),
    "moving its folder": (
        "import os; os.rename(os.getcwd(), os.getcwd() + '-moved'); raise ValueError('moved')",
        "ValueError: moved|PermissionError",
    ),
    "no main": ("", "`def main"),
}
RUBY = {
    "an endless loop": ("loop {}", "used more than 1 seconds of processor time"),
    "an endless sleep": ("sleep 1000", "took longer than 2 seconds"),
    "a gigabyte of memory": ("x = 'x' * (1 << 30)", "NoMemoryError"),
    "a gigabyte of output": ("(1 << 14).times { $stdout.write('x' * (1 << 16)) }", "its output"),
    "killing itself": ("Process.kill('KILL', $$); sleep 1", "ended by the signal SIGKILL"),
    "leaving without a word": ("exit!(0)", "left without a word"),
    "garbage": (
        'ObjectSpace.each_object(UNIXSocket) { |each| each.write("\\0\\0\\0\\5hello") unless each.closed? }; sleep 1',
        "no question",
    ),
    "a huge message": ("$evm.root['x'] = 'x' * (4 << 20)", "a message of"),
    "an unknown code": ("exit 77", r"Unknown RC: \[77\]"),
    "an exception": ("raise 'kaput'", "RuntimeError: kaput"),
    "code that is none": ("def x(", "SyntaxError"),
}


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    made = Runners(settings=TIGHT)
    yield made
    made.close()


def _python(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def main(evm):\n{lines}\n" if body else "x = 1\n"


def _engine(runners: Runners, code: str, language: str) -> Engine:
    gentle = {"python": "def main(evm): evm.root['fine'] = True", "ruby": "$evm.root['fine'] = true"}[language]
    methods = [method("main", code, language), method("stop", gentle, language)]
    return engine(methods, runners=runners)


def _fails(runners: Runners, code: str, language: str, reason: str) -> None:
    made = _engine(runners, code, language)
    found = run(made)
    assert re.match(f"UnknownMethodRc: Method exited with rc=.*({reason})", found.failure), found
    assert run(made, "/Test/Case/stop").root["fine"] is True


@pytest.mark.parametrize("name", PYTHON)
def test_a_hostile_python_method_is_an_ordinary_failure(runners: Runners, name: str) -> None:
    body, reason = PYTHON[name]
    _fails(runners, _python(body), "python", reason)


@needs_ruby
@pytest.mark.parametrize("name", RUBY)
def test_a_hostile_ruby_method_is_an_ordinary_failure(runners: Runners, name: str) -> None:
    code, reason = RUBY[name]
    _fails(runners, code, "ruby", reason)


def test_a_fork_bomb_is_bounded(runners: Runners) -> None:
    code = _python("import os, time\nfor _ in range(500):\n    if os.fork() == 0: time.sleep(600)")
    _fails(runners, code, "python", "BlockingIOError")


@needs_ruby
def test_a_fork_bomb_in_ruby_is_bounded(runners: Runners) -> None:
    _fails(runners, "500.times { fork { sleep 600 } }", "ruby", "EAGAIN|took longer")  # Ruby tries again each second


def test_nothing_is_left_of_a_method_that_hides_its_children(runners: Runners) -> None:
    body = """import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(1, f"hidden {os.getpid()}\\n".encode())
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep(0.1)"""
    found = run(_engine(runners, _python(body), "python"))
    hidden = [int(line.rpartition(" ")[2]) for line in found.lines if "hidden" in line]
    assert [False] == [_runs(process) for process in hidden]


def _runs(process: int) -> bool:
    deadline = time.monotonic() + 2
    while os.path.exists(f"/proc/{process}") and time.monotonic() < deadline:
        os.sched_yield()
    return os.path.exists(f"/proc/{process}")


@needs_landlock
def test_a_method_cannot_write_outside_its_folder(runners: Runners, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    _fails(runners, _python(f"open({str(tmp_path / 'mark')!r}, 'w')"), "python", "PermissionError")
    assert [] == list(tmp_path.iterdir())


@needs_landlock
@needs_ruby
def test_a_ruby_method_cannot_write_outside_its_folder(runners: Runners, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    _fails(runners, f"File.write({str(tmp_path / 'mark')!r}, 'x')", "ruby", "Errno::EACCES")
    assert [] == list(tmp_path.iterdir())


def test_a_method_may_write_in_its_folder(runners: Runners) -> None:
    body = "open('mark', 'w').write('x')\nevm.root['read'] = open('mark').read()"
    assert "x" == run(_engine(runners, _python(body), "python")).root["read"]


@needs_landlock
def test_a_method_cannot_read_the_files_of_another_run(runners: Runners) -> None:
    inner = _python("import os\nevm.root['there'] = os.path.exists('x')\nopen(evm.root['outer'] + '/secret').read()")
    outer = _python("import os\nopen('secret', 'w').write('s')\nevm.root['outer'] = os.getcwd()\n"
                    "evm.instantiate('/Test/Case/stop')")  # fmt: skip
    found = run(engine([method("main", outer), method("stop", inner)], runners=runners))
    assert 1 == sum("PermissionError" in line for line in found.lines if "[Errno" in line), found.lines


@needs_filter
def test_a_socket_cannot_be_opened_where_the_network_is_off(runners: Runners) -> None:
    _fails(runners, _python("import socket; socket.socket(socket.AF_INET)"), "python", "PermissionError")


@needs_filter
@needs_ruby
def test_a_ruby_socket_cannot_be_opened_where_the_network_is_off(runners: Runners) -> None:
    _fails(runners, "require 'socket'; TCPSocket.new('127.0.0.1', 9)", "ruby", "Errno::EPERM")


def test_a_method_cannot_end_the_engine(runners: Runners) -> None:
    body = f"import os, signal\nfor each in (os.getppid(), {os.getpid()}):\n    os.kill(each, signal.SIGKILL)"
    made = _engine(runners, _python(body), "python")
    if landlock_version() < 6:
        pytest.skip("without Landlock 6 a method may signal the processes of its user")
    assert "PermissionError" in run(made).failure


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@needs_filter
@pytest.mark.parametrize("call", ["setuid(0)", "setresuid(0, 0, 0)", "setreuid(0, 0)"])
def test_a_method_of_root_cannot_become_root_again(runners: Runners, call: str) -> None:
    _fails(runners, _python(f"import os; os.{call}"), "python", "PermissionError")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@needs_ruby
def test_a_ruby_method_of_root_cannot_become_root_again(runners: Runners) -> None:
    _fails(runners, "Process::Sys.setresuid(0, 0, 0)", "ruby", "Errno::EPERM")


def test_threads_and_programs_work_in_a_method(runners: Runners) -> None:
    body = """import subprocess, threading
thread = threading.Thread(target=lambda: evm.log('info', 'from a thread'))
thread.start()
thread.join()
evm.root['out'] = subprocess.run(['/bin/echo', 'hi'], capture_output=True, text=True).stdout"""
    assert "hi\n" == run(_engine(runners, _python(body), "python")).root["out"]


def test_methods_that_call_each_other_without_end_are_stopped() -> None:
    made = Runners(settings=TIGHT._replace(nested=3))
    body = "n = int(evm.object['n'] or 0) + 1\nevm.instantiate(f'/Test/Case/run?n={n}#m{n}')"
    klass_call = engine([method("main", _python(body))], runners=made, message="*")
    found = run(klass_call)
    made.close()
    assert found.failure.startswith("LimitExceeded: more than 3 methods")


def test_the_folders_of_calls_are_gone_with_the_runners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = Runners(settings=TIGHT)
    run(_engine(made, _python("open('x', 'w')"), "python"))
    during = len(list(tmp_path.iterdir()))
    made.close()
    assert (1, 0) == (during, len(list(tmp_path.iterdir())))


def test_a_warm_process_that_was_killed_is_started_again() -> None:
    made = Runners(settings=TIGHT)
    first = _engine(made, _python("import os; print(os.getppid())"), "python")
    told = next(line for line in run(first).lines if "STDOUT" in line)
    os.kill(int(told.rpartition(" ")[2]), 9)
    again = run(first)
    again = again if not again.failure else run(first)
    made.close()
    assert "" == again.failure
