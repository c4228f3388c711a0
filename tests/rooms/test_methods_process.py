"""The warm processes over many calls: nothing leaks, threads share one, forked processes have their own."""

import os
import threading
from collections.abc import Iterator

import pytest

from aelang.methods import Runners
from tests.methods import Ran, engine, method, run

_CODE = """import os
def main(evm):
    evm.root['parent'] = os.getppid()
    evm.root['n'] = int(evm.object['n'] or 0) + 1
"""


@pytest.fixture
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    made.close()


def _call(runners: Runners, number: int = 0) -> Ran:
    return run(engine([method("main", _CODE)], runners=runners), f"/Test/Case/run?n={number}")


def test_all_calls_are_made_by_one_warm_process(runners: Runners) -> None:
    assert 1 == len({_call(runners).root["parent"] for _ in range(5)})


def test_no_file_stays_open_behind_a_call(runners: Runners) -> None:
    _call(runners)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        _call(runners)
    assert before == len(os.listdir("/proc/self/fd"))


def test_no_file_stays_open_in_the_warm_process(runners: Runners) -> None:
    warm = _call(runners).root["parent"]
    before = _open_files(warm)
    for _ in range(10):
        _call(runners)
    assert 5 > abs(before - _open_files(warm))  # one or two come and go with the child that waits


def _open_files(process: int) -> int:
    return len(os.listdir(f"/proc/{process}/fd"))


def test_threads_may_share_the_runners(runners: Runners) -> None:
    found: list[int] = []

    def work(start: int) -> None:
        found.extend(_call(runners, number).root["n"] for number in range(start, start + 5))

    threads = [threading.Thread(target=work, args=(start,)) for start in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [*range(1, 6), *range(101, 106), *range(201, 206)] == sorted(found)


def test_a_forked_process_starts_its_own(runners: Runners) -> None:
    ours = _call(runners).root["parent"]
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.write(writing, str(_call(runners).root["parent"]).encode())
            runners.close()
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        theirs = int(stream.read())
    os.waitpid(process, 0)
    assert (True, ours) == (ours != theirs, _call(runners).root["parent"])


def test_methods_can_wait_for_methods(runners: Runners) -> None:
    outer = "def main(evm):\n    kid = evm.instantiate('/Test/Case/stop?deep=1')\n    evm.root['kid'] = kid['mark']"
    inner = "def main(evm):\n    evm.object['mark'] = evm.object['deep']"
    assert "1" == run(engine([method("main", outer), method("stop", inner)], runners=runners)).root["kid"]


def test_what_an_inner_method_changes_is_seen_by_the_outer_one(runners: Runners) -> None:
    body = ("evm.root['x'] = 1", "evm.instantiate('/Test/Case/stop')", "evm.root['y'] = evm.root['x']")
    outer = "\n    ".join(("def main(evm):", *body))
    inner = "def main(evm):\n    evm.root['x'] = 2"
    assert 2 == run(engine([method("main", outer), method("stop", inner)], runners=runners)).root["y"]


def test_a_limit_of_the_run_ends_the_method_that_went_over_it(runners: Runners) -> None:
    from aelang.interpreter.limits import Limits
    from tests.datastores import compiled
    from tests.methods import FakeVault, case

    code = "def main(evm):\n    while True: evm.instantiate('/Test/Case/plain')"
    made = engine([method("main", code)], runners=runners)
    made = type(made)(
        compiled(case([method("main", code)]))[0], methods=runners, limits=Limits(objects=20), vault=FakeVault()
    )
    assert run(made).failure.startswith("LimitExceeded: more than 20 objects")
