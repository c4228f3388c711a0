"""Measures aelang: `python benchmarks/run.py [--only PATTERN] [--json FILE|-] [--big] [--rounds N] [--check]`.

Each row is printed with its figure, its floor or peer of the same run, the ratio, the target, and if it is reached.
Times of processes are the minimum over rounds in which floor and subject take turns; rates of runs in memory are the
best of several stretches by processor time. What the Ruby engine does is not measured here: it is the figure recorded
in the design, taken on a machine like this one.
"""

import argparse
import fnmatch
import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.processes import Bench
from benchmarks.report import Result, Row, as_json, as_text, measure_row, summary
from benchmarks.rows import ROWS


def main() -> int:
    """Runs the rows asked for; 1 with `--check` if a target is not reached or a row is broken."""
    options = _options()
    rows = [row for row in ROWS if _wanted(row, options.only)]
    if not rows:
        sys.stderr.write(
            f"no row matches {options.only!r}; the rows are:\n" + "".join(f"  {row.name}\n" for row in ROWS)
        )
        return 2
    report = sys.stderr if options.json == "-" else sys.stdout
    report.write(_heading())
    results: list[Result] = []
    with Bench(big=options.big, rounds=options.rounds) as bench:
        for row in rows:
            results.append(measure_row(row, bench))
            report.write(as_text(results[-1]))
            report.flush()
    report.write("\n" + summary(results))
    _write_json(options.json, results)
    bad = any(each.reached is False or each.status == "failed" for each in results)
    return 1 if options.check and bad else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure aelang's speed and size.")
    parser.add_argument(
        "--only", metavar="PATTERN", default="", help="rows whose name contains PATTERN (* and ? as in file names)"
    )
    parser.add_argument("--json", metavar="FILE", default="", help="write the rows as JSON to FILE, - for stdout")
    parser.add_argument(
        "--big", action="store_true", help="the 140,000-file row too: minutes, and 1 GB in the temporary folder"
    )
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="rounds of each short process (default 15)")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a target is not reached")
    return parser.parse_args()


def _wanted(row: Row, pattern: str) -> bool:
    return fnmatch.fnmatch(row.name.lower(), f"*{pattern.lower()}*")


def _heading() -> str:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return (
        f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores, load {load:.2f}; "
        "times are minima of interleaved rounds, rates the best of several stretches by processor time\n\n"
    )


def _write_json(where: str, results: list[Result]) -> None:
    if where == "-":
        sys.stdout.write(as_json(results))
    elif where:
        Path(where).write_text(as_json(results), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
