"""What the process of a method may not do: limits, no new privileges, files and network out of reach.

Each function does one thing to the calling process, for good. Where the kernel cannot, it gives False, and the next
line of defence has to hold.
"""

import ctypes
import os
import platform
import resource
import struct
from collections.abc import Mapping, Sequence

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_SIGKILL = 9

_libc = ctypes.CDLL(None, use_errno=True)
_prctl, _capset, _syscall = _libc.prctl, _libc.capset, _libc.syscall
_prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_syscall.restype = ctypes.c_long
# made here, once: a type that ctypes makes in every child costs it a millisecond
_CAPABILITIES = ctypes.byref((ctypes.c_uint32 * 2)(0x20080522, 0))
_NONE = ctypes.byref((ctypes.c_uint32 * 6)())


def adopt_orphans() -> bool:
    """Makes the process the parent of what its children leave behind."""
    return not _prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def forbid_new_privileges() -> bool:
    """No set-user-id program gives this process or its children more than they have."""
    return not _prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def die_with_parent() -> None:
    """The process is killed when its parent ends. To be called after a change of user, which undoes it."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)


def limit(limits: Mapping[str, int]) -> None:
    """Sets the limits of `limits`: cpu seconds, memory and file size in bytes, processes, open files."""
    for name, number in (
        ("memory", resource.RLIMIT_AS),
        ("file", resource.RLIMIT_FSIZE),
        ("processes", resource.RLIMIT_NPROC),
        ("files", resource.RLIMIT_NOFILE),
    ):
        _set_limit(number, limits[name])
    _set_limit(resource.RLIMIT_CORE, 0)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    seconds = limits["cpu"] if hard == resource.RLIM_INFINITY else min(limits["cpu"], hard)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1 if hard == resource.RLIM_INFINITY else hard))


def _set_limit(number: int, value: int) -> None:
    _, hard = resource.getrlimit(number)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(number, (value, value))


# -- users -------------------------------------------------------------------------------------------------------


_POWERS = 1 << 0 | 1 << 6 | 1 << 7  # change owner, group, user


def can_become(user: int) -> bool:
    """Whether this process may give up what it is for `user`: it has the powers for that, and there is such a user
    where it runs."""
    try:
        with open("/proc/self/status", encoding="ascii") as stream:
            powers = next(int(line.split()[1], 16) for line in stream if line.startswith("CapEff:"))
        with open("/proc/self/uid_map", encoding="ascii") as stream:
            ranges = [tuple(map(int, line.split())) for line in stream]
    except (OSError, StopIteration, ValueError):
        return False
    return powers & _POWERS == _POWERS and any(first <= user < first + count for first, _, count in ranges)


def become(user: int, *, keep_files: bool) -> None:
    """Gives up root for `user`. With `keep_files` root's own files stay readable: only the real user changes, by which
    the kernel counts processes, and all capabilities are dropped."""
    os.setgroups([])
    if keep_files:
        os.setresuid(user, 0, 0)
        _drop_capabilities()
        USERS_FILTER.install()  # else it could make root the real user again
        return
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _drop_capabilities() -> None:
    _capset(_CAPABILITIES, _NONE)


def processes_of_user() -> int:
    """How many threads the user of this process has now: the limit of processes counts those too."""
    user, found = os.getuid(), 0
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdigit():
                found += _threads(entry.path, user)
    return found


def _threads(folder: str, user: int) -> int:
    try:
        if os.stat(folder).st_uid != user:
            return 0
        return len(os.listdir(f"{folder}/task"))
    except OSError:
        return 0


# -- network -----------------------------------------------------------------------------------------------------

_ARCHITECTURES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_OF_USERS = {"x86_64": (105, 113, 117, 272, 56), "aarch64": (146, 145, 147, 97, 220)}
_IO_URING_SETUP, _CLONE3, _AF_UNIX, _NEW_USER = 425, 435, 1, 0x10000000
_ALLOW, _EPERM, _ENOSYS = 0x7FFF0000, 0x00050001, 0x00050026
_LOAD, _EQUAL, _ANY_BIT, _GIVE = 0x20, 0x15, 0x45, 0x06


def forbid_network() -> bool:
    """No sockets but those between processes of this machine, for this process and its children. Needs
    `forbid_new_privileges` before it."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    architecture, socket_call = known
    program = (
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 0, 6, architecture),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_EQUAL, 4, 0, _IO_URING_SETUP),
        (_EQUAL, 0, 2, socket_call),
        (_LOAD, 0, 0, 16),  # its first argument: the family
        (_EQUAL, 0, 1, _AF_UNIX),
        (_GIVE, 0, 0, _ALLOW),
        (_GIVE, 0, 0, _EPERM),
    )
    return _Filter(_assembled(program)).install()


