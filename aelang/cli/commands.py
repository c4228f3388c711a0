"""The table of commands: a line for each, so that `--help` imports none of them.

Some are groups of commands about one thing, `aelang request approve 12`; their names are two words here.
"""

from importlib import import_module
from types import ModuleType

from aelang.cli.options import Command

COMMANDS: dict[str, str] = {
    "run": "Run a target and show what came of it.",
    "validate": "Tell what is wrong in datastores, across all their files.",
    "schema": "Print or write JSON Schema for the YAML files of a datastore.",
    "kinds": "List the kinds of findings, or show the page of one.",
    "compile": "Compile datastores, report what is wrong, write the image.",
    "ls": "List domains, namespaces, classes, instances and methods.",
    "show": "Show a class or an instance with where each value comes from.",
    "explain": "Explain a value: every layer that says it, hides it or is hidden.",
    "why-not": "Tell which instance answers a target or an event, and why no other.",
    "diff": "Tell what a change does: breaking, risky or safe.",
    "impact": "Tell which entry points, events and requests a change touches.",
    "graph": "Draw a state machine, or what is reached from an instance.",
    "docs": "Write a datastore as pages to read and search.",
    "test": "Run the tests of a datastore, and tell what they cover.",
    "watch": "Validate and test again whenever a file is saved.",
    "fmt": "Put the files of a datastore into the one style.",
    "convert": "Write classes in the other spelling: YAML or `.ael`.",
    "new": "Write a first version of a domain, class, instance or method.",
    "store": "Make and look after the store of requests.",
    "request": "Make requests, decide on them, see what became of them.",
    "account": "Make accounts, see the services that they have.",
    "task": "See the tasks of requests.",
    "queue": "See what waits to be worked, put back what was given up.",
    "worker": "Work what is due in the store.",
    "event": "Raise events, take those of providers in, see what came of them.",
    "log": "Draw a log of Automate: runs, states, durations, errors first.",
    "completion": "Print the completion script for a shell.",
}
"""The commands with their one line of help; the command `x` is the module `aelang.cli.x`, a group a package."""

GROUPS: dict[str, dict[str, str]] = {
    "store": {
        "init": "Make a store.",
        "migrate": "Bring a store to the version of this program.",
        "backup": "Copy a store into a file while others go on with it.",
        "check": "Look for damage in a store.",
        "load": "Take records of an inventory into a store: users, groups, machines.",
    },
    "request": {
        "create": "Make a request.",
        "order": "Order an item of the catalog.",
        "check-out": "Order what lies in a cart.",
        "list": "List requests.",
        "show": "Show what happened to a request, and what it waits for.",
        "approve": "Approve requests.",
        "deny": "Deny requests.",
        "cancel": "Cancel requests; what they have done is undone.",
        "retry": "Run a request again from the state in which it failed.",
        "resume": "Run a request again from a state of your choice.",
        "continue": "Let a request go on that waited for an operator.",
        "repair": "Say whether a method or a command that was cut short has done its work.",
        "broken": "List the transactions that wait for an operator.",
        "commands": "List what a transaction does on which resource.",
        "journal": "Show what was done for a transaction, line by line.",
        "trace": "Show what was followed and called.",
        "watch": "Show a request live until it has ended.",
        "move-to": "Let a request go on with another datastore than it began with.",
    },
    "account": {
        "create": "Make an account.",
        "list": "List accounts.",
        "show": "Show an account with its services.",
    },
    "task": {
        "list": "List tasks.",
        "show": "Show a task: its machine, its options, its last workspace.",
    },
    "event": {
        "raise": "Raise an event.",
        "listen": "Take in a stream of events of providers.",
        "list": "List events.",
        "show": "Show an event, what was done about it, and what was followed.",
        "purge": "Delete old events.",
    },
    "queue": {
        "list": "List the messages that wait, are worked or were given up.",
        "show": "Show a message.",
        "requeue": "Put messages back that were given up.",
    },
}
"""The commands of each group; the command `x y-z` is the module `aelang.cli.x.y_z`."""


_OF_PYTHON = (" continue", " raise")
"""Words that no module may be called by."""


def command_names() -> list[str]:
    """All commands, those of groups by both of their words."""
    return [full for name in COMMANDS for full in ([f"{name} {each}" for each in GROUPS.get(name, ())] or [name])]


def line_of(name: str) -> str:
    """The one line of help of a command."""
    group, _, part = name.partition(" ")
    return GROUPS[group][part] if part else COMMANDS[name]


def module_of(name: str) -> ModuleType:
    """The module of the command `name`, which has `COMMAND` and `execute(given) -> int`."""
    path = name.replace(" ", ".").replace("-", "_")
    return import_module(f"aelang.cli.{path}{'_' if name.endswith(_OF_PYTHON) else ''}")


def declaration(name: str) -> Command:
    """What the command `name` takes."""
    command = module_of(name).COMMAND
    assert isinstance(command, Command)
    return command
