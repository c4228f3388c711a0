"""`aelang fmt`: files of a datastore in the one style that there is."""

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from aelang.cli.console import Console, paint
from aelang.cli.options import HOW, Argument, Command, Given, Misused, Option

if TYPE_CHECKING:
    from aelang.diagnostics import Diagnostic

COMMAND = Command(
    text="""Puts `.ael` files and the YAML files of datastores into one style; nothing about it can be chosen. Comments,
the order of keys and the groups of lines stay, and so does what a file says. PATH is a file or a folder; `-` reads
standard input, `.ael` unless it begins as YAML does, and prints what comes of it.

A file that cannot be read is told about and left as it is. YAML comes in the style of ManageIQ's export.""",
    arguments=(Argument("paths", "PATH...", many=True, completes="files"),),
    options=(
        Option(("--check",), "Write nothing; tell which files are not in this style. Exit code 1 if there are any."),
        Option(("--diff",), "Write nothing; print what would change."),
        *HOW,
    ),
    examples=(
        ("aelang fmt .", "every file of the datastore in this folder"),
        ("aelang fmt --check --diff .", "what would change, for a pipeline"),
        ("echo 'class  Order' | aelang fmt -", "for an editor"),
    ),
)

_SUFFIXES = (".ael", ".yaml")


def execute(given: Given) -> int:
    """Formats; 1 where a file cannot be read, or with `--check` where one would change. Raises Misused."""
    console = Console(given)
    paths = given.many("paths")
    if "-" in paths:
        if len(paths) > 1:
            raise Misused("`-` is standard input: name it alone")
        return _format_input(given, console)
    files = list(_files(paths, console))
    if None in files:
        return 1
    changed = failed = 0
    for path in files:
        outcome = _format_file(str(path), given, console)
        changed += outcome is True
        failed += outcome is None
    _tell(console, given, len(files), changed, failed)
    return 1 if failed or (changed and given.flag("check")) else 0


def _files(paths: Iterable[str], console: Console) -> "Iterator[str | None]":
    """The files of `paths`; None for a path that is none, which has then been told."""
    for path in paths:
        if os.path.isdir(path):
            yield from _below(path)
        elif not os.path.isfile(path):
            console.error(f"there is no file or folder {path}")
            yield None
        elif not path.endswith(_SUFFIXES):
            console.error(f"{path} is no file of a datastore: its name ends neither in `.ael` nor in `.yaml`")
            yield None
        else:
            yield path


def _below(folder: str) -> Iterator[str]:
    """The `.ael` files below `folder`, and the YAML files that say what they are."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] != ".")
        for name in sorted(names):
            path = os.path.normpath(os.path.join(here, name))
            if name.endswith(".ael") or (name.endswith(".yaml") and _is_of_a_datastore(path)):
                yield path


def _is_of_a_datastore(path: str) -> bool:
    """Whether a YAML file says near its top that it is part of a datastore: others in a folder are not ours."""
    try:
        with open(path, "rb") as file:
            return b"object_type:" in file.read(4096)
    except OSError:
        return True  # it is told when it is read


def _format_file(path: str, given: Given, console: Console) -> bool | None:
    """Whether the file `path` changes; None where it cannot be formatted, which has then been told."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        formatted = _formatted(path, data)
        if not isinstance(formatted, str):
            _tell_faults(formatted, path, console)
            return None
        content = formatted.encode()
        if content == data:
            return False
        if given.flag("diff"):
            _print_diff(path, data, formatted, console)
        elif given.flag("check"):
            console.result(path)
        else:
            from aelang.writer.files import put_file

            put_file(os.path.realpath(path), content)
            console.note(f"formatted {path}")
    except BrokenPipeError:
        raise  # whoever read what is printed has had enough: nothing is wrong with the file
    except OSError as fault:
        console.error(f"{path}: {(fault.strerror or str(fault)).lower()}")
        return None
    return True


def _formatted(path: str, data: bytes) -> "str | tuple[Diagnostic, ...]":
    if path.endswith(".ael"):
        from aelang.writer.format_ael import format_ael

        return format_ael(data)
    from aelang.writer.format_yaml import format_yaml

    return format_yaml(data)


def _format_input(given: Given, console: Console) -> int:
    import sys

    data = sys.stdin.buffer.read()
    name = "input.yaml" if data.lstrip().startswith((b"---", b"object_type")) else "input.ael"
    formatted = _formatted(name, data)
    if not isinstance(formatted, str):
        _tell_faults(formatted, "standard input", console, data)
        return 1
    changes = formatted.encode() != data
    if given.flag("diff"):
        if changes:
            _print_diff("standard input", data, formatted, console)
    elif not given.flag("check"):
        sys.stdout.flush()
        sys.stdout.buffer.write(formatted.encode())
        sys.stdout.buffer.flush()
    return 1 if changes and given.flag("check") else 0


def _tell_faults(found: "tuple[Diagnostic, ...]", name: str, console: Console, data: bytes | None = None) -> None:
    from aelang.diagnostics.lines import line_reader
    from aelang.diagnostics.text import render
    from aelang.loader.records import placed

    def read(source: str) -> bytes:
        if data is not None:
            return data
        with open(source, "rb") as file:
            return file.read()

    said = [placed(each, name) for each in found]
    console.tell(render(said, line_reader(read), colored=console.error_colored) + "\n")


def _print_diff(path: str, before: bytes, after: str, console: Console) -> None:
    from difflib import unified_diff

    old = before.decode("utf-8", "replace").splitlines()
    colors = {"+": "green", "-": "red", "@": "cyan"}
    for line in unified_diff(old, after.splitlines(), path, path, lineterm=""):
        color = colors.get(line[:1]) if console.colored else None
        console.result(paint(line, color) if color else line)


def _tell(console: Console, given: Given, seen: int, changed: int, failed: int) -> None:
    from aelang.diagnostics.text import counted

    word = "would change" if given.flag("check") or given.flag("diff") else "changed"
    said = [f"{counted(seen, 'file')}", f"{changed} {word}"]
    if failed:
        said.append(f"{failed} cannot be read")
    console.note(", ".join(said))
