"""YAML files as surface trees: places, types, and what is said of files that cannot be read."""

import pytest

from aelang.syntax.psych import text_of
from aelang.syntax.yaml import MAX_DEPTH, Mapping, Node, parse_yaml


def _entries(text: str) -> dict[str, Node]:
    document = parse_yaml(text.encode())
    assert isinstance(document.root, Mapping), document.diagnostics
    return document.root.entries


def _said(data: str | bytes) -> list[tuple[str, int, int]]:
    found = parse_yaml(data.encode() if isinstance(data, str) else data).diagnostics
    return [(each.kind.slug, each.span.line, each.span.column) for each in found]


def test_a_value_has_its_place_and_that_of_its_key() -> None:
    assert ("x", 2, 8, 2, 3, "x") == _entries("a:\n  bc:  x\n")["a"].entries["bc"]  # type: ignore[union-attr]  # a mapping


def test_columns_count_characters() -> None:
    assert ("x", 1, 13, 1, 9, None) == _entries("{é: ü,  b: 'x'}")["b"]


def test_a_value_on_the_next_line_keeps_the_line_of_its_key() -> None:
    assert ("x", 2, 3, 1, 1, "x") == _entries("a:\n  x\n")["a"]


def test_a_value_that_is_absent_is_nil_behind_its_key() -> None:
    assert (None, 1, 3, 1, 1, "") == _entries("a:\n")["a"]


def test_a_quoted_number_is_text() -> None:
    assert ("010", 1, 5, 1, 1, None) == _entries("a: '010'")["a"]


def test_a_plain_number_is_read_as_ruby_reads_it() -> None:
    assert ("8", 1, 4, 1, 1, "010") == _entries("a: 010")["a"]


@pytest.mark.parametrize(("tag", "text"), [("!!str", "010"), ("!!int", "8")])
def test_a_known_tag_decides_the_type(tag: str, text: str) -> None:
    assert text == _entries(f"a: {tag} 010")["a"][0]


def test_an_alias_stands_for_its_anchor_at_its_own_key() -> None:
    assert ("x", 1, 4, 2, 1, "x") == _entries("a: &n x\nb: *n\n")["b"]


def test_a_merge_gives_the_keys_of_the_other_mapping() -> None:
    merged = _entries("a: &n {x: 1, y: 2}\nb:\n  <<: *n\n  y: 3\n")["b"]
    assert isinstance(merged, Mapping)
    assert {"x": "1", "y": "3"} == {key: each[0] for key, each in merged.entries.items()}


def test_of_two_equal_keys_the_last_counts() -> None:
    assert "2" == _entries("a: 1\na: 2\n")["a"][0]


def test_a_key_twice_is_said_at_the_second_and_shows_the_first() -> None:
    found = parse_yaml(b"a: 1\nb: 2\na: 3\n").diagnostics
    assert [("duplicate-key", 3, 1, 1)] == [
        (each.kind.slug, each.span.line, each.span.column, each.labels[0].span.line) for each in found
    ]


def test_an_empty_file_has_no_tree_and_no_fault() -> None:
    assert (None, ()) == parse_yaml(b"# nothing\n")


