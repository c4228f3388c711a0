"""`aelang run` with `--checkpoint`, `--resume`, `--until-done` and `--speed`."""

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from aelang.checkpoints import CheckpointError, Held, Kept, read_checkpoint, restore, write_checkpoint
from aelang.cli import retries
from aelang.services.inventory import default_catalog
from tests.doors.machines import FILES, URI, field, instance, klass, method
from tests.doors.stores import Aelang, Done, write

KEPT = Path("kept.json")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path) -> Path:
    """The folder `machine` with the datastore."""
    return write(tmp_path / "machine", FILES)


def root(done: Done) -> dict[str, Any]:
    """The root's attributes in what a run with --json gave."""
    found = json.loads(done.out)["root"]
    assert isinstance(found, dict)
    return found


def begun(aelang: Aelang, *words: str) -> Done:
    """A run that has left a checkpoint."""
    return aelang("run", URI, "-d", "machine", "--checkpoint", str(KEPT), *words)


def resumed(aelang: Aelang, *words: str) -> Done:
    """A run that goes on from it."""
    return aelang("run", "--resume", str(KEPT), "-d", "machine", "--json", *words)


def test_a_retry_leaves_a_checkpoint_and_code_3(aelang: Aelang) -> None:
    assert (3, True) == (begun(aelang).code, KEPT.exists())


def test_the_checkpoint_is_for_its_owner_alone(aelang: Aelang) -> None:
    begun(aelang)
    assert 0o600 == KEPT.stat().st_mode & 0o777


def test_nothing_but_the_checkpoint_is_left_in_the_folder(aelang: Aelang) -> None:
    before = {*os.listdir(), KEPT.name}
    begun(aelang)
    assert before == set(os.listdir())


def test_the_checkpoint_has_the_position_and_when_to_go_on(aelang: Aelang) -> None:
    begun(aelang)
    kept = json.loads(KEPT.read_text())
    assert ("aelang checkpoint", 1, URI, "wait") == (
        kept["format"], kept["version"], kept["uri"], kept["root"]["ae_state"],
    )  # fmt: skip


def test_a_run_that_asks_for_nothing_leaves_no_checkpoint(aelang: Aelang) -> None:
    aelang("run", "/N/Leaf/a", "-d", "machine", "--checkpoint", str(KEPT))
    assert not KEPT.exists()


def test_how_to_go_on_is_told(aelang: Aelang) -> None:
    line = f"note: to go on: aelang run -d machine --no-methods --resume {KEPT} --checkpoint {KEPT}"
    assert line == begun(aelang, "--no-methods").err.splitlines()[-1]


def test_resume_goes_on_with_the_state(aelang: Aelang) -> None:
    begun(aelang)
    done = resumed(aelang)
    assert (3, "wait", 2) == (done.code, root(done)["ae_state"], root(done)["ae_state_retries"])


def test_resumed_to_the_end_a_run_ends_as_one_that_never_stopped(aelang: Aelang) -> None:
    begun(aelang)
    resumed(aelang, "--checkpoint", str(KEPT))
    stopped = resumed(aelang)
    through = aelang("run", URI, "-d", "machine", "--json", "--until-done", "--speed", "max")
    varying = ("ae_state_started",)
    assert (0, {name: value for name, value in root(through).items() if name not in varying}) == (
        stopped.code,
        {name: value for name, value in root(stopped).items() if name not in varying},
    )


def test_a_checkpoint_that_is_done_with_is_removed(aelang: Aelang) -> None:
    begun(aelang)
    done = resumed(aelang, "--checkpoint", str(KEPT), "--until-done", "--speed", "max")
    assert (0, False, True) == (done.code, KEPT.exists(), f"note: {KEPT} is no longer needed" in done.err)


