"""`python -m tests.oracle [PART-OF-AN-ID ...]`: every vector judged, failures in detail, and the tally."""

import argparse
import sys
from collections import Counter

from tests.oracle.harness import Judgement, Verdict, judge, tally
from tests.oracle.vectors import Vector, read_deviations, read_vectors


def main() -> int:
    """Judges the vectors asked for; 0 where something ran and nothing failed, else 1."""
    options = _options()
    deviations = read_deviations()
    judged = [
        (vector, judge(vector, deviations))
        for vector in read_vectors()
        if not options.id or any(part in vector.id for part in options.id)
    ]
    for vector, judgement in judged:
        if judgement.verdict is Verdict.FAILED:
            _print_failure(vector, judgement, options.brief)
    _print_counts("deviated", [each.reason for _, each in judged if each.verdict is Verdict.DEVIATED])
    _print_counts("left out", [each.reason for _, each in judged if each.verdict is Verdict.LEFT_OUT])
    found = tally([each.verdict for _, each in judged])
    _say(str(found))
    return 0 if found.is_good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("id", nargs="*", help="run only the vectors whose id has this in it")
    parser.add_argument("--brief", action="store_true", help="one line a failure")
    return parser.parse_args()


def _print_failure(vector: Vector, judgement: Judgement, brief: bool) -> None:
    if brief:
        first = judgement.differences[0]
        _say(f"{vector.id}: {first.part}: expected {str(first.expected)[:150]} | actual {str(first.actual)[:150]}")
        return
    _say(f"FAILED {vector.id} {judgement.reason}".rstrip())
    for key in ("datastore", "uri", "note"):
        if vector.data.get(key):
            _say(f"  {key}: {vector.data[key]}")
    for difference in judgement.differences:
        _say("  " + str(difference).replace("\n", "\n  "))


def _print_counts(verdict: str, reasons: list[str]) -> None:
    for reason, count in sorted(Counter(reasons).items()):
        _say(f"{verdict} {count}: {reason}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
