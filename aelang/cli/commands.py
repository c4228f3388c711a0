"""The table of commands: a line for each, so that `--help` imports none of them."""

from importlib import import_module
from types import ModuleType

from aelang.cli.options import Command

COMMANDS: dict[str, str] = {
    "run": "Run a target and show what came of it.",
    "validate": "Tell what is wrong in datastores, across all their files.",
    "kinds": "List the kinds of findings, or show the page of one.",
    "compile": "Compile datastores, report what is wrong, write the image.",
    "ls": "List domains, namespaces, classes, instances and methods.",
    "show": "Show a class or an instance with where each value comes from.",
    "completion": "Print the completion script for a shell.",
}
"""The commands with their one line of help; the command `x` is the module `aelang.cli.x`."""


def module_of(name: str) -> ModuleType:
    """The module of the command `name`, which has `COMMAND` and `execute(given) -> int`."""
    return import_module(f"aelang.cli.{name}")


def declaration(name: str) -> Command:
    """What the command `name` takes."""
    command = module_of(name).COMMAND
    assert isinstance(command, Command)
    return command