@pytest.mark.parametrize("words", [("--resume", str(KEPT)), (URI, "--checkpoint", str(KEPT))])
def test_a_checkpoint_that_another_process_goes_on_with_is_left_alone(aelang: Aelang, words: tuple[str, ...]) -> None:
    begun(aelang)
    before = KEPT.read_bytes()
    held = Held()
    held.take(str(KEPT))
    done = aelang("run", *words, "-d", "machine")
    held.close()
    said = f"error: another process goes on with the checkpoint {KEPT.absolute()}: wait for its end\n"
    assert (1, "", said, before) == (*done, KEPT.read_bytes())


def test_a_checkpoint_that_a_run_writes_is_its_own(aelang: Aelang) -> None:
    begun(aelang)
    document = read_checkpoint(str(KEPT))
    kept = Kept(restore(document, default_catalog()).checkpoint, 1, document.at, document.due)
    one, other = Held(), Held()
    write_checkpoint(str(KEPT), kept, one)
    with pytest.raises(CheckpointError, match="another process goes on with"):
        write_checkpoint(str(KEPT), kept, other)
    one.close()
    other.take(str(KEPT))
    other.close()


def test_a_checkpoint_that_is_only_read_stays(aelang: Aelang) -> None:
    begun(aelang)
    resumed(aelang, "--until-done", "--speed", "max")
    assert KEPT.exists()


def test_after_a_failure_the_checkpoint_stays_and_how_to_go_on_is_told(aelang: Aelang, machine: Path) -> None:
    write(machine, _FAILING)
    done = aelang("run", "/N/Failing/go", "-d", "machine", "--checkpoint", str(KEPT), "--until-done", "--speed", "max")
    assert (1, True, True) == (done.code, KEPT.exists(), f"--resume {KEPT} --checkpoint {KEPT}" in done.err)


_FAILING = {
    "D/N/Failing.class/__class__.yaml": klass(
        "Failing",
        [
            field("relationship", "fails", "/N/Failure/${/#ae_state_retries}"),
            field("state", "wait", "/N/Answer/0", collect="/ae_result = result; /ae_retry_interval = interval"),
        ],
    ),
    "D/N/Failing.class/go.yaml": instance("go"),
    "D/N/Failure.class/__class__.yaml": klass("Failure", [field("attribute", "text")]),
    "D/N/Failure.class/1.yaml": instance("1", text="${Nope/Nope/Nope#x}"),
    "D/N/Failure.class/_missing.yaml": instance(".missing"),
}


def test_the_user_of_the_run_stays(aelang: Aelang) -> None:
    begun(aelang, "--user", "99")
    assert "there is no user 99" in resumed(aelang).err


def test_attributes_are_added_when_going_on(aelang: Aelang) -> None:
    begun(aelang, "--attr", "a=1", "--attr", "b=2")
    found = root(resumed(aelang, "--attr", "b=3", "--attr", "c=4"))
    assert ("1", "3", "4") == (found["a"], found["b"], found["c"])


def test_a_password_is_kept_as_its_ciphertext(aelang: Aelang) -> None:
    begun(aelang, "--attr", "password::p=v2:{canary==}")
    assert "v2:{canary==}" == unquote(json.loads(KEPT.read_text())["uri"].rpartition("p=")[2])


def test_a_password_in_the_clear_is_never_written(aelang: Aelang) -> None:
    done = begun(aelang, "--attr", "password::p=tweety-bird")
    assert (False, True) == ("tweety" in KEPT.read_text(), "is masked in the checkpoint" in done.err)


def test_a_password_that_a_method_keeps_in_the_clear_is_not_written(aelang: Aelang, machine: Path) -> None:
    write(machine, _CARELESS)
    done = aelang("run", "/N/Careless/go", "-d", "machine", "--checkpoint", str(KEPT))
    assert (3, {"kept": "********"}, True) == (
        done.code, json.loads(KEPT.read_text())["state_vars"], "is masked in the checkpoint" in done.err,
    )  # fmt: skip


