"""Baselines: a file of findings that were there before, which do not count."""

import json
import os
from collections import Counter
from collections.abc import Sequence

from aelang.checking import Unusable
from aelang.diagnostics import Diagnostic
from aelang.diagnostics.gitlab import fingerprint


def only_new(found: Sequence[Diagnostic], path: str) -> list[Diagnostic]:
    """What of `found` is not in the baseline in the file `path`, which is made where there is none.

    Raises Unusable where the file cannot be read or written.
    """
    seen: Counter[str] = Counter()
    prints = [fingerprint(each, seen) for each in found]
    try:
        if not os.path.exists(path):
            _write(prints, path)
        known = _read(path)
    except OSError as error:
        raise Unusable(f"the baseline `{path}` cannot be used: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Unusable(f"`{path}` is no baseline: name another file, or take it away to make it anew") from None
    return [each for each, print_ in zip(found, prints, strict=True) if print_ not in known]


def _write(prints: list[str], path: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"aelang baseline": 1, "findings": sorted(prints)}, file, indent=1)
        file.write("\n")


def _read(path: str) -> frozenset[str]:
    with open(path, encoding="utf-8") as file:
        return frozenset(map(str, json.load(file)["findings"]))
