"""Plain scalars against Ruby's own YAML: typed, stored as text and shown in lists in the same way."""

import json
import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.syntax import psych

RUBY = shutil.which("ruby")
needs_ruby = pytest.mark.skipif(RUBY is None, reason="no ruby on the PATH")
SCRIPT = """
require "yaml"; require "json"; require "date"
STDIN.each_line do |line|
  plain = JSON.parse(line)[0]
  begin
    value = Psych::ScalarScanner.new(Psych::ClassLoader.new).tokenize(plain)
    text = value == true ? "t" : value == false ? "f" : value&.to_s
    puts JSON.generate([text, value.inspect])
  rescue ArgumentError
    puts JSON.generate([plain, plain.inspect])
  end
end
"""
PIECES = st.sampled_from([
    *"0123456789-+_,.:eEx~ #", "0b", "true", "No", "null", "2026-01-02", "T03:04:05", " 23:59:60", "+01:30", "Z",
    ".inf", "é", "'", '"', "1:30", "\\", "abc",
])  # fmt: skip
PLAIN = st.lists(PIECES, max_size=6).map("".join) | st.text("0123456789-:.+TZ ", max_size=22)


def _ask_ruby(plains: list[str]) -> list[list[str | None]]:
    feed = "".join(json.dumps([plain]) + "\n" for plain in plains)
    environment = os.environ | {"TZ": "UTC", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [RUBY or "ruby", "-e", SCRIPT], input=feed, capture_output=True, text=True, check=True, env=environment
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@needs_ruby
@settings(max_examples=15, deadline=None)
@given(st.lists(PLAIN, min_size=100, max_size=300))
def test_scalars_are_read_as_ruby_reads_them(plains: list[str]) -> None:
    ours = [[psych.text_of(plain), psych.inspect(psych.type_of(plain))] for plain in plains]
    assert _ask_ruby(plains) == ours


def test_a_list_is_shown_with_the_types_of_its_elements() -> None:
    shown = [psych.inspect(psych.type_of(plain)) for plain in ("1", "b", ":c", "~", "yes", "1.50", "2026-01-02")]
    assert '[1, "b", :c, nil, true, 1.5, #<Date: 2026-01-02 ((2461043j,0s,0n),+0s,2299161j)>]' == psych.inspect_list(
        shown
    )


def test_a_hash_is_shown_with_arrows() -> None:
    assert '{"a"=>1, :b=>nil}' == psych.inspect_hash([('"a"', "1"), (":b", "nil")])


def test_text_is_shown_with_its_escapes() -> None:
    assert '"a\\"b\\\\c\\n\\#{d} #e \\u0001 é"' == psych.inspect('a"b\\c\n#{d} #e \x01 é')
