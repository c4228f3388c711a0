"""How many examples a property is tried with: a few by default, many times as many in the long proofs."""

import os

TIMES = int(os.environ.get("AELANG_LONG", "1"))


def examples(number: int) -> int:
    """`number`, or AELANG_LONG times as many."""
    return number * TIMES
