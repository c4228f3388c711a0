"""Whatever text is written into the file of an instance, it reads back as itself, and all else stays as it was."""

from hypothesis import given
from hypothesis import strategies as st

from aelang.loader.read import read_file
from aelang.loader.records import Role
from aelang.model import Value
from aelang.syntax.instance_text import new_instance, with_attribute, with_value
from tests.editing import WRITTEN

values = st.none() | st.text() | st.text("yno~:#-{}[]'\"\\ \n0123456789_.,ex&*!|>%@", max_size=8)


def said(text: str) -> dict[str, str | None]:
    """The attributes and the values of a file of an instance."""
    record = read_file(Role.INSTANCE, text.encode())
    assert record.readable
    own = {f"@{key}": each.value for key, each in record.attributes.items()}
    return own | {part.name.value or "": part.get("value") for part in record.parts if isinstance(part, Value)}


@given(values)
def test_a_value_of_a_new_instance_reads_back(value: str | None) -> None:
    assert value == said(new_instance("new", {"size": value}))["size"]


@given(values, st.sampled_from(("size", "color", "pin")))
def test_a_value_that_is_set_reads_back_and_the_others_stay(value: str | None, field: str) -> None:
    assert said(WRITTEN) | {field: value} == said(with_value(WRITTEN, field, value))


@given(values)
def test_a_display_name_reads_back(value: str | None) -> None:
    assert said(WRITTEN) | {"@display_name": value} == said(with_attribute(WRITTEN, "display_name", value))


@given(values, values)
def test_a_value_that_is_set_again_leaves_no_trace_of_the_first(first: str | None, second: str | None) -> None:
    once = said(with_value(WRITTEN, "size", second))
    assert once == said(with_value(with_value(WRITTEN, "size", first), "size", second))