_CARELESS = {
    "D/N/Careless.class/__class__.yaml": klass(
        "Careless",
        [
            field("attribute", "secret", "sylvester-in-the-clear", datatype="password"),
            field("state", "keep", "METHOD::keep"),
        ],
    ),
    "D/N/Careless.class/go.yaml": instance("go"),
    "D/N/Careless.class/__methods__/keep.yaml": method("keep"),
    "D/N/Careless.class/__methods__/keep.py": """\
def main(evm):
    evm.set_state_var("kept", evm.object.decrypt("secret"))
    evm.retry(after=30)
""",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no checkpoint of aelang, or is damaged"),
        ("{", "is no checkpoint of aelang, or is damaged"),
        ("[" * 100_000, "is no checkpoint of aelang, or is damaged"),
        ("{}", "is no checkpoint of aelang"),
        ('{"format": "aelang checkpoint", "version": 2}', "is a checkpoint of version 2"),
        ('{"format": "aelang checkpoint", "version": 1}', "is damaged: `uri` is missing"),
    ],
)
def test_a_file_that_is_no_checkpoint_is_told(text: str, said: str, aelang: Aelang) -> None:
    KEPT.write_text(text)
    done = resumed(aelang)
    assert (1, "", True) == (done.code, done.out, said in done.err)


@pytest.mark.parametrize("key", ["at", "due", "root", "state_vars", "state_info", "undos", "rollback", "user"])
@pytest.mark.parametrize("value", ['{"x": {"y": {"bogus": 1}}}', '"x"', "[[1]]", "true", '{"x": {"y": {"hash": [1]}}}'])
def test_a_damaged_checkpoint_is_told(key: str, value: str, aelang: Aelang) -> None:
    begun(aelang)
    KEPT.write_text(json.dumps({**json.loads(KEPT.read_text()), key: json.loads(value)}))
    done = resumed(aelang)
    assert (1, True) == (done.code, f"error: the checkpoint {KEPT} is damaged" in done.err)


def test_a_checkpoint_that_is_not_there_is_told(aelang: Aelang) -> None:
    done = resumed(aelang)
    assert (1, f"error: the checkpoint {KEPT} cannot be read: No such file or directory\n") == (done.code, done.err)


def test_another_file_is_not_overwritten(aelang: Aelang) -> None:
    KEPT.write_text("precious")
    assert (1, "precious") == (begun(aelang).code, KEPT.read_text())


def test_what_is_no_file_is_not_replaced(aelang: Aelang) -> None:
    os.mkfifo(KEPT)
    assert (1, True) == (begun(aelang).code, KEPT.is_fifo())


def test_what_is_no_file_is_not_read(aelang: Aelang) -> None:
    os.mkfifo(KEPT)
    assert f"error: {KEPT} is no checkpoint of aelang: it is no file\n" == resumed(aelang).err


def test_a_folder_that_is_not_there_is_told_before_the_run(aelang: Aelang) -> None:
    done = aelang("run", URI, "-d", "machine", "--checkpoint", "nowhere/kept.json", "--trace")
    assert (1, False) == (done.code, "Instantiating" in done.err)


def test_an_empty_file_is_taken_for_a_checkpoint(aelang: Aelang) -> None:
    KEPT.touch()
    assert 3 == begun(aelang).code


