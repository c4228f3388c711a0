"""What `examples/lab/run` does: orders a machine, and shows how it is made."""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

import laboratory
import showing
import tracing

from aelang.project import ProjectError
from aelang.providers.simulated.settings import read_settings
from aelang.requests.store import Store, open_store


def main() -> int:
    """Orders, works, shows: 0; 1 where it did not end well."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="aelang-lab-") as folder:
        try:
            _check_file(wanted.json)
            lab = laboratory.set_up(
                folder, workers=wanted.workers, virtual=wanted.clock == "virtual", speed=wanted.speed,
                providers=_providers(laboratory.settings(), wanted),
            )  # fmt: skip
            number = laboratory.order(lab, wanted.item, dict(map(_pair, wanted.option)), "pat")
        except (ValueError, ProjectError) as fault:
            print(f"error: {fault}", file=sys.stderr)
            return 1
        print(f"Pat orders `{wanted.item}`: request {number}", flush=True)
        store = open_store(lab.place)
        try:
            _work(lab, store, wanted)
            return _end(store, number, wanted)
        finally:
            store.close()


def _work(lab: laboratory.Laboratory, store: Store, wanted: argparse.Namespace) -> None:
    process = laboratory.begin_work(lab)
    ended = False
    shown = _Shown(wanted)
    try:
        while not ended:
            ended = laboratory.has_ended(process)
            if not ended and wanted.clock == "real" and laboratory.is_done(store):
                laboratory.end_work(process)
                ended = True
            for line in shown.lines(tracing.read_runs(store, shown.last)):
                print(line, flush=True)
            time.sleep(0 if ended else 0.1)
    except BaseException:
        if not ended:
            laboratory.end_work(process)
        raise


class _Shown:
    """What was shown last of each context: a pass of a state that is asked again and again is shown once."""

    def __init__(self, wanted: argparse.Namespace) -> None:
        self.last = 0
        self._whole, self._why, self._quiet = wanted.trace, wanted.why, wanted.quiet
        self._before: dict[str | None, str] = {}

    def lines(self, runs: list[tracing.Run]) -> Iterator[str]:
        """What is to be shown of `runs`."""
        self.last = max((run.number for run in runs), default=self.last)
        for run in sorted(runs, key=tracing.begin):  # of several workers one may end before what it came of
            steps = showing.steps(run)
            if self._quiet:
                continue
            if self._whole:
                yield from map(showing.trace_line, filter(tracing.is_shown, run.lines))
            elif run.context is None or steps != self._before.get(run.context):
                yield from showing.why(run) if self._why else (showing.run_line(run),)
            self._before[run.context] = steps


def _end(store: Store, number: int, wanted: argparse.Namespace) -> int:
    case = laboratory.case_of(store, number)
    print()
    for line in showing.summary(store, number, case):
        print(line)
    lines = [line for line in tracing.in_order(tracing.read_runs(store)) if tracing.is_shown(line)]
    if wanted.json:
        with open(wanted.json, "w", encoding="utf-8") as stream:
            stream.write(tracing.as_json(lines))
        print(f"the trace, {len(lines)} lines, is in {wanted.json}")
    return 0 if (case.request.request_state, case.request.status) == ("finished", "Ok") else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="examples/lab/run", description="Orders a machine, and shows how it is made.")
    parser.add_argument("item", nargs="?", default="RHEL server", help="what is ordered; `RHEL server` without it")
    parser.add_argument(
        "-o",
        "--option",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="an answer to the item's dialog: number_of_vms=3",
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="so many workers, 1 without it")
    parser.add_argument(
        "--clock", choices=("virtual", "real"), help="virtual jumps over all waiting; it is the usual one of one worker"
    )
    parser.add_argument("--speed", type=float, default=1.0, metavar="N", help="the real clock, N times as fast")
    parser.add_argument("--json", metavar="FILE", help="write the trace into FILE, a line an object")
    parser.add_argument("--trace", action="store_true", help="show every line of the trace, and not a line a run")
    parser.add_argument("--why", action="store_true", help="show what was followed, and the field that caused it")
    parser.add_argument("--quiet", action="store_true", help="show only how it ended")
    for name, what in (
        ("refuse", "an operation that the provider refuses: clone, start, ..."),
        ("fail", "an operation that it begins, and that comes to nothing"),
        ("lose", "an event that it does not tell, the first time: USER_RUN_VM"),
        ("twice", "an event that it tells twice"),
    ):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME", help=what)
    parser.add_argument(
        "--late", action="append", default=[], metavar="EVENT=SECONDS", help="an event that it tells so much later"
    )
    found = parser.parse_args()
    found.clock = found.clock or ("virtual" if found.workers == 1 and found.speed == 1.0 else "real")
    if found.clock == "virtual" and found.workers > 1:
        parser.error("a clock that jumps takes one worker: leave out --workers, or --clock virtual")
    if not 0 < found.speed <= 1000 or not 0 < found.workers <= 64:
        parser.error("--speed is a number up to 1000, --workers one up to 64")
    return found


def _providers(tables: dict[str, Any], wanted: argparse.Namespace) -> dict[str, Any]:
    faults = {name: getattr(wanted, name) for name in ("refuse", "fail", "lose", "twice")}
    late = {event: _seconds(text) for event, text in map(_pair, wanted.late)}
    made = {name: {**table, "faults": {**faults, "late": late}} for name, table in tables.items()}
    for table in made.values():
        read_settings({key: value for key, value in table.items() if key != "module"})
    return made


def _check_file(path: str | None) -> None:
    """Raises ValueError where nothing can be written there: better now than after all the work."""
    try:
        if path is not None:
            open(path, "a").close()
    except OSError as fault:
        raise ValueError(f"{path} cannot be written: {fault.strerror}") from None


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"`{text}` is no number of seconds: write --late EVENT=SECONDS") from None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"`{text}` is no pair: write NAME=VALUE")
    return name, value
