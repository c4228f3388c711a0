"""`aelang ls` and `aelang show`: what there is, and where it is from."""

import json
from pathlib import Path
from shutil import which

import pytest

from tests.doors.stores import HELLO, Aelang, commit, write

pytestmark = pytest.mark.usefixtures("store")


def test_without_a_path_the_domains_are_listed_in_their_order(aelang: Aelang) -> None:
    expected = """\
/Spare  disabled  0 classes, 0 instances, 0 methods
/High   enabled   1 class, 1 instance, 0 methods
/Low    enabled   2 classes, 4 instances, 1 method
"""
    assert (0, expected, "") == aelang("ls", "-d", "store")


def test_the_root_lists_namespaces_with_their_domains(aelang: Aelang) -> None:
    assert "/System  namespace  High (over Low)\n" == aelang("ls", "/", "-d", "store").out


def test_a_class_lists_instances_and_methods(aelang: Aelang) -> None:
    expected = """\
/System/Request/failing  instance  Low
/System/Request/hello    instance  High (over Low)
/System/Request/check    method    Low
"""
    assert expected == aelang("ls", "/system/request", "-d", "store").out


def test_a_path_with_a_domain_is_about_that_domain(aelang: Aelang) -> None:
    assert "/High/System/Request/hello  instance  High\n" == aelang("ls", "/High/System/Request", "-d", "store").out


def test_recursive_lists_everything_below(aelang: Aelang) -> None:
    paths = [line.split()[0] for line in aelang("ls", "-r", "/System/Leaf", "-d", "store").out.splitlines()]
    assert ["/System/Leaf/.missing", "/System/Leaf/one"] == paths


def test_the_list_as_json(aelang: Aelang) -> None:
    assert [{"kind": "namespace", "path": "/System", "domains": ["High", "Low"]}] == json.loads(
        aelang("ls", "/", "-d", "store", "--json").out
    )


def test_an_unknown_path_is_told_with_the_nearest(aelang: Aelang) -> None:
    done = aelang("ls", "/Sytem", "-d", "store")
    assert (1, "", "error: there is nothing at `/Sytem`; did you mean `/System`?\n") == done


def test_an_instance_shows_each_value_with_its_layer_and_line(aelang: Aelang) -> None:
    expected = """\
/High/System/Request/hello
  instance in store/High/System/Request.class/hello.yaml:5
  High answers; also in Low

fields
  greeting      attribute string    Hello from above  High instance  store/High/System/Request.class/hello.yaml:8
  secret        attribute password  ********          High class     store/High/System/Request.class/__class__.yaml:19
  inner         attribute integer   7                 High class     store/High/System/Request.class/__class__.yaml:26
    visibility                      private           High class     store/High/System/Request.class/__class__.yaml:25
  rel1          relationship        /System/Leaf/one  High instance  store/High/System/Request.class/hello.yaml:10
"""
    assert (0, expected, "") == aelang("show", "/System/Request/hello", "-d", "store")


def test_a_class_shows_its_methods_and_instances(aelang: Aelang) -> None:
    out = aelang("show", "/Low/System/Request", "-d", "store").out
    assert out.endswith(
        "methods\n  check  builtin ruby  ()  store/Low/System/Request.class/__methods__/check.yaml:5\n"
        "\ninstances\n  failing\n  hello\n"
    )


def test_what_missing_answers_for_is_said(aelang: Aelang) -> None:
    assert "answers for /System/Leaf/two, which is not there" in aelang("show", "/System/Leaf/two", "-d", "store").out


def test_a_null_default_is_no_value(aelang: Aelang) -> None:
    said = json.loads(aelang("show", "/Low/System/Request/", "-d", "store", "--json").out)
    assert [None] == [field["value"] for field in said["fields"] if field["name"] == "rel1"]


def test_the_commit_of_a_line_is_shown(aelang: Aelang, store: Path) -> None:
    if which("git") is None:
        pytest.skip("git is not installed")
    commit(store)
    fields = json.loads(aelang("show", "/System/Request/hello", "-d", "store", "--json").out)["fields"]
    assert (9, True) == (len(fields[0]["value"]["commit"]), fields[0]["value"]["commit"].isalnum())


def test_the_commit_of_a_line_in_a_git_tree_is_shown(aelang: Aelang, store: Path) -> None:
    if which("git") is None:
        pytest.skip("git is not installed")
    commit(store)
    fields = json.loads(aelang("show", "/System/Request/hello", "-d", "store@HEAD", "--json").out)["fields"]
    assert 9 == len(fields[0]["value"]["commit"])


def test_outside_of_git_there_is_no_commit(aelang: Aelang) -> None:
    fields = json.loads(aelang("show", "/System/Request/hello", "-d", "store", "--json").out)["fields"]
    assert "" == fields[0]["value"]["commit"]


def test_a_changed_line_is_shown_as_uncommitted(aelang: Aelang, store: Path) -> None:
    if which("git") is None:
        pytest.skip("git is not installed")
    commit(store)
    write(store, {"High/System/Request.class/hello.yaml": HELLO.format(greeting="Changed")})
    fields = json.loads(aelang("show", "/System/Request/hello", "-d", "store", "--json").out)["fields"]
    assert "uncommitted" == fields[0]["value"]["commit"]


def test_a_namespace_cannot_be_shown_and_is_referred_to_ls(aelang: Aelang) -> None:
    done = aelang("show", "/System", "-d", "store")
    assert (1, True) == (done.code, "`aelang ls /System`" in done.err)


def test_an_unknown_path_cannot_be_shown(aelang: Aelang) -> None:
    done = aelang("show", "/System/Requst/hello", "-d", "store")
    assert (1, True) == (done.code, "did you mean `/System/Request/hello`?" in done.err)
