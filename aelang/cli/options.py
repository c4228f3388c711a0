"""What a command takes, as data: both the parser and the completion read it."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

Completes: TypeAlias = Literal["", "names", "domains", "files", "folders"]
"""What the shell offers for a value: names in the datastore, domains, files, folders, or nothing."""


class Option(NamedTuple):
    """An option. It takes a value if it has a `metavar` or `choices`; `many` may be given again and again."""

    names: tuple[str, ...]
    help: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    many: bool = False
    least: int | None = None
    completes: Completes = ""

    @property
    def takes_value(self) -> bool:
        """Whether a value follows it."""
        return bool(self.metavar or self.choices)

    @property
    def key(self) -> str:
        """The name under which `Given` has its value: the last of its names, without dashes."""
        return self.names[-1].lstrip("-").replace("-", "_")


class Argument(NamedTuple):
    """A positional argument."""

    key: str
    metavar: str
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()
    completes: Completes = ""


class Command(NamedTuple):
    """A command: what it does in a few sentences, what it takes, and examples with a word on each."""

    text: str
    arguments: tuple[Argument, ...] = ()
    options: tuple[Option, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()


class Given:
    """What a caller gave, by key, as the types that the declarations promise."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def text(self, key: str) -> str | None:
        """The value of an option or argument that takes one; None where it was not given."""
        return cast("str | None", self._values.get(key))

    def flag(self, key: str) -> bool:
        """Whether the flag was given."""
        return bool(self._values.get(key))

    def many(self, key: str) -> tuple[str, ...]:
        """All values, in the order in which they were given."""
        return tuple(cast("Sequence[str]", self._values.get(key) or ()))

    def value(self, key: str) -> object:
        """What was given, of whatever kind; None where it was not given."""
        return self._values.get(key)

    def number(self, key: str, default: int) -> int:
        """The value of an option that takes a number."""
        value = self._values.get(key)
        return default if value is None else int(cast("int", value))


class Misused(Exception):
    """The arguments do not go together: exit code 2 with the usage of the command."""


class Hindered(Exception):
    """What was asked for cannot be done; the text is for people: exit code 1."""


class Left(BaseException):
    """Whoever debugs has left the run. Not an Exception: nothing in the run is to take it for a fault of its own."""


DATASTORE = Option(
    ("-d", "--datastore"),
    "A datastore: a folder, a git tree `repo@rev:path` or a zip export. May be given again; the first wins.",
    "ROOT",
    many=True,
    completes="folders",
)
REFERENCE = Option(
    ("--reference",), "A datastore that is looked up in and never reported on.", "ROOT", many=True, completes="folders"
)
DOMAINS = Option(
    ("--domains",), "The enabled domains, highest first, in place of their priorities.", "A,B", completes="domains"
)
JSON = Option(("--json",), "Print JSON.")
QUIET = Option(("--quiet",), "Print results and errors only.")
COLOR = Option(
    ("--color",), "When to use colours; `auto` is on a terminal without NO_COLOR.", choices=("auto", "always", "never")
)
WHERE = (DATASTORE, REFERENCE, DOMAINS)
HOW = (QUIET, COLOR)
"""Options that every command takes."""


def domain_list(given: Given) -> tuple[str, ...] | None:
    """The domains of `--domains A,B`; None where the option was not given. Raises Misused where it names none."""
    text = given.text("domains")
    if text is None:
        return None
    names = tuple(filter(None, map(str.strip, text.split(","))))
    if not names:
        raise Misused("`--domains` names no domain: write `--domains A,B`, or leave it out")
    return names
