"""Child processes and their times: each round runs every command once, so that noise hits floor and subject alike.

A command's time is the wall clock from just before it is started until it has been waited for. The figure taken is the
minimum over the rounds: what the work costs when nothing else has the machine; a median would measure its neighbours.
Where even the best round of a command was disturbed (more time on the clock than on the processor), rounds are added.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

from benchmarks.report import Broken, NotBuilt, Skipped

ROOT = Path(__file__).resolve().parent.parent
CHILD = str(Path(__file__).resolve().parent / "child.py")
BARE = (sys.executable, "-c", "pass")
_AELANG = (sys.executable, "-c", "import sys; from aelang.__main__ import main; sys.exit(main())")
_DOMAIN = "manageiq-content"
_UNDISTURBED = 1.1  # times the processor's time on the clock; none of the commands waits for anything
_MORE_ROUNDS = 3
_SETTLED = 2.5  # seconds after which no file of ours can count as changed while it was being looked at

Found = TypeVar("Found")


class Command(NamedTuple):
    """A child process to time. `before` runs unmeasured ahead of each start; an exit code outside `codes` breaks the
    row."""

    arguments: Sequence[str]
    before: Callable[[], object] | None = None
    codes: frozenset[int] = frozenset((0,))
    environment: Mapping[str, str] = {}


class Taken(NamedTuple):
    """Milliseconds of one run: on the clock, and of the processor."""

    clock: float
    processor: float


class Bench:
    """The place of a measurement: its scratch directory, its environment, and what was measured already."""

    def __init__(self, *, big: bool = False, rounds: int = 15) -> None:
        self.big = big
        self.rounds = rounds
        self.scratch = Path(tempfile.mkdtemp(prefix="aelang-bench-"))
        self.cache = self.scratch / "cache"
        self._known: dict[str, Any] = {}  # Any: whatever the named measurement found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.scratch, ignore_errors=True)

    def once(self, name: str, find: "Callable[[Bench], Found]") -> Found:
        """What `find` finds, looked for once under `name`; a reason not to find it is kept as well."""
        if name not in self._known:
            try:
                self._known[name] = find(self)
            except (NotBuilt, Skipped, Broken) as why:
                self._known[name] = why
        known = self._known[name]
        if isinstance(known, Exception):
            raise known
        found: Found = known
        return found

    def forget_cache(self) -> None:
        """Empties the cache directory of the children."""
        shutil.rmtree(self.cache, ignore_errors=True)

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """The environment of every child: this checkout, a cache of our own, nothing of the caller's settings."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AELANG", "_AELANG", "PYTHON", "COMP_"))
        }
        return {
            **kept,
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(self.cache),
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            **more,
        }

    def time(self, command: Command) -> Taken:
        """The time of one run. Raises Broken where it ends with a code that is not expected."""
        if command.before is not None:
            command.before()
        environment = self.environment(command.environment)
        with (self.scratch / "stderr").open("w+b") as errors:
            begin = time.perf_counter()
            process = subprocess.Popen(
                command.arguments, env=environment, cwd=self.scratch, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip
            _, status, used = os.wait4(process.pid, 0)
            clock = time.perf_counter() - begin
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in command.codes:
                raise Broken(f"exit code {process.returncode} of {_shown(command)}: {_tail(errors)}")
        return Taken(clock * 1000, (used.ru_utime + used.ru_stime) * 1000)

    def best(self, commands: Mapping[str, Command], rounds: int | None = None) -> dict[str, float]:
        """The minimum of each of `commands` in milliseconds, over rounds in which each is run once.

        One round ahead of them is thrown away: it writes the byte code and fills the file cache.
        """
        wanted = rounds or self.rounds
        for command in commands.values():
            self.time(command)
        times: dict[str, list[Taken]] = {name: [] for name in commands}
        for number in range(_MORE_ROUNDS * wanted):
            if number >= wanted and not any(map(_is_disturbed, times.values())):
                break
            for name, command in commands.items():
                times[name].append(self.time(command))
        return {name: min(found).clock for name, found in times.items()}

    def output(self, command: Command) -> tuple[str, str]:
        """What a run writes to stdout and stderr. Raises Broken as `seconds` does."""
        if command.before is not None:
            command.before()
        ended = subprocess.run(
            command.arguments, env=self.environment(command.environment), cwd=self.scratch, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ended.returncode not in command.codes:
            raise Broken(f"exit code {ended.returncode} of {_shown(command)}: {_one_line(ended.stderr)}")
        return ended.stdout, ended.stderr


def _is_disturbed(times: list[Taken]) -> bool:
    """Whether the best time on the clock is well above the least that the processor had to do."""
    return min(times).clock > _UNDISTURBED * min(each.processor for each in times)


def _tail(errors: Any) -> str:  # Any: a binary file, whose type has no public name
    errors.seek(0)
    text: str = errors.read().decode("utf-8", "replace")
    return _one_line(text)


def _one_line(text: str) -> str:
    return " ".join(text.split())[-300:]


def _shown(command: Command) -> str:
    return " ".join(command.arguments[3:] if command.arguments[:3] == _AELANG else command.arguments)


def aelang(*arguments: str) -> tuple[str, ...]:
    """The command line that does what the installed script `aelang` does."""
    return (*_AELANG, *arguments)


def child(*arguments: str) -> tuple[str, ...]:
    """The command line of one of the jobs in `child.py`."""
    return (sys.executable, CHILD, *arguments)


def checker(bench: Bench) -> str:
    """The sub-command that reads and checks a datastore: `validate`, or `compile` until that is built."""
    return bench.once("checker", _find_checker)


def _find_checker(bench: Bench) -> str:
    for name in ("validate", "compile"):
        try:
            bench.time(Command(aelang(name, "--help")))
        except Broken:
            continue
        return name
    raise NotBuilt


def checker_note(bench: Bench) -> str:
    """What a reader should know about the command that is measured."""
    return "" if checker(bench) == "validate" else "measured with `aelang compile`, `aelang validate` is not built yet"


def built_command(bench: Bench, name: str) -> str:
    """`name`, once its `--help` answers. Raises NotBuilt where it does not."""

    def probe(bench: Bench) -> str:
        try:
            bench.time(Command(aelang(name, "--help")))
        except Broken as why:
            raise NotBuilt from why
        return name

    return bench.once(f"command {name}", probe)


def corpus_folder(name: str = "") -> Path:
    """The folder `name` of the corpus. Raises Skipped where it is absent."""
    folder = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus") / name
    if not folder.is_dir():
        raise Skipped(f"no corpus at {folder} (AELANG_CORPUS names it)")
    return folder


def domain_copy(bench: Bench) -> Path:
    """A copy of the 1,401-file domain that may be edited, old enough not to count as being edited."""
    return bench.once("domain copy", _copy_domain)


def _copy_domain(bench: Bench) -> Path:
    copy = bench.scratch / "domain"
    shutil.copytree(corpus_folder(_DOMAIN), copy, symlinks=True)
    settle(copy)
    return copy


def settle(folder: Path) -> None:
    """Waits until the files below `folder` are old: a cache compares the content of files that just changed."""
    newest = max((each.stat().st_ctime for each in folder.rglob("*")), default=0.0)
    time.sleep(max(0.0, newest + _SETTLED - time.time()))
