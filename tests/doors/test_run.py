"""`aelang run`: outcomes, formats, traces, exit codes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from aelang.engine import Engine
from aelang.interpreter.outcome import Checkpoint, Failed, Finished, Outcome, Retry
from tests.doors.stores import FILES, HELLO, Aelang, write

pytestmark = pytest.mark.usefixtures("store")

HELLO_TREE = """\
ok  /System/Request/hello  (2 objects)

/High/System/Request/hello
  greeting   String                "Hello from above"
  miq_group  MiqAeServiceMiqGroup  id 1
  secret     Password              ********
  tenant     MiqAeServiceTenant    id 1
  user       MiqAeServiceUser      id 1
  rel1 -> /Low/System/Leaf/one
    color  Symbol  :green
"""


def test_the_outcome_and_the_tree_are_printed(aelang: Aelang) -> None:
    assert (0, HELLO_TREE, "") == aelang("run", "/System/Request/hello", "-d", "store")


def test_the_same_run_prints_the_same(aelang: Aelang) -> None:
    words = ("run", "/System/Request/hello", "-d", "store", "--trace", "--json")
    assert aelang(*words) == aelang(*words)


def test_domains_replace_the_order(aelang: Aelang) -> None:
    assert '"Hello from below"' in aelang("run", "/System/Request/hello", "-d", "store", "--domains", "Low,High").out


def test_an_unknown_domain_is_told_with_a_hint(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "-d", "store", "--domains", "Hihg")
    assert (1, "", True) == (done.code, done.out, "did you mean `High`?" in done.err)


def test_private_attributes_are_left_out(aelang: Aelang) -> None:
    assert "inner" not in aelang("run", "/System/Request/hello", "-d", "store", "--json").out


def test_private_attributes_are_shown_on_demand(aelang: Aelang) -> None:
    out = aelang("run", "/System/Request/hello", "-d", "store", "--private", "--json").out
    assert 7 == json.loads(out)["root"]["inner"]


@pytest.mark.parametrize("form", ["tree", "json", "xml", "dot"])
def test_a_password_is_masked_in_every_format(form: str, aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "-d", "store", "--format", form, "--trace")
    assert (True, False) == ("********" in done.out, "abcdef" in done.out + done.err)


def test_an_encrypted_argument_is_masked_everywhere(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "-d", "store", "--trace", "--attr", "Password::p=v2:{topsecret}")
    assert "topsecret" not in done.out + done.err


def test_json_has_outcome_root_tree_and_state_variables(aelang: Aelang) -> None:
    said = json.loads(aelang("run", "/System/Request/hello", "-d", "store", "--json").out)
    child = said["tree"][0]["children"][0]
    expected = ("finished", "ok", "Hello from above", {}, "/Low/System/Leaf/one", "rel1")
    assert expected == (
        said["outcome"], said["result"], said["root"]["greeting"], said["state_vars"], child["object_name"],
        child["relationship"],
    )  # fmt: skip


def test_dot_has_an_arrow_a_relationship(aelang: Aelang) -> None:
    assert (
        '  n0 -> n1 [label="rel1"];\n' in aelang("run", "/System/Request/hello", "-d", "store", "--format", "dot").out
    )


def test_xml_is_the_workspace(aelang: Aelang) -> None:
    out = aelang("run", "/System/Request/hello", "-d", "store", "--format", "xml").out
    assert ("<MiqAeWorkspace>", "</MiqAeWorkspace>") == (out.splitlines()[0], out.splitlines()[-1])


def test_attributes_become_arguments_as_they_are(aelang: Aelang) -> None:
    out = aelang("run", "/System/Request/hello?a=1", "-d", "store", "--json", "--attr", "b=x&y = #z%").out
    assert ("1", "x&y = #z%") == (json.loads(out)["root"]["a"], json.loads(out)["root"]["b"])


def test_typed_attributes_are_converted(aelang: Aelang) -> None:
    out = aelang("run", "/System/Request/hello", "-d", "store", "--json", "--attr", "Integer::n=5").out
    assert 5 == json.loads(out)["root"]["n"]


def test_an_attribute_without_equals_sign_is_wrong_usage(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "--attr", "count")
    assert (2, True) == (done.code, "write `--attr key=value`" in done.err)


def test_message_chooses_the_fields(aelang: Aelang) -> None:
    out = aelang("run", "/System/Request/hello", "-d", "store", "--json", "--message", "other").out
    assert "greeting" not in json.loads(out)["root"]


def test_two_messages_are_wrong_usage(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello#a", "--message", "b")
    assert (2, True) == (done.code, "has the message `#a` already" in done.err)


def test_two_formats_are_wrong_usage(aelang: Aelang) -> None:
    assert 2 == aelang("run", "/System/Request/hello", "--json", "--format", "dot").code


def test_a_failure_is_told_with_its_place(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/failing", "-d", "store")
    expected = (
        1,
        "failed  /System/Request/failing  (1 object)",
        " --> store/Low/System/Request.class/failing.yaml:8:14",
    )
    assert expected == (done.code, done.out.splitlines()[0], done.err.splitlines()[1])


def test_a_failure_is_in_the_json(aelang: Aelang) -> None:
    error = json.loads(aelang("run", "/System/Request/failing", "-d", "store", "--json").out)["error"]
    assert ("ObjectNotFound", 8, 14) == (error["type"], error["line"], error["column"])


def test_a_target_that_is_not_there_is_told_with_the_nearest(aelang: Aelang) -> None:
    done = aelang("run", "/System/Reqest/hello", "-d", "store")
    expected = (1, "nothing  /System/Reqest/hello  (0 objects)\n", "  = help: did you mean `/System/Request/hello`?")
    assert expected == (done.code, done.out, done.err.splitlines()[-1])


def test_a_target_that_is_no_uri_is_told_with_the_form(aelang: Aelang) -> None:
    done = aelang("run", "not a uri", "-d", "store")
    assert (1, True) == (done.code, "/Namespace/Class/instance?argument=value#message" in done.err)


def test_a_root_that_is_none_is_told(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "-d", "nowhere")
    assert (1, "", True) == (done.code, done.out, done.err.startswith("error[not-a-datastore]: `nowhere`"))


def test_a_bad_end_mentions_the_errors_of_the_datastore(aelang: Aelang, store: Path) -> None:
    write(store, {"Low/System/Leaf.class/broken.yaml": "a: [\n"})
    done = aelang("run", "/System/Request/failing", "-d", "store")
    assert "  = note: the datastore has 1 error; `aelang compile` shows what is wrong" == done.err.splitlines()[-1]


def ended(outcome: Callable[[Outcome], Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes every run end as `outcome` says of how it really ended."""
    run = Engine.run
    monkeypatch.setattr(Engine, "run", lambda self, uri, **how: outcome(run(self, uri, **how)))


