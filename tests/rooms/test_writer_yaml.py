"""YAML as it is written: byte for byte what Ruby's Psych writes; and `fmt`, which keeps what people put between."""

import json
import random
import shutil
import subprocess

import pytest

from aelang.writer.format_yaml import format_yaml
from aelang.writer.scalars import behind_colon
from tests.spellings import PIECES

needs_ruby = pytest.mark.skipif(shutil.which("ruby") is None, reason="no Ruby on the PATH")
DUMP = (
    "require 'psych'; require 'json'; "
    "puts JSON.dump(JSON.parse($stdin.read).map { |text| Psych.dump({'a' => {'b' => text}}) })"
)

SCALARS = [
    ("abc", "abc"), ("", "''"), ("12", "'12'"), ("true", "'true'"), ("y", '"y"'), ("/X/Y", '"/X/Y"'),
    ("a: b", "'a: b'"),
    ("it's", "it's"), ("089", "'089'"), ("${/#a}", '"${/#a}"'), ("a\nb", "|-\n      a\n      b"), ("é", "é"),
    (":x", '":x"'), ("'x'", '"\'x\'"'), ("a\tb", '"a\\tb"'), ("😀", '"\\U0001F600"'), ("\n", '"\\n"'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "written"), SCALARS)
def test_a_text_is_quoted_as_an_export_quotes_it(text: str, written: str) -> None:
    assert written == behind_colon(text, 6, 10)


def test_a_long_text_is_folded_behind_column_80() -> None:
    text = " ".join(["word"] * 20)
    assert f"{' '.join(['word'] * 15)}\n      {' '.join(['word'] * 5)}" == behind_colon(text, 6, 10)


@needs_ruby
def test_texts_of_every_kind_are_written_as_ruby_writes_them() -> None:
    chance = random.Random(5)
    pieces = [each for each in PIECES if each not in ("\u2028", "<<", "\ufeff")]  # we quote these, and need no tag
    texts = ["".join(chance.choices(pieces, k=chance.choice((1, 2, 3, 8, 30)))) for _ in range(3000)]
    done = subprocess.run(["ruby", "-e", DUMP], input=json.dumps(texts), capture_output=True, text=True, check=True)
    pairs = zip(texts, json.loads(done.stdout), strict=True)
    assert (
        [] == [(text, said) for text, said in pairs if _said(said) != f"---\na:\n  b: {behind_colon(text, 4, 5)}\n"][:3]
    )


def _said(dumped: str) -> str:
    """A file without the line that ends a document whose last text ends in blank lines."""
    return dumped.removesuffix("\n...\n") + "\n" if dumped.endswith("\n...\n") else dumped


# -- fmt ---------------------------------------------------------------------------------------------------------

AUTHORED = """\
# who wrote it

---   # the start
object_type:   instance
object:
    # what it is called
    attributes: {name: 'one', description: "12"} # both
    fields:
        - size:
            value: "red"    # why

            # below
            condition: >-
              IF a

        -   color: {value: |
              x}
# the end
"""


def test_fmt_keeps_comments_and_order() -> None:
    text = AUTHORED[: AUTHORED.index("        -   color")] + "# the end\n"
    assert (
        format_yaml(text.encode())
        == """\
# who wrote it

---  # the start
object_type: instance
object:
  # what it is called
  attributes:  # both
    name: one
    description: '12'
  fields:
  - size:
      value: red  # why

      # below
      condition: IF a

# the end
"""
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: ~", "a:"), ("a: yes", "a: yes"), ("a: 012", "a: 012"), ("a: 'x'", "a: x"), ("a: 'no'", "a: 'no'"),
        ("a: []", "a: []"),
        ("a:\n    - b", "a:\n- b"), ("a:\n  - - 1\n    - 2", "a:\n- - 1\n  - 2"), ("a: ! '1'", "a: 1"),
        ("'y': 1", '"y": 1'),
        ("a: 'x\n\n  y'", "a: |-\n  x\n  y"), ("a: 1\r\nb: 2", "a: 1\nb: 2"), ("a:\n- # c\n  b: 1", "a:\n# c\n- b: 1"),
    ],
)  # fmt: skip
def test_fmt_writes_one_style(before: str, after: str) -> None:
    assert f"---\n{after}\n" == format_yaml(f"{before}\n".encode())


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x\n", "<<: {a: 1}\n", "a: 1\n---\nb: 2\n", "%YAML 1.1\n---\na: 1\n", "a: !x y\n"]
)
def test_what_fmt_does_not_understand_is_told(text: str) -> None:
    found = format_yaml(text.encode())
    assert not isinstance(found, str)


@pytest.mark.parametrize("text", ["a: [1\n", "a: 1\na: 2\n", "\ta: 1\n", "a: \x01\n"])
def test_what_is_no_yaml_is_told(text: str) -> None:
    assert not isinstance(format_yaml(text.encode()), str)


def test_a_blank_behind_the_colon_of_nil_stays_as_it_is() -> None:
    text = "---\na: \nb:\n  c: \n"
    assert text == format_yaml(text.encode())


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n"])
def test_a_file_that_says_nothing_stays_as_it_is(text: str) -> None:
    assert text == format_yaml(text.encode())


def test_a_last_line_that_only_looks_blank_is_text() -> None:
    text = "---\na: |-\n  b\n  \u00a0\nc: d\n"
    assert text == format_yaml(text.encode())
