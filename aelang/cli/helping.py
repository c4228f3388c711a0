"""The help texts: of the program from the table of commands, of a command from its declaration."""

import os
from collections.abc import Iterable

from aelang.cli.commands import COMMANDS, GROUPS, line_of
from aelang.cli.options import Command, Option

_WIDEST, _NARROWEST = 100, 60
_LEFT = 30

_PROGRAM = """\
Automation as code: compile, check and run ManageIQ Automate datastores.

Without -d the datastore is the one that aelang.toml names, here or in a folder above, else the one that comes with
aelang. Results go to standard output, everything else to standard error.

Exit codes: 0 done, 1 the thing asked about is bad, 2 wrong usage, 3 a retry was asked for, 70 a fault of aelang."""
_EXAMPLES = (
    ("aelang run /System/Request/hello", "run a target of the datastore that comes with aelang"),
    ("aelang ls /", "what is in it; `-d FOLDER` takes another one"),
    ("aelang run --help", "more on one command"),
)
_HELP = ("-h, --help", "Show this text and exit.")


def program_help() -> str:
    """The help of the program."""
    options = (("--version", "Show the version and exit."), _HELP)
    parts = [
        "Usage: aelang COMMAND [OPTIONS] [ARGUMENTS]",
        *_text(_PROGRAM),
        "Commands:\n" + _columns(COMMANDS.items()),
        "Options:\n" + _columns(options),
        _examples(_EXAMPLES),
    ]
    return "\n\n".join(parts)


def group_help(group: str) -> str:
    """The help of the group of commands `group`."""
    parts = [
        f"Usage: aelang {group} COMMAND [OPTIONS] [ARGUMENTS]",
        COMMANDS[group],
        "Commands:\n" + _columns(GROUPS[group].items()),
        "Options:\n" + _columns([_HELP]),
        _examples((f"aelang {group} {name} --help", f"more on `{name}`") for name in list(GROUPS[group])[:1]),
    ]
    return "\n\n".join(parts)


def command_help(name: str, command: Command) -> str:
    """The help of the command `name`."""
    arguments = "".join(f" {argument.metavar}" for argument in command.arguments)
    parts = [
        f"Usage: aelang {name} [OPTIONS]{arguments}",
        *_text(f"{line_of(name)}\n\n{command.text}"),
        "Options:\n" + _columns([*map(_option, command.options), _HELP]),
        _examples(command.examples),
    ]
    return "\n\n".join(parts)


def _option(option: Option) -> tuple[str, str]:
    value = f" {option.metavar or '|'.join(option.choices)}" if option.takes_value else ""
    return ", ".join(option.names) + value, option.help


def _text(text: str) -> list[str]:
    width = _width()
    return ["\n".join(_wrapped(paragraph.split(), width)) for paragraph in text.split("\n\n")]


def _columns(rows: Iterable[tuple[str, str]]) -> str:
    lines: list[str] = []
    width = _width() - _LEFT
    for left, right in rows:
        first, *more = _wrapped(right.split(), width)
        if len(left) > _LEFT - 4:
            lines.append(f"  {left}")
            left = ""
        lines.append(f"  {left.ljust(_LEFT - 2)}{first}")
        lines += [" " * _LEFT + line for line in more]
    return "\n".join(lines)


def _width() -> int:
    """How wide a line may be: as wide as the terminal, within reason."""
    try:
        columns = os.get_terminal_size().columns
    except (OSError, ValueError):
        return _WIDEST
    return max(_NARROWEST, min(columns - 1, _WIDEST))


def _examples(examples: Iterable[tuple[str, str]]) -> str:
    return "Examples:\n" + "\n".join(f"  # {word}\n  {line}" for line, word in examples)


def _wrapped(words: list[str], width: int) -> list[str]:
    """`words` in lines of at most `width`; textwrap would cost half a bare start to import."""
    lines = [""]
    for word in words:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines
