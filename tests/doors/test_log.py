"""`aelang log`: exit codes, what programs get, and a log that is followed."""

import io
import json
import sys
from pathlib import Path

import pytest

from tests.doors.stores import Aelang

TASK = "automation: Q-task_id([automation_task_3])"
LINES = [
    f"[----] I, [2026-01-02T03:04:05.000000 #7:abc]  INFO -- {TASK} Instantiating [/A/b?x=1]",
    f"[----] I, [2026-01-02T03:04:06.000000 #7:abc]  INFO -- {TASK} Following Relationship [miqaedb:/A/c#create]",
    f"[----] W, [2026-01-02T03:04:06.100000 #7:abc]  WARN -- {TASK} careful",
    f"[----] E, [2026-01-02T03:04:06.500000 #7:abc] ERROR -- {TASK} it broke\x1b[2J",
    f"[----] I, [2026-01-02T03:04:07.000000 #7:abc]  INFO -- {TASK} Followed  Relationship [miqaedb:/A/c#create]",
    "[----] I, [2026-01-02T03:04:08.000000 #8:abc]  INFO -- automation: Instantiating [/System/Process/Event]",
]


@pytest.fixture
def log(tmp_path: Path) -> str:
    """A log of a task and an event."""
    path = tmp_path / "automation.log"
    path.write_text("\n".join(LINES) + "\n")
    return str(path)


def test_a_program_gets_runs_with_their_parts(aelang: Aelang, log: str) -> None:
    said = json.loads(aelang("log", log, "--json").out)
    (run,) = said["contexts"][0]["runs"]
    part = {"kind": "relationship", "text": "/A/c#create", "seconds": 1.0, "result": "", "times": 1}
    assert ("/A/b?x=1", "2026-01-02T03:04:05.000Z", "error", 2.0, part) == (
        run["uri"], run["from"], run["result"], run["seconds"],
        {key: value for key, value in run["parts"][0].items() if key != "parts"},
    )  # fmt: skip


def test_a_program_gets_what_went_wrong(aelang: Aelang, log: str) -> None:
    (fault,) = json.loads(aelang("log", log, "--json").out)["errors"]
    assert ("automation_task_3", "/A/c#create", 1) == (fault["context"], fault["inside"], fault["times"])


def test_what_a_terminal_would_obey_is_not_printed(aelang: Aelang, log: str) -> None:
    assert "\x1b" not in aelang("log", log).out


def test_many_contexts_are_listed_unless_all_are_wanted(aelang: Aelang, tmp_path: Path) -> None:
    path = tmp_path / "many.log"
    path.write_text("".join(f"automation_task_{number}  info: Instantiating [/A/b]\n" for number in range(101)))
    assert (True, False) == tuple(
        "--all` draws all" in aelang("log", str(path), *words).out for words in ((), ("--all",))
    )


@pytest.mark.parametrize(("text", "code"), [("", 1), ("nonsense\n", 1), ("info: Instantiating [/A/b]\n", 0)])
def test_a_file_without_entries_is_no_log(text: str, code: int, aelang: Aelang, tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text(text)
    assert code == aelang("log", "a.log").code


def test_a_file_that_is_not_there_is_told(aelang: Aelang) -> None:
    done = aelang("log", "nowhere.log")
    assert (1, "error: nowhere.log cannot be read: No such file or directory\n") == (done.code, done.err)


def test_a_request_that_is_not_in_the_log_is_told(aelang: Aelang, log: str) -> None:
    assert "nothing of request 99 is in 1 log\n" == aelang("log", log, "--request", "99").err


@pytest.mark.parametrize("words", [("a.log", "b.log"), ("a.log", "--json")])
def test_one_file_is_followed_as_text(words: tuple[str, ...], aelang: Aelang) -> None:
    assert 2 == aelang("log", "--follow", *words).code


def test_a_pipe_is_followed_to_its_end(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BufferedReader(io.BytesIO("\n".join(LINES).encode())))
    monkeypatch.setattr(sys, "stdin", piped)
    told = aelang("log", "--follow", "-", "--context", "automation_task_3").out.splitlines()
    assert [
        "03:04:05  automation_task_3  Instantiating [/A/b?x=1]",
        "03:04:06  automation_task_3    Following Relationship [miqaedb:/A/c#create]",
        "03:04:06  automation_task_3      warning: careful",
        "03:04:06  automation_task_3      error: it broke\\x1b[2J",
        "03:04:07  automation_task_3    Followed  Relationship [miqaedb:/A/c#create]",
    ] == told


def test_following_ends_without_a_fault_when_it_is_interrupted(
    aelang: Aelang, log: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", interrupted)
    done = aelang("log", "--follow", log)
    assert (0, 6) == (done.code, len(done.out.splitlines()))
