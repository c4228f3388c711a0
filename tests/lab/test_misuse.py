"""What the laboratory says to what it cannot do, before it does anything."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab import bench  # puts the laboratory's program on the path

assert bench

import program  # noqa: E402 - of the laboratory

Told = Callable[..., str]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Told:
    """What is said to those words, by a program that did nothing."""
    monkeypatch.setenv("AELANG_SPOOL", str(tmp_path))

    def run(*words: str) -> str:
        monkeypatch.setattr(sys, "argv", ["run", *words])
        assert 1 == program.main()
        out, err = capsys.readouterr()
        assert "" == out
        return err

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing"], "the catalog has no item `nothing`: it has RHEL server"),
        (["-o", "number_of_vms=many"], "`number_of_vms` is 'many': write a whole number from 1 to 1000"),
        (["-o", "number_of_vms=0"], "`number_of_vms` is '0': write a whole number from 1 to 1000"),
        (["-o", "x"], "`x` is no pair: write NAME=VALUE"),
        (["--late", "USER_RUN_VM=soon"], "`soon` is no number of seconds: write --late EVENT=SECONDS"),
    ],
)
def test_it_is_told_in_a_line(told: Told, words: list[str], said: str) -> None:
    assert f"error: {said}\n" == told(*words)


def test_a_file_that_cannot_be_written_is_told_before_the_work(told: Told, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "trace.json"
    assert f"error: {path} cannot be written: No such file or directory\n" == told("--json", str(path))


def test_an_operation_that_the_provider_does_not_have_is_refused_with_those_it_has(told: Told) -> None:
    assert "`refuse` has no `dance`: it has clone," in told("--refuse", "dance")
