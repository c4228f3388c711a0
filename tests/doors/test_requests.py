"""The commands about requests, for people and for programs. What they refuse, and what the base domain decides, is
shown by the pages in tests/language/requests."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from aelang.cli.completing import candidates
from aelang.cli.main import execute
from aelang.shipped import datastore_folder
from tests.doors.stores import Aelang
from tests.doors.test_program import imported_by
from tests.transcripts import write_files

HELLO = ("request", "create", "automation", "/System/Request/hello")
FAILING = """\
class Job
  state first  entry first
  state second  entry second
  instance one
  method first() python
    code
      def main(evm):
          pass
  method second() python
    code
      def main(evm):
          raise ValueError("it is Monday")
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store is that all commands mean; it is not made yet."""
    path = tmp_path / "requests.sqlite"
    monkeypatch.setenv("AELANG_STORE", str(path))
    return path


@pytest.fixture
def made(place: Path) -> Path:
    """A store."""
    assert 0 == execute(["store", "init", "--quiet"])
    return place


@pytest.fixture
def failed(made: Path, aelang: Aelang, tmp_path: Path) -> Path:
    """A store with a request that failed in its second state."""
    write_files(tmp_path, {"Site/Work/Job.ael": FAILING})
    aelang("request", "create", "automation", "/Work/Job/one", "--approve")
    aelang("worker", "-d", ".", "--drain", "--quiet")
    return made


# -- the store -------------------------------------------------------------------------------------------------------


def test_a_store_is_made_once(aelang: Aelang, place: Path) -> None:
    assert (0, f"made the store {place}, version 0001\n", "") == aelang("store", "init")
    assert (0, f"the store {place} is there already, version 0001\n", "") == aelang("store", "init")


def test_the_option_goes_before_the_variable(aelang: Aelang, made: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite"
    assert f"there is no store {other}" in aelang("request", "list", "--store", str(other)).err


def test_a_backup_is_a_store(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    assert 0 == aelang("store", "backup", "copy.sqlite").code
    assert 1 == len(json.loads(aelang("request", "list", "--json", "--store", "copy.sqlite").out))


def test_a_backup_overwrites_nothing(aelang: Aelang, made: Path) -> None:
    Path("copy.sqlite").write_text("mine", "utf-8")
    assert (1, "mine") == (aelang("store", "backup", "copy.sqlite").code, Path("copy.sqlite").read_text("utf-8"))


def test_a_sound_store_has_nothing_wrong(aelang: Aelang, made: Path) -> None:
    assert (0, "nothing is wrong\n", "") == aelang("store", "check")


def test_a_row_without_its_request_is_told(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("DELETE FROM requests")
    done = aelang("store", "check")
    assert (1, True) == (done.code, "1 rows of approvals belong to no request" in done.out)


@pytest.mark.parametrize("words", [("request", "list"), ("worker", "--drain"), ("store", "migrate"), ("store", "init")])
def test_a_newer_store_is_left_alone(aelang: Aelang, made: Path, words: tuple[str, ...]) -> None:
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    done = aelang(*words)
    assert (1, True) == (done.code, "is of version 9999, which is newer than this aelang" in done.err)


def test_a_file_of_another_kind_is_no_store(aelang: Aelang, place: Path) -> None:
    place.write_text("not a database, but long enough to look like one" * 100, "utf-8")
    done = aelang("request", "list")
    assert (1, True) == (done.code, "is no store: it is a file of another kind" in done.err)


# -- making and deciding -----------------------------------------------------------------------------------------------


def test_a_target_becomes_options(aelang: Aelang, made: Path) -> None:
    target = "/A/B/C/d?size=3#notify"
    done = aelang("request", "create", "automation", target, "--attr", "name=Ada", "--json")
    wanted = {"namespace": "A/B", "class_name": "C", "instance_name": "d", "message": "notify",
              "attrs": {"size": "3", "name": "Ada", "userid": "admin"}, "user_id": 1}  # fmt: skip
    assert wanted == json.loads(done.out)["options"]


def test_the_value_of_an_option_is_json_where_it_is_that(aelang: Aelang, made: Path) -> None:
    words = ("-o", 'vm_memory=[4096, "4 GB"]', "-o", "number_of_vms=2", "-o", "vm_name=web=1")
    options = json.loads(aelang("request", "create", "template", *words, "--json").out)["options"]
    assert {"vm_memory": [4096, "4 GB"], "number_of_vms": 2, "vm_name": "web=1"} == options


def test_the_source_of_a_request_says_what_its_tasks_are_for(aelang: Aelang, made: Path) -> None:
    write_files(Path.cwd(), {"machines.yaml": "Vm:\n  - {id: 7, name: web}\n"})
    aelang("store", "load", "machines.yaml")
    told = json.loads(aelang("request", "create", "vm_migrate", "--source", "Vm:web", "--json").out)
    assert ([7], 7) == (told["options"]["src_ids"], told["source_id"])


def test_several_are_approved_at_once_and_each_is_told(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    aelang(*HELLO, "--approve")
    aelang(*HELLO)
    done = aelang("request", "approve", "1", "2", "automation_request_3", "--json")
    told = json.loads(done.out)
    assert [None, "request 2 is approved already", None] == [each["refused"] for each in told]
    assert (1, ["approved"] * 3) == (done.code, [each["approval_state"] for each in told])


def test_a_scheduled_request_waits_for_its_time(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO, "--at", "2100-01-01T00:00:00Z", "--approve")
    aelang("worker", "--drain", "--quiet")
    assert "is due at 2100-01-01 00:00:00 UTC" in aelang("request", "show", "1").out
    aelang("worker", "--drain", "--clock", "virtual", "--quiet")
    assert "finished, Ok" in aelang("request", "show", "1").out


def test_a_request_that_nobody_has_begun_is_cancelled_at_once(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    assert (0, "request 1: pending_approval, finished, Error\n", "") == aelang("request", "cancel", "1")


def test_who_cancelled_when_and_why_is_shown(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    aelang("request", "cancel", "1", "--reason", "not this week")
    (line,) = (each for each in aelang("request", "show", "1").out.splitlines() if each.startswith("  cancel "))
    assert ["  cancel     asked for by Admin (admin)", "UTC: not this week"] == [line.partition(" at ")[0], line[-18:]]
    told = json.loads(aelang("request", "show", "1", "--json").out)["cancelation"]
    assert ("admin", "Admin", "not this week") == (told["by"], told["name"], told["reason"])


def test_what_is_at_work_can_be_cancelled_and_not_denied(aelang: Aelang, made: Path, tmp_path: Path) -> None:
    waiting = FAILING.replace('raise ValueError("it is Monday")', 'evm.retry(after="1.hour")')
    write_files(tmp_path, {"Site/Work/Job.ael": waiting})
    aelang("request", "create", "automation", "/Work/Job/one", "--approve")
    aelang("worker", "-d", ".", "--drain", "--quiet")
    said = "error: request 1 is active, too late to deny it: cancel it\n"
    assert (1, "", said) == aelang("request", "deny", "1", "--reason", "too late")
    assert 0 == aelang("request", "cancel", "1").code
    aelang("worker", "-d", ".", "--drain", "--quiet")
    assert "canceled: Request is canceled by user." in aelang("request", "show", "1").out


def test_a_report_in_colours_is_the_same_text(aelang: Aelang, failed: Path) -> None:
    plain, coloured = (aelang("request", "show", "1", "--color", each).out for each in ("never", "always"))
    assert "\x1b[31mError\x1b[0m" in coloured
    assert plain == re.sub(r"\x1b\[[\d;]*m", "", coloured)


# -- seeing ------------------------------------------------------------------------------------------------------------


def test_lists_are_filtered(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO, "--approve")
    aelang(*HELLO)
    aelang("request", "create", "template")

    def ids(*words: str) -> list[int]:
        return [each["id"] for each in json.loads(aelang("request", "list", "--json", *words).out)]

    assert [3, 2, 1] == ids()
    assert [3, 2] == ids("--approval", "pending_approval")
    assert [2, 1] == ids("--type", "automation")
    assert [1] == ids("--type", "AutomationRequest", "--approval", "approved")
    assert [3] == ids("--type", "template")
    assert [] == ids("--type", "clone_to_vm")
    assert [3] == ids("--limit", "1")
    assert [] == ids("--waiting")
    assert [] == ids("--user", "ann")


def test_a_list_that_is_cut_says_so(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    aelang(*HELLO)
    assert "there are more: --limit 2 shows twice as many\n" == aelang("request", "list", "--limit", "1").err


def test_show_tells_what_is_asked_for_and_no_password_of_it(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO, "--attr", "name=Ada", "--attr", "Password::pin=4711")
    aelang("request", "create", "template", "-o", "number_of_vms=2", "-o", "vm_memory=1024")
    assert "\n  with       name=Ada, Password::pin=********\n" in aelang("request", "show", "1").out
    assert "4711" not in aelang("request", "show", "1", "--json").out
    assert "\n  with       number_of_vms=2, vm_memory=1024\n" in aelang("request", "show", "2").out


def test_very_much_that_is_asked_for_is_cut(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO, "--attr", f"text={'x' * 10_000}")
    assert [200 + len("  with       ...")] == [
        len(line) for line in aelang("request", "show", "1").out.splitlines() if line.startswith("  with ")
    ]


def test_an_approval_that_is_not_needed_any_more_says_so(aelang: Aelang, made: Path) -> None:
    asked = (each for name in ("ann", "bob") for each in ("--approver", name))
    write_files(
        Path.cwd(), {"people.yaml": "User:\n  - {id: 2, userid: ann, name: Ann}\n  - {id: 3, userid: bob, name: Bob}\n"}
    )
    aelang("store", "load", "people.yaml")
    aelang(*HELLO, *asked, "--approvals", "1")
    aelang("request", "approve", "1", "--user", "bob")
    assert "  1  not needed any more: Ann was asked\n" in aelang("request", "show", "1").out


def test_an_event_that_ended_in_error_is_none_of_a_request_with_tasks(aelang: Aelang, made: Path) -> None:
    """Two machines are beyond the limit: the machine of approvals ends in error, and means that a person decides."""
    write_files(Path(), {"templates.yaml": "MiqTemplate:\n  - {id: 5, name: rhel}\n"})
    aelang("store", "load", "templates.yaml")
    aelang("request", "create", "template", "-o", "src_vm_id=5", "-o", "number_of_vms=2", "--approve")
    aelang("worker", "--drain", "--quiet")
    aelang("request", "cancel", "1")
    aelang("worker", "--drain", "--quiet")
    shown = json.loads(aelang("request", "show", "1", "--json").out)
    assert ("canceled", None) == (shown["cancelation_status"], shown["last_error"])


def test_a_cart_is_ordered_for_programs_too(aelang: Aelang, made: Path) -> None:
    aelang("request", "create", "clone_to_service", "--cart")
    aelang("request", "create", "clone_to_service", "--cart")
    told = json.loads(aelang("request", "check-out", "--json").out)
    assert [(1, True, 1), (2, True, 1)] == [(each["id"], each["process"], each["service_order_id"]) for each in told]


def test_show_tells_states_the_last_error_and_its_place(aelang: Aelang, failed: Path) -> None:
    told = json.loads(aelang("request", "show", "1", "--json").out)
    assert [("first", "Ok", 1), ("second", "Error", 1)] == [
        (each["name"], each["result"], each["attempts"]) for each in told["states"]
    ]
    error = told["last_error"]
    assert ("second", "ValueError: it is Monday", "Site/Work/Job.ael:12") == (
        error["state"], error["said"], error["place"],
    )  # fmt: skip
    assert ["aelang request retry 1", "aelang request move-to 1"] == [each["command"] for each in told["waits_for"]]


def test_tries_add_up_over_retries_by_hand(aelang: Aelang, failed: Path) -> None:
    assert 0 == aelang("request", "resume", "1", "--from", "first").code
    aelang("worker", "-d", ".", "--drain", "--quiet")
    states = json.loads(aelang("task", "show", "1", "--json").out)["states"]
    assert [("first", 2), ("second", 2)] == [(each["name"], each["attempts"]) for each in states]


def test_a_task_shows_its_last_workspace(aelang: Aelang, failed: Path) -> None:
    assert "<MiqAeWorkspace>" in aelang("task", "show", "automation_task_1", "--workspace").out


def test_a_workspace_is_xml_and_not_json(aelang: Aelang, failed: Path) -> None:
    done = aelang("task", "show", "1", "--workspace", "--json")
    assert (2, True) == (done.code, "`--workspace` prints XML: leave it out, or --json" in done.err)


def test_tasks_are_listed_by_request(aelang: Aelang, failed: Path) -> None:
    aelang(*HELLO, "--approve")
    aelang("worker", "--drain", "--quiet")
    assert [2] == [each["id"] for each in json.loads(aelang("task", "list", "--request", "2", "--json").out)]


def test_the_queue_shows_what_waits(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    (message,) = json.loads(aelang("queue", "list", "--json").out)
    shown = json.loads(aelang("queue", "show", str(message["number"]), "--json").out)
    assert ("call_automate_event", "ready", 1, message) == (
        message["method"], message["state"], message["request_id"], shown,
    )  # fmt: skip


def test_a_trace_is_json_a_line_with_its_context(aelang: Aelang, failed: Path) -> None:
    lines = [json.loads(each) for each in aelang("request", "trace", "1", "--json").out.splitlines()]
    assert {"-", "automation_request_1", "automation_task_1"} == {each["context"] for each in lines}
    assert {"Following", "StateEntered", "Logged"} <= {each["event"] for each in lines}


def test_a_trace_shows_relationships_unless_all_is_asked_for(aelang: Aelang, failed: Path) -> None:
    words = {line.split()[1] for line in aelang("request", "trace", "1").out.splitlines()}
    assert {"Following", "Followed"} == words


def test_watch_ends_with_how_the_request_ended(aelang: Aelang, failed: Path) -> None:
    done = aelang("request", "watch", "1")
    assert (1, True) == (done.code, "request 1: approved, finished, Error: Automation Request failed" in done.out)


def test_watch_gives_up_when_its_time_is_over(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO)
    done = aelang("request", "watch", "1", "--for", "0.001")
    assert (3, True) == (done.code, "request 1: pending_approval, pending" in done.out)


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "1e99"])
def test_watch_wants_seconds(aelang: Aelang, made: Path, value: str) -> None:
    done = aelang("request", "watch", "1", "--every", value)
    assert (2, True) == (done.code, f"`--every {value}` is no number of seconds" in done.err)


def test_control_characters_of_a_request_do_not_reach_the_terminal(aelang: Aelang, made: Path) -> None:
    aelang(*HELLO, "--description", "red\x1b[31m")
    assert "\x1b" not in aelang("request", "show", "1").out + aelang("request", "list").out


# -- the program -------------------------------------------------------------------------------------------------------


def test_a_list_imports_nothing_that_it_does_not_need(made: Path) -> None:
    heavy = {"alembic", "rich", "click", "lark", "ruamel", "aelang.project", "aelang.engine", "aelang.compiler"}
    assert not (heavy & imported_by("request", "list"))
    assert not (heavy & imported_by("request", "show", "1"))


def test_groups_and_their_commands_are_completed() -> None:
    assert ["request"] == candidates(["req"])
    assert ["deny"] == candidates(["request", "d"])
    assert ["--reason"] == candidates(["request", "deny", "1", "--re"])
    assert [] == candidates(["request", "nope", ""])


def test_the_worker_takes_the_base_domain_along_where_nothing_else_answers(
    aelang: Aelang, made: Path, tmp_path: Path
) -> None:
    write_files(tmp_path, {"Site/Work/Job.ael": FAILING})
    done = aelang("worker", "-d", ".", "--drain")
    told = "note: no domain has /System/Process: the base domain is taken along\n"
    assert [True, False] == [told in done.err, told in aelang("worker", "-d", datastore_folder(), "--drain").err]
