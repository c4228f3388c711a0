"""The progress bar: where it is drawn, what it shows, and that it is gone before anything else is said."""

import io
import sys
from typing import TextIO
from unittest import mock

import pytest

from aelang.cli.console import Console
from aelang.cli.options import Given
from aelang.cli.progress import Bar


class Terminal(io.StringIO):
    """A terminal to write to."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def _bar(stream: TextIO, **given: object) -> Bar | None:
    """The bar of a console whose standard error is `stream`."""
    with mock.patch.object(sys, "stderr", stream):  # pytest has one of its own while a test runs
        return Console(Given(given)).bar()


def _drawn() -> Console:
    """A console that shows its bar."""
    console = Console(Given({}))
    bar = console.bar()
    assert bar is not None
    bar(1, 2, "x")
    return console


def test_a_bar_shows_how_much_is_done(terminal: Terminal) -> None:
    Bar(terminal)(1, 4, "reading files")
    assert "\rreading files [######..................] 1/4\x1b[K" == terminal.getvalue()


def test_a_phase_without_steps_is_full(terminal: Terminal) -> None:
    Bar(terminal)(0, 0, "reading files")
    assert f"[{'#' * 24}] 0/0" in terminal.getvalue()


def test_a_bar_fits_into_its_line(terminal: Terminal) -> None:
    Bar(terminal)(1, 4, "x" * 200)
    assert "\r" + "x" * 79 + "\x1b[K" == terminal.getvalue()


def test_a_bar_is_cleared_once(terminal: Terminal) -> None:
    bar = Bar(terminal)
    bar(1, 4, "x")
    drawn = len(terminal.getvalue())
    bar.clear()
    bar.clear()
    assert "\r\x1b[K" == terminal.getvalue()[drawn:]


def test_a_bar_that_was_not_drawn_leaves_no_trace(terminal: Terminal) -> None:
    Bar(terminal).clear()
    assert "" == terminal.getvalue()


def test_the_bar_is_gone_before_something_is_told(terminal: Terminal) -> None:
    with mock.patch.object(sys, "stderr", terminal):
        console = _drawn()
        console.tell("done")
    assert terminal.getvalue().endswith("\r\x1b[Kdone\n")


def test_the_bar_is_gone_before_a_result(terminal: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch.object(sys, "stderr", terminal):
        console = _drawn()
        console.result("done")
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_quiet_has_no_bar(terminal: Terminal) -> None:
    assert _bar(terminal, quiet=True) is None


def test_a_dumb_terminal_has_no_bar(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert _bar(terminal) is None


def test_no_colour_still_has_a_bar(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert _bar(terminal) is not None


def test_a_pipe_has_no_bar() -> None:
    assert _bar(io.StringIO()) is None
