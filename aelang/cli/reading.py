"""Reading well-formed words: a command line without surprises needs no parser, which would cost three bare starts.

What is read here is read as click reads it (a property test compares them). Everything else - help, wrong usage, the
rarer ways to write an option - is click's, in `parser`.
"""

from collections.abc import Iterator, Sequence

from aelang.cli.options import Argument, Command, Given, Option


def read_words(command: Command, words: Sequence[str]) -> Given | None:
    """What `words`, those behind the name of `command`, give; None where it takes click to say."""
    by_name = {name: option for option in command.options for name in option.names}
    values: dict[str, object] = {option.key: () if option.many else None for option in command.options}
    positional: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("-"):
            positional.append(word)
        elif not _take_option(word, rest, by_name, values):
            return None
    return Given(values) if _take_arguments(command.arguments, positional, values) else None


def _take_option(word: str, rest: Iterator[str], by_name: dict[str, Option], values: dict[str, object]) -> bool:
    name, equals, value = word.partition("=")
    option = by_name.get(name)
    if option is None or bool(equals) > (option.takes_value and name.startswith("--")):
        return False
    if not option.takes_value:
        values[option.key] = True
        return True
    if not equals:
        value = next(rest, "")
    if not value or value.startswith("-"):
        return False
    return _take_value(option, value, values)


def _take_value(option: Option, value: str, values: dict[str, object]) -> bool:
    if option.choices and value not in option.choices:
        return False
    if option.least is not None and not _is_number(value, option.least):
        return False
    if option.many:
        before = values[option.key]
        assert isinstance(before, tuple)
        values[option.key] = (*before, value)
    else:
        values[option.key] = value if option.least is None else int(value)
    return True


def _is_number(text: str, least: int) -> bool:
    """Whether `text` is a number of at least `least`; Python reads none of thousands of digits."""
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) >= least


_MOST_DIGITS = 100


def _take_arguments(declared: tuple[Argument, ...], given: list[str], values: dict[str, object]) -> bool:
    """Whether `given` fill the arguments; only the last one may take several."""
    rest = list(given)
    for argument in declared:
        if argument.many:
            if argument.required and not rest:
                return False
            values[argument.key] = tuple(rest)
            rest = []
        elif rest:
            values[argument.key] = rest.pop(0)
        elif argument.required:
            return False
        else:
            values[argument.key] = None
        if argument.choices and values[argument.key] not in (*argument.choices, None):
            return False
    return not rest and "" not in given
