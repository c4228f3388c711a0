"""The zygote: a small process that stands ready, and forks one child for each call of a Python method.

It is started with a socket as file 3 and its settings as one argument, and ends when the socket does. On the socket it
takes `run` (with four files: conversation, stdout, stderr, status) and `kill`; what became of a child it writes to the
child's status file, once nothing is left of it.
"""

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import traceback
from typing import Any, NamedTuple, NoReturn

from aelang.methods.child import sandbox
from aelang.methods.child.run import run_method

CONTROL = 3
_FIRST_USER, _USERS = 61184, 4336  # the range that systemd keeps for such users
_LARGEST = 65536


class Child(NamedTuple):
    """A running call: its process, where its end is told, its folder."""

    process: int
    status: int
    scratch: str


class Spare(NamedTuple):
    """A child that waits for a call: its process, where it is handed the files, its folder."""

    process: int
    order: socket.socket
    scratch: str


class Zygote:
    """Takes orders over `control`. `settings`: limits, base (the folder of all scratch folders), fence, user."""

    def __init__(self, control: socket.socket, settings: dict[str, Any]) -> None:
        self._control = control
        self._settings = settings
        self._children: dict[int, Child] = {}
        self._base = settings["base"]
        self._fence = None
        if settings["fence"]:
            readable = [*sandbox.readable_beside(self._base), *settings["readable"]]
            self._fence = sandbox.Fence(readable, ["/dev/null", "/dev/full", "/dev/shm", "/dev/tty"])
        last = _FIRST_USER + _USERS - 1
        self._is_root = os.geteuid() == 0 and settings["user"] and sandbox.can_become(last)
        self._keep_files = not _is_open_to_all(settings["needs"])
        self._count = 0
        self._spare: Spare | None = None
        self._empty: list[str] = []

    def serve(self) -> None:
        """Takes orders until the other end is closed; then ends what still runs."""
        waking, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(waking, select.POLLIN)
        self._spare = self._fork()
        while True:
            ready = {number for number, _ in poll.poll()}
            if waking in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(waking, 4096)
                self._reap()
            if self._control.fileno() in ready and not self._take_order():
                break
        self._end()

    def _take_order(self) -> bool:
        data, files, _, _ = socket.recv_fds(self._control, _LARGEST, 4)
        if not data:
            return False
        order = json.loads(data)
        if "kill" in order:
            child = self._children.get(order["kill"])
            if child is not None:
                _kill_group(child.process)
            return True
        self._run(order["run"], files)
        return True

    def _run(self, number: int, files: list[int]) -> None:
        spare = self._spare or self._fork()
        try:
            socket.send_fds(spare.order, [b"."], files[:3])
        except OSError:  # it was killed while it waited
            spare = self._fork()
            socket.send_fds(spare.order, [b"."], files[:3])
        spare.order.close()
        for each in files[:3]:
            os.close(each)
        self._children[number] = Child(spare.process, files[3], spare.scratch)
        self._spare = self._fork()

    def _fork(self) -> Spare:
        """A child that waits for its call: what can be done before is done while nobody waits for it."""
        self._count += 1
        user = _FIRST_USER + (os.getpid() * 37 + self._count) % _USERS if self._is_root else 0
        scratch = self._scratch()
        if user and not self._keep_files:
            os.chown(scratch, user, user)
        ours, theirs = socket.socketpair()
        process = os.fork()
        if process == 0:
            self._be_child(theirs, scratch, user)
        theirs.close()
        return Spare(process, ours, scratch)

    def _scratch(self) -> str:
        """An empty folder: one that a call before has left empty, since to make one costs a third of a fork."""
        if self._empty:
            return self._empty.pop()
        scratch = os.path.join(self._base, str(self._count))
        os.mkdir(scratch, 0o700)
        return scratch

    def _be_child(self, order: socket.socket, scratch: str, user: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            self._confine(scratch, user)
            os.dup2(order.fileno(), CONTROL, inheritable=False)
            os.closerange(CONTROL + 1, 1 << 20)
            _take_files()
            code = run_method(socket.socket(fileno=CONTROL))
        except BaseException:  # the engine hears of it as a line of the method's output, and by the exit code
            traceback.print_exc()
        finally:
            os._exit(code)

    def _confine(self, scratch: str, user: int) -> None:
        os.chdir(scratch)
        os.umask(0o077)
        os.environ.update(HOME=scratch, TMPDIR=scratch, PWD=scratch)
        limits = dict(self._settings["limits"])
        if not user:
            limits["processes"] += sandbox.processes_of_user()
        if user:
            sandbox.become(user, keep_files=self._keep_files)
        sandbox.limit(limits)
        sandbox.die_with_parent()
        if self._fence is not None:
            self._fence.close_in(scratch)

    # -- the end of children

    def _reap(self) -> None:
        ended = []
        while (process := _next_ended()) is not None:
            _kill_group(process)
            _, status = os.waitpid(process, 0)
            if self._spare is not None and self._spare.process == process:
                self._spare.order.close()
                _remove(self._spare.scratch)
                self._spare = None
            ended += [(number, status) for number, child in self._children.items() if child.process == process]
        for number, status in ended:
            self._tell(self._children.pop(number), status)

    def _tell(self, child: Child, status: int) -> None:
        if not self._children:
            _end_orphans(0 if self._spare is None else self._spare.process)
        if _is_empty(child.scratch):
            self._empty.append(child.scratch)
        else:
            _remove(child.scratch)
        with contextlib.suppress(OSError):
            os.write(child.status, status.to_bytes(4, "little"))
        os.close(child.status)

    def _end(self) -> None:
        for child in self._children.values():
            _kill_group(child.process)
        self._children.clear()
        _end_orphans(0)
        _remove(self._base)


def _take_files() -> None:
    """Waits for the files of the call; then the conversation is file 3, in place of the order."""
    _, files, _, _ = socket.recv_fds(socket.socket(fileno=os.dup(CONTROL)), 1, 3)
    if len(files) < 3:
        os._exit(0)  # the zygote ends
    conversation, out, err = files
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, number in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(source, number)
    os.dup2(conversation, CONTROL, inheritable=False)
    os.closerange(CONTROL + 1, 1 << 20)


def _next_ended() -> int | None:
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if found is None else found.si_pid


def _kill_group(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def _end_orphans(spared: int) -> None:
    """Kills what the children of children have left behind, all but `spared`; called while no call is running."""
    for _ in range(1000):
        orphans = [process for process in _own_children() if process != spared]
        if not orphans:
            return
        for process in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        for process in orphans:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(process, 0)


def _own_children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as stream:
            return [int(each) for each in stream.read().split()]
    except OSError:
        return []


def _is_empty(folder: str) -> bool:
    try:
        os.chmod(folder, 0o700)  # the method may have shut it
        return not os.listdir(folder)
    except OSError:
        return False


def _remove(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _is_open_to_all(paths: list[str]) -> bool:
    """Whether every user can read below each of `paths`."""
    for path in paths:
        while path != "/":
            try:
                if not os.stat(path).st_mode & 0o001:
                    return False
            except OSError:
                return False
            path = os.path.dirname(path)
    return True


def main() -> None:
    """Reads the settings, and serves."""
    settings = json.loads(sys.argv[1])
    sandbox.adopt_orphans()
    sandbox.forbid_new_privileges()
    if not settings["network"]:
        sandbox.forbid_network()
    os.chdir("/")
    os.mkdir(settings["base"], 0o711)
    for name in [name for name in sys.modules if name.partition(".")[0] == "aelang"]:
        del sys.modules[name]  # a method imports nothing of aelang
    exec(compile("pass", "warm", "exec"))  # what the first of them sets up, each child would set up again
    gc.collect()
    gc.freeze()
    Zygote(socket.socket(fileno=CONTROL), settings).serve()
