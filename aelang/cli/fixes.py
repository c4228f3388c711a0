"""`--fix`: puts files right or shows what would become of them, and tells what was done."""

import os
from collections.abc import Sequence

from aelang.checking import Unusable
from aelang.cli.console import Console, paint, printable
from aelang.diagnostics import Diagnostic
from aelang.diagnostics.text import counted
from aelang.fixing import Fix, fixes, unified_diff, write


def fix(found: Sequence[Diagnostic], roots: Sequence[str], console: Console, *, only_show: bool) -> bool:
    """Puts right what of `found` has a safe fix, or with `only_show` prints the difference. True where files changed.

    Raises Unusable where one of `roots` is no folder.
    """
    for root in roots:
        if not os.path.isdir(root):
            raise Unusable(
                f"`{root}` is no folder: `--fix` changes files in folders only, no git tree and no zip export"
            )
    made = fixes(found)
    if only_show:
        _show(made, console)
        return False
    written = [each for each in made if _is_written(each, console)]
    count = counted(sum(len(each.found) for each in written), "finding")
    if written:
        console.note(f"put right {count} in {counted(len(written), 'file')}")
    return bool(written)


def _is_written(made: Fix, console: Console) -> bool:
    try:
        write(made)
    except OSError as error:
        console.error(f"`{made.path}` cannot be written: {error.strerror}")
        return False
    return True


_COLORS = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))


def _show(made: Sequence[Fix], console: Console) -> None:
    for each in made:
        for line in unified_diff(each):
            color = next((color for sign, color in _COLORS if line.startswith(sign)), "")
            console.result(paint(printable(line), color) if console.colored and color else line)
