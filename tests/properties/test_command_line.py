"""Properties of the command line: what is read without click is what click reads."""

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelang.cli.commands import command_names, declaration
from aelang.cli.options import Given, Option
from aelang.cli.parser import parse
from aelang.cli.reading import read_words

WORDS = ("x", "/A/b", "3", "0", "-1", "json", "text", "tree", "bash", "auto", "a=b", "", "-", "--", "--nope", "-x")


def words_of(option: Option) -> st.SearchStrategy[list[str]]:
    """An option as people might write it, rightly or wrongly."""
    name = st.sampled_from(option.names)
    value = st.sampled_from((*WORDS, *option.choices))
    return st.one_of(
        name.map(lambda each: [each]),
        st.tuples(name, value).map(list),
        st.tuples(name, value).map(lambda both: ["=".join(both)]),
        st.tuples(name, value).map(lambda both: ["".join(both)]),
    )


def command_lines(name: str) -> st.SearchStrategy[list[str]]:
    """Words behind the command `name`."""
    word = st.sampled_from(WORDS).map(lambda each: [each])
    some = st.one_of(word, st.sampled_from(declaration(name).options).flatmap(words_of))
    return st.lists(some, max_size=5).map(lambda parts: [each for part in parts for each in part])


def seen(name: str, said: Given) -> dict[str, object]:
    """What a command sees of what was given."""
    command = declaration(name)
    options: dict[str, object] = {}
    for option in command.options:
        if option.many:
            options[option.key] = said.many(option.key)
        elif not option.takes_value:
            options[option.key] = said.flag(option.key)
        elif option.least is not None:
            options[option.key] = said.number(option.key, -1)
        else:
            options[option.key] = said.text(option.key)
    arguments = {each.key: said.many(each.key) if each.many else said.text(each.key) for each in command.arguments}
    return options | arguments


@pytest.mark.parametrize("name", command_names())
@given(data=st.data())
def test_what_is_read_without_click_is_what_click_reads(name: str, data: st.DataObject) -> None:
    words = data.draw(command_lines(name))
    said = read_words(declaration(name), words)
    if said is None:
        return
    try:
        parsed = parse(name, words)
    except (click.UsageError, click.exceptions.Exit) as refused:
        raise AssertionError(f"click refuses what was read: {words}") from refused
    assert seen(name, parsed) == seen(name, said)
