#!/usr/bin/env python3
"""Compares two listings, each a file of lines in any order: `compare.py ONE OTHER`. It knows nothing of what they list.

Prints what stands in one of them alone; 0 where they say the same, else 1.
"""

import sys
from collections import Counter


def differences(one: str, other: str) -> list[str]:
    """The lines of `one` that `other` has not, after a minus, and the other way round, after a plus."""
    here, there = (Counter(filter(None, map(str.strip, text.splitlines()))) for text in (one, other))
    gone, more = sorted((here - there).elements()), sorted((there - here).elements())
    return [*(f"- {each}" for each in gone), *(f"+ {each}" for each in more)]


def main(arguments: list[str]) -> int:
    """Compares the two files that `arguments` name."""
    if len(arguments) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    texts = []
    for each in arguments:
        with open(each, encoding="utf-8") as stream:
            texts.append(stream.read())
    found = differences(*texts)
    print("\n".join(found) or "they say the same")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