BROKEN = {
    "a second colon": ("a: b: c\n", ("unreadable-yaml", 1, 5)),
    "a bracket that is not closed": ("a: [1, 2\nb: 3\n", ("unreadable-yaml", 2, 2)),
    "a quote that is not closed": ("a: 'x\n", ("unreadable-yaml", 1, 4)),
    "a quote that another one closes": ("a: 'x\nb: 'y'\n", ("unreadable-yaml", 1, 4)),
    "a first key that stands by itself": ("a:\n   b: 1\n  c: 2\n  d: 3\n", ("unreadable-yaml", 2, 4)),
    "a line that is no key": ("a: 1\nb\nc: 2\n", ("unreadable-yaml", 3, 1)),
    "indentation that fits nothing": ("a:\n    b: 1\n  c: 2\n", ("unreadable-yaml", 3, 3)),
    "an at sign": ("a: @b\n", ("unreadable-yaml", 1, 4)),
    "an alias to nothing": ("a: *b\n", ("unreadable-yaml", 1, 4)),
    "an alias to what it stands in": ("a: &b [*b]\n", ("unreadable-yaml", 1, 8)),
    "a key that is a list": ("[a]: b\n", ("unreadable-yaml", 1, 1)),
    "a tab": ("a:\n\tb: 1\n", ("tab-indentation", 2, 1)),
    "a tab behind blanks": ("a:\n  b: 1\n  \tc: 1\n", ("tab-indentation", 3, 3)),
    "a tag": ("a: !ruby/object:Foo {}\n", ("unknown-tag", 1, 4)),
    "a second document": ("a: 1\n---\nb: 1\n", ("several-documents", 2, 1)),
    "a NUL byte": ("a: 1\nb: \0\n", ("unreadable-yaml", 2, 4)),
    "a control character": ("a: é\x07\n", ("unreadable-yaml", 1, 5)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_said_at_its_place(name: str) -> None:
    text, expected = BROKEN[name]
    assert [expected] == _said(text)


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_comes_with_a_way_out(name: str) -> None:
    assert [True] == [bool(each.help) for each in parse_yaml(BROKEN[name][0].encode()).diagnostics]


def test_bytes_that_are_not_utf8_are_a_fault_where_they_stand() -> None:
    assert [("unreadable-yaml", 2, 4)] == _said(b"a: 1\nb: \xff\n")


def test_utf16_is_a_fault() -> None:
    assert [("unreadable-yaml", 1, 1)] == _said("a: 1".encode("utf-16"))


def test_nesting_has_a_limit() -> None:
    assert ["unreadable-yaml"] == [slug for slug, _, _ in _said("[" * 100_000)]


def test_nesting_up_to_the_limit_is_read() -> None:
    assert [] == _said("[" * MAX_DEPTH + "]" * MAX_DEPTH)


def test_aliases_of_aliases_have_a_limit() -> None:
    levels = "".join(f"x{at}: &x{at} [{', '.join([f'*x{at - 1}'] * 10)}]\n" for at in range(1, 9))
    assert ["unreadable-yaml"] == [slug for slug, _, _ in _said("x0: &x0 [a]\n" + levels)]


SCALARS = {
    "": None, "~": None, "null": None, "Null": None, "true": "t", "Yes": "t", "on": "t", "off": "f", "No": "f",
    "y": "y", "n": "n", "1_000": "1000", "1,000": "1000", "1__0": "1__0", "010": "8", "08": "08", "0x1F": "31",
    "0b11": "3", "12:30:00": "45000", "1:5": "3900", "1.10": "1.1", "5.": "5.0", ".5": "0.5", "0.1e-5": "1.0e-06",
    "1e3": "1e3", "1.5e3": "1.5e3", "1e20": "1e20", ".inf": "Infinity", "-.inf": "-Infinity", ".NaN": "NaN",
    "2026-01-02": "2026-01-02", "2026-1-2": "2026-01-02", "2026-02-30": "2026-02-30",
    "2026-01-02 03:04:05 Z": "2026-01-02 03:04:05 UTC", "2026-01-02 03:04:05": "2026-01-02 03:04:05 +0000",
    "2026-02-31T00:00:00+02:00": "2026-03-03 00:00:00 +0200", ":abc": "abc", "v2": "v2", "+1": "1", "-0": "0",
    "1000000000000000.0": "1.0e+15", "/Ns/Class/inst": "/Ns/Class/inst",
}  # fmt: skip


@pytest.mark.parametrize("plain", SCALARS, ids=lambda plain: plain or "(empty)")
def test_a_plain_scalar_becomes_the_text_that_ruby_stores(plain: str) -> None:
    assert SCALARS[plain] == text_of(plain)


def test_a_text_in_a_block_begins_on_its_first_line() -> None:
    assert ("x\ny\n", 2, 3, 1, 1, None) == _entries("a: |\n  x\n  y\n")["a"]


def test_a_merge_key_that_is_tagged_as_a_text_is_one() -> None:
    root = parse_yaml(b"!!str '<<': {a: 1}\n").root
    assert isinstance(root, Mapping)
    assert ["<<"] == list(root.entries)
