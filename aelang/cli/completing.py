"""What the shell offers: commands, options and the names in the datastore, without a parser's start-up cost."""

from collections.abc import Iterator
from typing import NamedTuple

from aelang.cli.commands import COMMANDS, GROUPS, declaration
from aelang.cli.options import Command, Completes, Option

FILES, FOLDERS = ":files", ":folders"
"""Printed in place of words: the shell then offers files or folders of its own."""


class _Read(NamedTuple):
    """The words before the current one: values of options by key, positional words, and an option still waiting."""

    values: dict[str, list[str]]
    positional: list[str]
    waiting: Option | None


def complete(words: list[str]) -> int:
    """Prints, one a line, what may stand in place of the last of `words` (those behind `aelang`). Never fails."""
    for word in candidates(words):
        print(word)  # noqa: T201 - the shell reads it
    return 0


def candidates(words: list[str]) -> list[str]:
    """What may stand in place of the last of `words`."""
    *before, current = words or [""]
    if not before:
        return _beginning(current, [*COMMANDS, "--help", "--version"] if current.startswith("-") else list(COMMANDS))
    if before[0] not in COMMANDS:
        return []
    name, rest = before[0], before[1:]
    if name in GROUPS:
        if not rest:
            return _beginning(current, [*GROUPS[name], "--help"] if current.startswith("-") else list(GROUPS[name]))
        if rest[0] not in GROUPS[name]:
            return []
        name, rest = f"{name} {rest[0]}", rest[1:]
    command = declaration(name)
    read = _read(command, rest)
    if read.waiting is not None:
        return _values(read.waiting, current, read)
    if current.startswith("-"):
        return _options(command, current, read)
    return _positional(command, current, read)


def _read(command: Command, words: list[str]) -> _Read:
    by_name = {name: option for option in command.options for name in option.names}
    read = _Read({}, [], None)
    waiting: Option | None = None
    for word in words:
        name, equals, value = word.partition("=")
        if waiting is not None:
            read.values.setdefault(waiting.key, []).append(word)
            waiting = None
        elif not word.startswith("-"):
            read.positional.append(word)
        elif (option := by_name.get(name)) is not None and option.takes_value:
            if equals:
                read.values.setdefault(option.key, []).append(value)
            else:
                waiting = option
        elif option is not None:
            read.values.setdefault(option.key, []).append("")
    return read._replace(waiting=waiting)


def _options(command: Command, current: str, read: _Read) -> list[str]:
    name, equals, value = current.partition("=")
    for option in command.options:
        if equals and name in option.names and option.takes_value:
            return [f"{name}={each}" for each in _values(option, value, read) if not each.startswith(":")]
    offered = (option.names[-1] for option in command.options if option.many or option.key not in read.values)
    return _beginning(current, [*offered, "--help"])


def _values(option: Option, current: str, read: _Read) -> list[str]:
    return _beginning(current, list(option.choices)) if option.choices else _completed(option.completes, current, read)


def _positional(command: Command, current: str, read: _Read) -> list[str]:
    at = len(read.positional)
    arguments = command.arguments
    if at < len(arguments):
        argument = arguments[at]
    elif arguments and arguments[-1].many:
        argument = arguments[-1]
    else:
        return []
    if argument.choices:
        return _beginning(current, list(argument.choices))
    return _completed(argument.completes, current, read)


def _completed(completes: Completes, current: str, read: _Read) -> list[str]:
    match completes:
        case "files":
            return [FILES]
        case "folders":
            return [FOLDERS]
        case "names" | "domains":
            return list(_in_datastore(completes, current, read))
        case "":
            return []


def _in_datastore(completes: str, current: str, read: _Read) -> Iterator[str]:
    from aelang.analysis.names import domains_beginning, paths_beginning
    from aelang.project import ProjectError, open_project

    domains = ",".join(read.values.get("domains", [])) or None
    try:
        index = open_project(
            read.values.get("datastore", []),
            domains=None if domains is None or completes == "domains" else domains.split(","),
            references=read.values.get("reference", []),
        ).image.index
    except (ProjectError, OSError):
        return  # a shell is no place for complaints: the command itself will make them
    if completes == "names":
        yield from paths_beginning(index, current)
    else:
        chosen, comma, last = current.rpartition(",")
        yield from (f"{chosen}{comma}{name}" for name in domains_beginning(index, last))


def _beginning(current: str, words: list[str]) -> list[str]:
    return [word for word in words if word.startswith(current)]
