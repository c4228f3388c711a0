"""The dispatch: words become a command that is executed. The parser comes in only where it is needed."""

from aelang.cli.commands import COMMANDS, GROUPS, module_of
from aelang.cli.options import Misused

_HELP = (["--help"], ["-h"])
_WRONG_USAGE = 2


def execute(words: list[str]) -> int:
    """Executes the command line `words` and gives its exit code."""
    if words in _HELP:
        from aelang.cli.helping import program_help

        return _print(program_help())
    if words and words[0] in GROUPS:
        return _execute_of_group(words[0], words[1:])
    if words and words[0] in COMMANDS:
        return _execute_command(words[0], words[1:])
    if not words:
        from aelang.cli.helping import program_help

        _print(program_help())
        return _WRONG_USAGE
    return _parsed(words)


def _execute_of_group(group: str, words: list[str]) -> int:
    if words and words[0] in GROUPS[group]:
        return _execute_command(f"{group} {words[0]}", words[1:])
    if words and words not in _HELP:
        return _parsed([group, *words])
    from aelang.cli.helping import group_help

    _print(group_help(group))
    return 0 if words else _WRONG_USAGE


def _execute_command(name: str, words: list[str]) -> int:
    from aelang.cli.reading import read_words

    module = module_of(name)
    if words in _HELP:
        from aelang.cli.helping import command_help

        return _print(command_help(name, module.COMMAND))
    given = read_words(module.COMMAND, words)
    if given is None:
        return _parsed([*name.split(), *words])
    try:
        return int(module.execute(given))
    except Misused:
        return _parsed([*name.split(), *words])  # it fails there again, and is told with the usage


def _parsed(words: list[str]) -> int:
    from aelang.cli.parser import parse_and_execute

    return parse_and_execute(words)


def _print(text: str) -> int:
    print(text)  # noqa: T201 - this is the program
    return 0
