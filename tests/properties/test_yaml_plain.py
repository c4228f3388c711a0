"""What is read line by line is what libyaml reads."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.syntax.yaml import Document, Mapping, Sequence, parse_with_libyaml
from aelang.syntax.yaml_plain import read_plain
from tests.properties.examples import examples

FILE = """---
object_type: class
version: 1.0
object:
  attributes:
    name: K
    inherits:
    description: "a 'b' # c"
  schema:
  - field:
      name: go
      default_value: /Ns/K/one?a=b#create
  - field:
      name: ask
      default_value: '${/#vm.name} == "x"'
  inputs: []
  options: {}
"""

keys = st.sampled_from(("a", "name", "y", "null", "_0", "<<", "a b", "'a'", "é"))
values = st.sampled_from(
    ("", " x", " 1", " 010", " ~", " true", " [ ]", " []", " {}", " 'it'", " 'it''s'", ' "a: b"', ' "\\n"', " a: b",
     " a #b", " a#b", " a:b", " a b", " a ", "x", " /a/${/#b}#c", " (x)", " &a x", " *a", " |", " - x", " a, [b]", " é",
     " +", " =")
)  # fmt: skip
lines = st.builds("{}{}{}:{}\n".format, st.sampled_from(("", " ", "  ", "    ")), st.sampled_from(("", "", "- ", "-")),
                  keys, values)  # fmt: skip
pieces = st.sampled_from(
    (" ", "  ", "- ", ":", "\n", "#", " #", '"', "'", "[]", "{}", "a: b\n", "a:\n", "\t", "&a ", "*a", "!x ", "---\n",
     "...\n", ",", "\\", "\r", "é", ".", "~", "%", "? ", "| ", "> ", "<<: ")
)  # fmt: skip


def _assert_read_alike(text: str) -> None:
    data = text.encode()
    plain = read_plain(data, Mapping, Sequence)
    if plain is not None:
        assert parse_with_libyaml(data) == Document(plain, ())


@given(st.lists(lines, max_size=12).map("".join))
@settings(max_examples=examples(400), deadline=None)
def test_lines_in_any_order_are_read_as_libyaml_reads_them(text: str) -> None:
    _assert_read_alike(text)


@given(st.lists(st.tuples(st.integers(0, len(FILE)), st.integers(0, 3), pieces), min_size=1, max_size=3))
@settings(max_examples=examples(400), deadline=None)
def test_a_file_with_slips_in_it_is_read_as_libyaml_reads_it(slips: list[tuple[int, int, str]]) -> None:
    text = FILE
    for at, lost, piece in slips:
        text = text[:at] + piece + text[at + lost :]
    _assert_read_alike(text)


def test_a_file_as_manageiq_writes_it_needs_no_libyaml() -> None:
    assert parse_with_libyaml(FILE.encode()).root == read_plain(FILE.encode(), Mapping, Sequence)
