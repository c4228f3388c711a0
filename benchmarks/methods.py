"""Methods in their child processes: the time of one call, as the run that waits for it sees it."""

import shutil
import time
from collections.abc import Callable

from benchmarks import datastores, runs
from benchmarks.processes import Bench
from benchmarks.report import Broken, Figure, NotBuilt, Skipped

_READS = 50
_CALLS = 120
_WARM_UP = 20
_FRESH_RUBY = 218.0  # ms, the lower of the two figures recorded for the reference engine


def python_call(bench: Bench) -> Figure:
    """The median time of a call of a Python method that reads fifty attributes."""
    return _median("python", f"def main(evm):\n    for at in range({_READS}):\n        evm.root['user_name']\n")


def ruby_call(bench: Bench) -> Figure:
    """The same for a Ruby method."""
    if shutil.which("ruby") is None:
        raise Skipped("Ruby is not installed")
    return _median("ruby", f"{_READS}.times {{ $evm.root['user_name'] }}\n")


def _median(language: str, code: str) -> Figure:
    engine = runs.engine_of(datastores.method(language, code))

    def call() -> None:
        runs.finished(engine.run("/Run/Caller/one?user_name=ada"))

    try:
        call()
    except Broken as why:
        raise NotBuilt(str(why)) from why
    return Figure(_p50(call), _FRESH_RUBY, "the peer's figure is one that was recorded, not measured here")


def _p50(call: Callable[[], None]) -> float:
    """The median of the wall-clock times of `call` in milliseconds, after some that are thrown away."""
    taken: list[float] = []
    for number in range(_WARM_UP + _CALLS):
        begin = time.perf_counter()
        call()
        if number >= _WARM_UP:
            taken.append(time.perf_counter() - begin)
    return sorted(taken)[len(taken) // 2] * 1000