def test_an_end_in_error_is_code_1_with_its_reason(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_error(outcome: Outcome) -> Outcome:
        assert isinstance(outcome, Finished)
        return outcome._replace(result="error", reason="no such VM")

    ended(in_error, monkeypatch)
    done = aelang("run", "/System/Request/hello", "-d", "store")
    assert (1, True, "error: no such VM\n") == (done.code, done.out.startswith("error  /System/"), done.err)


def test_a_retry_is_code_3(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    def again(outcome: Outcome) -> Outcome:
        return Retry(90, Checkpoint("/System/Request/hello", {}, {}, {}), False, {}, outcome.workspace)

    ended(again, monkeypatch)
    done = aelang("run", "/System/Request/hello", "-d", "store")
    assert (3, "retry in 90 s  /System/Request/hello  (2 objects)") == (done.code, done.out.splitlines()[0])


def test_a_user_that_there_is_not_is_told(aelang: Aelang) -> None:
    assert "there is no user 99" in aelang("run", "/System/Request/hello", "-d", "store", "--user", "99").err


def test_limits_end_a_run_clearly(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "-d", "store", "--depth", "1")
    assert (1, True) == (done.code, done.err.startswith("error: LimitExceeded: "))


def test_a_limit_below_one_is_wrong_usage(aelang: Aelang) -> None:
    assert 2 == aelang("run", "/System/Request/hello", "--depth", "0").code


def test_the_trace_is_indented_and_on_standard_error(aelang: Aelang) -> None:
    expected = """\
Instantiating /System/Request/hello
  in High/System
  Following /System/Leaf/one#create  (rel1)
    in Low/System
  Followed  /System/Leaf/one#create  (rel1)
"""
    assert (0, HELLO_TREE, expected) == aelang("run", "/System/Request/hello", "-d", "store", "--trace")


def test_the_log_has_the_classic_lines(aelang: Aelang) -> None:
    expected = """\
info: Instantiating [/System/Request/hello]
info: Updated namespace [/System/Request/hello  High/System]
info: Following Relationship [miqaedb:/System/Leaf/one#create]
info: Updated namespace [miqaedb:/System/Leaf/one#create  Low/System]
info: Followed  Relationship [miqaedb:/System/Leaf/one#create]
"""
    assert expected == aelang("run", "/System/Request/hello", "-d", "store", "--trace-format", "log").err


def test_the_json_trace_has_an_event_a_line(aelang: Aelang) -> None:
    err = aelang("run", "/System/Request/hello", "-d", "store", "--trace", "--trace-format", "json").err
    events = [json.loads(line)["event"] for line in err.splitlines()]
    assert ["Instantiating", "UpdatedNamespace", "Following", "UpdatedNamespace", "Followed"] == events


def test_colours_come_on_demand(aelang: Aelang) -> None:
    out = aelang("run", "/System/Request/hello", "-d", "store", "--color", "always").out
    assert out.startswith("\x1b[1;32mok\x1b[0m  /System/Request/hello")


def test_a_greeting_cannot_speak_to_the_terminal(aelang: Aelang, store: Path) -> None:
    write(store, {"High/System/Request.class/hello.yaml": HELLO.format(greeting="\\e[31mred")})
    assert "\x1b" not in aelang("run", "/System/Request/hello", "-d", "store").out


def test_an_image_runs_without_its_sources(aelang: Aelang, tmp_path: Path) -> None:
    aelang("compile", "store", "-o", "store.image")
    for path in FILES:
        (tmp_path / "store" / path).unlink()
    assert (0, HELLO_TREE, "") == aelang("run", "/System/Request/hello", "--image", "store.image")


def test_an_image_and_a_datastore_are_wrong_usage(aelang: Aelang) -> None:
    assert 2 == aelang("run", "/System/Request/hello", "--image", "x", "-d", "store").code


def test_a_file_that_is_no_image_is_told(aelang: Aelang) -> None:
    done = aelang("run", "/System/Request/hello", "--image", "store/High/__domain__.yaml")
    assert (1, "", True) == (done.code, done.out, "is not an image" in done.err)


def test_the_engine_says_failed_for_a_failure(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Outcome] = []

    def remember(outcome: Outcome) -> Outcome:
        seen.append(outcome)
        return outcome

    ended(remember, monkeypatch)
    aelang("run", "/System/Request/failing", "-d", "store")
    assert isinstance(seen[0], Failed)


def test_a_number_of_thousands_of_digits_is_wrong_usage(aelang: Aelang, store: Path) -> None:
    assert 2 == aelang("run", "/System/Request/hello", "-d", "store", "--depth", "9" * 5000).code


def test_bytes_that_are_no_text_arrive_as_they_were_typed(aelang: Aelang, store: Path) -> None:
    assert "?name=%FF" in aelang("run", "/System/Request/hello", "-d", "store", "--attr", "name=\udcff").out


@pytest.mark.parametrize("form", ["text", "log", "json"])
@pytest.mark.parametrize("key", ["password::key", "Password::key"])
def test_a_password_given_as_an_argument_is_never_shown(aelang: Aelang, key: str, form: str) -> None:
    attributes = ("--attr", f"{key}=seKret!", "--attr", "x=it is seKret!")
    done = aelang("run", "/System/Request/hello", "-d", "store", *attributes, "--trace-format", form)
    assert [True, False] == ["********" in done.out, "seKret" in done.out + done.err]