def users_filter() -> bytes:
    """A filter of system calls under which a process stays the user that it is; empty where none is known."""
    known = _ARCHITECTURES.get(platform.machine())
    if known is None:
        return b""
    *changing, unshare, clone = _OF_USERS[platform.machine()]
    program = (
        (_LOAD, 0, 0, 4),
        (_EQUAL, 0, 9, known[0]),
        (_LOAD, 0, 0, 0),
        *((_EQUAL, 7 - at, 0, number) for at, number in enumerate(changing)),
        (_EQUAL, 5, 0, _CLONE3),  # its flags cannot be seen: who calls it falls back on clone
        (_EQUAL, 1, 0, unshare),
        (_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, 16),  # the flags
        (_ANY_BIT, 0, 2, _NEW_USER),
        (_GIVE, 0, 0, _EPERM),
        (_GIVE, 0, 0, _ENOSYS),
        (_GIVE, 0, 0, _ALLOW),
    )
    return _assembled(program)


def _assembled(program: Sequence[tuple[int, int, int, int]]) -> bytes:
    return b"".join(struct.pack("=HBBI", *each) for each in program)


class _Filter:
    """A filter in the memory where the kernel takes it from."""

    def __init__(self, code: bytes) -> None:
        self.code = code
        self._held = ctypes.create_string_buffer(code, len(code))
        header = struct.pack("@HxxxxxxP", len(code) // 8, ctypes.addressof(self._held))
        self._header = ctypes.create_string_buffer(header, len(header))

    def install(self) -> bool:
        return bool(self.code) and not _prctl(_PR_SET_SECCOMP, 2, ctypes.addressof(self._header), 0, 0)


USERS_FILTER = _Filter(users_filter())


# -- files -------------------------------------------------------------------------------------------------------

_READ = 0x1 | 0x4 | 0x8  # execute, read a file, list a folder
_WRITE = 0x2 | 0x10 | 0x20 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x1000
_REFER, _TRUNCATE, _DEVICES = 0x2000, 0x4000, 0x8000
_OF_FILES = 0x1 | 0x2 | 0x4 | _TRUNCATE | _DEVICES


def landlock_version() -> int:
    """The version of Landlock that the kernel has, 0 without."""
    return max(0, int(_syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


class Fence:
    """What may be reached in the file system: `readable` paths, opened once, and one folder a child to write in."""

    def __init__(self, readable: Sequence[str], writable: Sequence[str]) -> None:
        self.version = landlock_version()
        self._readable = [_open(path) for path in readable] if self.version else []
        self._writable = [_open(path) for path in writable] if self.version else []

    def close_in(self, scratch: str) -> bool:
        """Lets the calling process read what is readable, and write in `scratch` only; signals stay inside too."""
        if not self.version:
            return False
        handled = _READ | _WRITE | (_REFER if self.version > 1 else 0) | (_TRUNCATE if self.version > 2 else 0)
        scoped = 3 if self.version > 5 else 0
        attributes = struct.pack("=QQQ", handled, 0, scoped)[: 24 if self.version > 5 else 8]
        rules = _syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
        if rules < 0:
            return False
        for folder in self._readable:
            _allow(rules, folder, handled & _READ)
        for folder in self._writable:
            _allow(rules, folder, handled & (_READ | _WRITE | _TRUNCATE))
        _allow(rules, _open(scratch), handled)
        done = _syscall(_LANDLOCK_RESTRICT, ctypes.c_int(rules), ctypes.c_uint32(0))
        os.close(rules)
        return not done


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return -1


def _allow(rules: int, folder: int, access: int) -> None:
    if folder < 0:
        return
    for rights in (access, access & _OF_FILES):  # a file takes only what makes sense for one
        rule = struct.pack("=Qi", rights, folder)
        if not _syscall(_LANDLOCK_ADD, ctypes.c_int(rules), ctypes.c_int(1), rule, ctypes.c_uint32(0)):
            return


def readable_beside(hidden: str) -> list[str]:
    """All of the file system but the folder in which `hidden` stands: what lies beside each folder on the way there."""
    found: list[str] = []
    above = "/"
    for part in [each for each in hidden.split("/") if each][:-1]:
        found += [os.path.join(above, name) for name in _entries(above) if name != part]
        above = os.path.join(above, part)
    return found


def _entries(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
