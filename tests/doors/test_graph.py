"""`aelang graph`: files and formats, programs that read it, and what it says where it cannot draw."""

import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from shutil import which

import pytest

from aelang.analysis.graphs import svg
from tests.doors.stores import Aelang, write
from tests.graphs import read_mermaid

pytestmark = pytest.mark.usefixtures("store")
needs_dot = pytest.mark.skipif(which("dot") is None, reason="graphviz is not installed")
HELLO = ("graph", "/System/Request/hello", "-d", "store")
MACHINE = """class Build
  state first = METHOD::say(pin => 'v2:{abcdef==}')
  state second = /System/Request/hello

  instance it

  method say(pin) python
    code
      def main(evm):
          pass
"""


def _dot_that(folder: Path, does: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program is found as `dot`, which does that."""
    program = folder / "bin" / "dot"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{does}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")


def test_it_is_mermaid_where_nothing_is_said(aelang: Aelang) -> None:
    done = aelang(*HELLO)
    assert (0, "") == (done.code, done.err)
    assert "/System/Request/hello in High" == read_mermaid(done.out).boxes[0]


@pytest.mark.parametrize(
    ("name", "begin"), [("a.mmd", "flowchart"), ("a.dot", "digraph"), ("a.json", "{"), ("A.GV", "d")]
)
def test_the_name_of_the_file_says_how_it_is_drawn(name: str, begin: str, aelang: Aelang, tmp_path: Path) -> None:
    done = aelang(*HELLO, "-o", name)
    assert (0, "", "") == (done.code, done.out, done.err)
    assert (tmp_path / name).read_text().startswith(begin)


def test_the_format_counts_more_than_the_name_of_the_file(aelang: Aelang, tmp_path: Path) -> None:
    assert 0 == aelang(*HELLO, "-o", "a.svg", "--format", "dot").code
    assert (tmp_path / "a.svg").read_text().startswith("digraph")


def test_a_file_that_cannot_be_written_is_told(aelang: Aelang) -> None:
    done = aelang(*HELLO, "-o", "nowhere/a.dot")
    assert (1, "error: `nowhere/a.dot` cannot be written: No such file or directory\n") == (done.code, done.err)


def test_two_formats_are_wrong_usage(aelang: Aelang) -> None:
    done = aelang(*HELLO, "--json", "--format", "dot")
    assert 2 == done.code
    assert "`--json` and `--format` say different things" in done.err


@needs_dot
def test_svg_is_an_image_with_a_name_for_those_who_do_not_see(aelang: Aelang, tmp_path: Path) -> None:
    assert 0 == aelang(*HELLO, "-o", "a.svg").code
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    assert ("img", "/System/Request/hello") == (root.get("role"), root.get("aria-label"))


def test_without_dot_it_is_said_what_to_install(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = aelang(*HELLO, "--format", "svg")
    said = "SVG is drawn by `dot`, which is not installed: install graphviz, or ask for `--format mermaid`"
    assert (1, "", f"error: {said}\n") == (done.code, done.out, done.err)


def test_a_dot_that_fails_is_told_in_its_words(aelang: Aelang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _dot_that(tmp_path, "cat >/dev/null; echo 'no fonts' >&2; exit 3", monkeypatch)
    done = aelang(*HELLO, "--format", "svg")
    said = "`dot` ended with 3: no fonts; `--format mermaid` does without it"
    assert (1, "", f"error: {said}\n") == (done.code, done.out, done.err)


def test_a_dot_that_draws_nothing_is_told(aelang: Aelang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _dot_that(tmp_path, "cat >/dev/null", monkeypatch)
    done = aelang(*HELLO, "--format", "svg")
    assert 1 == done.code
    assert "`dot` was given 1 diagrams and drew 0" in done.err


def test_a_dot_that_does_not_end_is_given_up(aelang: Aelang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _dot_that(tmp_path, "exec tail -f /dev/null", monkeypatch)
    monkeypatch.setattr(svg, "TIME_LIMIT", 0.05)
    done = aelang(*HELLO, "--format", "svg")
    said = "`dot` took longer than 0.05 seconds: have less drawn, with `--limit`; `--format mermaid` does without it"
    assert (1, f"error: {said}\n") == (done.code, done.err)


def test_a_program_gets_each_state_with_what_it_does_and_where_it_stands(aelang: Aelang, store: Path) -> None:
    write(store, {"High/System/Build.ael": MACHINE})
    told = json.loads(aelang("graph", "/System/Build/it", "-d", "store", "--json").out)
    second = told["boxes"][2]
    leads = {"kind": "instance", "path": "/System/Request/hello", "full": "/High/System/Request/hello"}
    assert ("state", "second", 3) == (second["kind"], second["title"], second["line"])
    assert [{"label": "does", "text": "/System/Request/hello", "leads_to": [leads]}] == second["rows"]
    assert ["next", "next", "next"] == [each["kind"] for each in told["arrows"]]


@pytest.mark.parametrize("shape", ["mermaid", "dot", "json"])
def test_a_secret_is_shown_in_no_drawing(shape: str, aelang: Aelang, store: Path) -> None:
    write(store, {"High/System/Build.ael": MACHINE})
    done = aelang("graph", "/System/Build/it", "-d", "store", "--format", shape)
    assert (0, False) == (done.code, "abcdef" in done.out)


# -- large machines ----------------------------------------------------------------------------------------------


@pytest.fixture
def long_machine(store: Path) -> None:
    """A machine of 2,000 states, in the datastore."""
    states = "".join(f"  state s{at} = /System/Request/hello\n" for at in range(2000))
    write(store, {"High/System/Long.ael": f"class Long\n{states}  instance it\n"})


@pytest.mark.usefixtures("long_machine")
def test_of_a_large_machine_the_first_states_are_drawn_and_it_is_told_how_to_have_others(aelang: Aelang) -> None:
    done = aelang("graph", "/System/Long/it", "-d", "store")
    said = "left out: 1900 states; `--from STATE` says where to begin, `--limit` how many are drawn\n"
    assert (0, said) == (done.code, done.err)
    boxes = read_mermaid(done.out).boxes
    assert ("s99 does: /System/Request/hello", "1900 states", "end") == boxes[-3:]
    assert 50_000 > len(done.out)  # more is refused where Mermaid is drawn


@pytest.mark.usefixtures("long_machine")
def test_a_large_machine_is_drawn_from_the_state_that_is_named(aelang: Aelang) -> None:
    told = json.loads(aelang("graph", "/System/Long/it", "-d", "store", "--from", "S500", "--limit", "2", "--json").out)
    assert ["/System/Long/it", "500 states", "s500", "s501", "1498 states", "end"] == [
        box["title"] for box in told["boxes"]
    ]
    assert 1998 == told["left_out"]


@needs_dot
@pytest.mark.usefixtures("long_machine")
def test_a_large_machine_is_a_picture(aelang: Aelang) -> None:
    assert (0, "<?xml") == (aelang("graph", "/System/Long/it", "-d", "store", "-o", "a.svg").code, _begin("a.svg"))


def _begin(name: str) -> str:
    return Path(name).read_text()[:5]


@pytest.mark.usefixtures("long_machine")
def test_a_state_that_the_machine_does_not_have_is_told_with_the_nearest(aelang: Aelang) -> None:
    done = aelang("graph", "/System/Long/it", "-d", "store", "--from", "s2000")
    assert (1, "error: the machine has no state `s2000`: did you mean `s200`?\n") == (done.code, done.err)


@pytest.mark.parametrize("word", ["--reached", "--depth=2"])
def test_where_a_machine_begins_does_not_go_with_what_is_reached(aelang: Aelang, store: Path, word: str) -> None:
    assert 2 == aelang(*HELLO, "--from", "s1", word).code


def test_what_missing_answers_for_is_drawn_as_that(aelang: Aelang) -> None:
    drawn = read_mermaid(aelang("graph", "/System/Leaf/two", "-d", "store").out)
    assert "/System/Leaf/.missing .missing answers" == drawn.boxes[0]
