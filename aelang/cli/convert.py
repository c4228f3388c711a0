"""`aelang convert`: classes go from YAML to `.ael` and back."""

import os
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, Argument, Command, Given, Misused, Option

if TYPE_CHECKING:
    from aelang.writer.convert import Selection
    from aelang.writer.spellings import Change

COMMAND = Command(
    text="""Writes the classes in PATH in the other spelling: `--to ael` makes one `.ael` file of the YAML files of a
class, `--to yaml` the files of ManageIQ's export of an `.ael` file. PATH is a datastore, a domain, a folder in one, a
class folder or an `.ael` file. The files of the old spelling are removed, other files are kept, code stays where it is.

Each class is read back first and must say the same. Comments stay with the field, value or declaration that they stand
at. Where git could not give the old files back, nothing is done without `--force`.""",
    arguments=(Argument("paths", "PATH...", many=True, completes="files"),),
    options=(
        Option(("--to",), "The spelling to write.", choices=("ael", "yaml")),
        Option(("-o", "--output"), "Write a converted copy into this folder and leave PATH as it is.", "DIR",
               completes="folders"),
        Option(("--force",), "Convert also where changes are not committed, and write over files in DIR."),
        *HOW,
    ),
    examples=(
        ("aelang new domain Shop && aelang new class /Orders/Order && aelang convert --to yaml Shop",
         "a domain with a class, in place"),
        ("aelang new domain Shop && aelang new class /Orders/Order && aelang convert --to yaml Shop -o copy",
         "a copy of it; a revision of git, `automate@v2:`, can only be copied"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Converts; 1 where something hindered it. Raises Misused."""
    from aelang.writer.convert import Hindrance, changes, select
    from aelang.writer.spellings import NotTheSame

    to = given.text("to")
    if to is None:
        raise Misused("say what to write: `--to ael` or `--to yaml`")
    console = Console(given)
    try:
        for path in given.many("paths"):
            selection = select(path)
            found = changes(selection, to)
            _refuse(selection, found, given, path)
            _tell_remarks(console, selection, found)
            _convert(selection, found, given)
            _tell(console, found, to, path)
    except Hindrance as fault:
        console.error(str(fault))
        return 1
    except NotTheSame as fault:
        console.error(f"`/{fault}` cannot be written as {to} without saying something else: it stays as it is")
        return 1
    except OSError as fault:
        console.error(f"{fault.filename}: {(fault.strerror or str(fault)).lower()}")
        return 1
    return 0


def _refuse(selection: "Selection", found: "list[Change]", given: Given, path: str) -> None:
    """Raises Hindrance where something would be lost."""
    from aelang.writer.convert import Hindrance, overwritten, uncommitted

    output = given.text("output")
    if output is None and selection.folder is None:
        raise Hindrance(f"nothing can be written into {path}: name a folder with `-o DIR`")
    if output is not None:
        if not given.flag("force") and os.path.isdir(output) and os.listdir(output):
            raise Hindrance(f"{output} is not empty: name another folder, or say `--force` to write over files in it")
        return
    folder = selection.folder or "."
    taken = [name for change in found for name in overwritten(change, folder)]
    lost = uncommitted(selection, found)
    if taken and not given.flag("force"):
        raise Hindrance(f"{_listed(taken)} would be written over: move it away, or say `--force`")
    if lost and not given.flag("force"):
        raise Hindrance(f"{_listed(lost)} has changes that are not committed: commit them, or say `--force`")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} (and {len(names) - 1} more)"


def _convert(selection: "Selection", found: "list[Change]", given: Given) -> None:
    from aelang.writer.convert import apply, copied, write_copy

    output = given.text("output")
    if output is not None:
        write_copy(copied(selection, found), output)
        return
    for change in found:
        apply(change, selection.folder or ".")


def _tell(console: Console, found: "list[Change]", to: str, path: str) -> None:
    from aelang.diagnostics.text import counted

    if not found:
        console.note(f"{path}: every class is written as {to} already")
        return
    files = counted(sum(len(each.writes) for each in found), "file")
    console.note(f"{path}: {counted(len(found), 'class', 'classes')} written as {to}: {files}")


def _tell_remarks(console: Console, selection: "Selection", found: "list[Change]") -> None:
    """Tells which files have comments that the other spelling will not have, and which stay that nobody reads."""
    from aelang.writer.convert import left

    warning = console.marked("warning", "yellow")
    for path in (path for change in found for path in change.mute):
        console.note(f"{warning}: the comments in {selection.tree.display(path)} are not carried over")
    for path in left(selection, found):
        console.note(f"{warning}: {selection.tree.display(path)} stays: it is no part of the class that was read")