@pytest.mark.parametrize(
    "words",
    [
        (URI, "--resume", "x.json"),
        ("--resume", "x.json", "--message", "m"),
        ("--until-done",),
        (URI, "--speed", "2"),
        (URI, "--until-done", "--speed", "0"),
        (URI, "--until-done", "--speed", "-1"),
        (URI, "--until-done", "--speed", "nan"),
        (URI, "--until-done", "--speed", "fast"),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(words: tuple[str, ...], aelang: Aelang) -> None:
    assert 2 == aelang("run", *words).code


def test_until_done_goes_on_to_the_end(aelang: Aelang) -> None:
    done = aelang("run", URI, "-d", "machine", "--json", "--until-done", "--speed", "max")
    assert (0, "finished", "") == (done.code, json.loads(done.out)["outcome"], root(done)["ae_state"])


def test_each_wait_is_told_with_state_and_try(aelang: Aelang) -> None:
    err = aelang("run", URI, "-d", "machine", "--until-done", "--speed", "max").err
    assert ["waiting: state wait, try 2", "waiting: state wait, try 3"] == [
        line.partition(", next")[0] for line in err.splitlines()
    ]


def test_waits_are_shortened_by_the_speed(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(retries.time, "sleep", sleep)
    monkeypatch.setattr(retries.time, "monotonic", lambda: now[0])
    aelang("run", URI, "-d", "machine", "--until-done", "--speed", "30")
    assert [2.0, 2.0] == slept


def test_the_clock_of_the_run_moves_with_the_waits(aelang: Aelang, machine: Path) -> None:
    write(machine, {"D/N/Answer.class/1.yaml": instance("1", result="retry", interval="15.minutes")})
    done = aelang("run", URI, "-d", "machine", "--json", "--until-done", "--speed", "max")
    assert (1, True) == (done.code, "exceeded maximum of <10.minutes>" in root(done)["ae_reason"])


def test_the_clock_goes_on_from_where_the_checkpoint_left_it(aelang: Aelang, machine: Path) -> None:
    write(machine, {"D/N/Answer.class/0.yaml": instance("0", result="retry", interval="15.minutes")})
    begun(aelang)
    kept = json.loads(KEPT.read_text())
    KEPT.write_text(json.dumps({**kept, "at": kept["at"].replace(kept["at"][:4], "2999")}))
    assert "exceeded maximum of <10.minutes>" in root(resumed(aelang))["ae_reason"]


def test_an_interval_without_end_breaks_no_clock(aelang: Aelang, machine: Path) -> None:
    write(machine, {"D/N/Answer.class/0.yaml": instance("0", result="retry", interval="99999999999999")})
    assert 1 == aelang("run", URI, "-d", "machine", "--until-done", "--speed", "max").code


def test_an_interrupt_while_waiting_says_how_to_go_on(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(retries.time, "sleep", interrupt)
    done = begun(aelang, "--until-done")
    assert (130, "", True, True) == (
        done.code, done.out, KEPT.exists(), f"--until-done --resume {KEPT} --checkpoint {KEPT}" in done.err,
    )  # fmt: skip


def test_a_rollback_that_waits_is_waited_out_too(aelang: Aelang, machine: Path) -> None:
    write(machine, _ROLLBACK)
    done = aelang("run", "/N/Undoing/go", "-d", "machine", "--json", "--until-done", "--speed", "max")
    said = json.loads(done.out)
    assert (1, "error", "done", {"undone": 2}) == (done.code, said["result"], said["rollback"], said["state_vars"])


def test_a_rollback_goes_on_from_its_checkpoint(aelang: Aelang, machine: Path) -> None:
    write(machine, _ROLLBACK)
    first = aelang("run", "/N/Undoing/go", "-d", "machine", "--checkpoint", str(KEPT))
    said = json.loads(resumed(aelang).out)
    assert (3, "error", "done", {"undone": 2}) == (first.code, said["result"], said["rollback"], said["state_vars"])


_ROLLBACK = {
    "D/N/Undoing.class/__class__.yaml": klass(
        "Undoing",
        [field("state", "make", "/N/Leaf/a", undo="unmake"), field("state", "fail", "/N/Nowhere/at_all")],
    ),
    "D/N/Undoing.class/go.yaml": instance("go"),
    "D/N/Undoing.class/__methods__/unmake.yaml": method("unmake"),
    "D/N/Undoing.class/__methods__/unmake.py": """\
def main(evm):
    times = (evm.get_state_var("undone") or 0) + 1
    evm.set_state_var("undone", times)
    if times < 2:
        evm.retry(after=30)
""",
}
