"""`aelang test` and `aelang watch`: exit codes, reports, what is left out, and the tests of examples and ManageIQ."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import junitparser
import pytest

from aelang.cli.watch import told_of_an_interrupt
from tests.doors.stores import FILES, Aelang, write
from tests.transcripts import ROOT, copy_of

CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus") / "manageiq-content"
HELLO = """\
tests:
  hello is said:
    run: /System/Request/hello
    expect: {root: {subject: %s}}
  a leaf is green:
    run: /System/Leaf/one
    expect: {root: {color: green}}
"""


@pytest.fixture
def hello(store: Path) -> Path:
    """A file of two tests of the small datastore, of which the first fails."""
    file = store.parent / "tests" / "hello.test.yaml"
    file.parent.mkdir()
    file.write_text(HELLO % "nobody")
    return file


@pytest.mark.parametrize(("example", "words"), [("ci", ()), ("overlay", ()), ("quota", ("-d", "."))])
def test_the_tests_of_an_example_pass(
    example: str, words: tuple[str, ...], aelang: Aelang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copy_of(f"examples/{example}", tmp_path))
    done = aelang("test", *words)
    assert (0, "") == (done.code, done.out)


def test_the_tests_of_the_hoster_pass_for_its_modules_and_types(
    aelang: Aelang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "examples" / "hosting")
    monkeypatch.delenv("HOSTING_DEVICES", raising=False)
    assert (0, "", "9 passed\n") == aelang("test")


def test_the_tests_of_all_examples_pass_at_once(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    done = aelang("test", "examples", "--json")
    told = json.loads(done.out)
    folders = {each["file"].split("/")[1] for each in told["tests"]}
    assert (0, {"ci", "hosting", "lifecycle", "overlay", "quota"}) == (done.code, folders)


def test_twenty_tests_of_manageiqs_domain_pass(aelang: Aelang) -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}: set AELANG_CORPUS")
    done = aelang("test", str(ROOT / "tests" / "manageiq"), "-d", str(CORPUS))
    assert (0, "", "20 passed\n") == (done.code, done.out, done.err)


def test_a_test_that_fails_is_exit_code_1(aelang: Aelang, hello: Path) -> None:
    done = aelang("test", "-d", "store")
    assert (1, "1 failed, 1 passed\n") == (done.code, done.err)


def test_no_tests_is_exit_code_1_with_a_message(aelang: Aelang, store: Path) -> None:
    done = aelang("test", "-d", "store")
    assert (1, True) == (done.code, done.err.startswith("error: there are no tests in tests"))


@pytest.mark.parametrize("words", [("--attr", "x=1"), ("--fail-under", "101"), ("--fail-under", "x"), ("--nonsense",)])
def test_words_that_do_not_go_together_are_exit_code_2(aelang: Aelang, store: Path, words: tuple[str, ...]) -> None:
    assert 2 == aelang("test", "-d", "store", *words).code


def test_fail_fast_stops_at_the_first_failure(aelang: Aelang, hello: Path) -> None:
    assert "1 failed, 1 not run\n" == aelang("test", "-d", "store", "--fail-fast").err


def test_results_are_json_for_programs(aelang: Aelang, hello: Path) -> None:
    said = json.loads(aelang("test", "-d", "store", "--json", "--coverage", "-").out)
    assert (["failed", "passed"], 1, 1, True) == (
        [each["status"] for each in said["tests"]], said["passed"], said["failed"], said["coverage"]["total"]["all"] > 0
    )  # fmt: skip


def test_results_are_junit_for_ci(aelang: Aelang, hello: Path) -> None:
    aelang("test", "-d", "store", "--junit", "report.xml")
    report = junitparser.JUnitXml.fromfile("report.xml")
    assert (2, 1, 0) == (report.tests, report.failures, report.errors)


@pytest.mark.parametrize(("name", "begin"), [("c.json", "{"), ("c.info", "TN:\nSF:store/"), ("c.txt", "fields ")])
def test_coverage_is_written_in_the_form_that_its_name_asks_for(
    aelang: Aelang, hello: Path, name: str, begin: str
) -> None:
    aelang("test", "-d", "store", "--coverage", name)
    assert Path(name).read_text().startswith(begin)


def test_lines_of_lcov_are_lines_of_the_datastore(aelang: Aelang, hello: Path) -> None:
    aelang("test", "-d", "store", "--coverage", "c.info")
    source = None
    lines: list[str] = []
    for line in Path("c.info").read_text().splitlines():
        if line.startswith("SF:"):
            source = Path(line[3:]).read_text().splitlines()
        elif line.startswith("DA:") and source is not None:
            lines.append(source[int(line[3:].partition(",")[0]) - 1].strip())
    assert {"value", "default_value"} == {line.partition(":")[0] for line in lines}


def test_a_file_that_cannot_be_written_is_told(aelang: Aelang, hello: Path) -> None:
    done = aelang("test", "-d", "store", "--junit", "nowhere/report.xml")
    assert (1, True) == (done.code, "`nowhere/report.xml` cannot be written" in done.err)


def test_a_recorded_test_passes(aelang: Aelang, tmp_path: Path) -> None:
    done = aelang("test", "--record", "/System/Request/hello", "--attr", "name=Ada")
    Path("hello.test.yaml").write_text(done.out)
    assert (0, "1 passed\n") == aelang("test", "hello.test.yaml")[::2]


def test_a_recorded_method_is_a_stand_in_that_does_the_same(aelang: Aelang, tmp_path: Path) -> None:
    folder = tmp_path / "own" / "Demo" / "N" / "M.class" / "__methods__"
    folder.mkdir(parents=True)
    (folder.parents[2] / "__domain__.yaml").write_text(f"object_type: domain\n{_named('Demo')}")
    (folder.parents[1] / "__namespace__.yaml").write_text(f"object_type: namespace\n{_named('N')}")
    (folder.parent / "__class__.yaml").write_text(
        f"object_type: class\n{_named('M')}  schema:\n"
        "  - field: {name: work, aetype: state, priority: 1, default_value: 'METHOD::work', max_retries: 5}\n"
    )
    (folder.parent / "one.yaml").write_text(f"object_type: instance\n{_named('one')}  fields: []\n")
    (folder / "work.yaml").write_text(f"object_type: method\n{_named('work, language: python, location: inline')}")
    (folder / "work.py").write_text(
        "def main(evm):\n    if not evm.state_var_exist('tried'):\n        evm.set_state_var('tried', True)\n"
        "        evm.retry('1.minute')\n    evm.root['done'] = ['a', {'b': 1}]\n"
    )
    done = aelang("test", "-d", "own", "--record", "/N/M/one")
    Path("m.test.yaml").write_text(done.out)
    again = aelang("test", "-d", "own", "m.test.yaml")
    assert (0, "", True) == (again.code, again.out, "retries: 1\n" in done.out)


@pytest.mark.parametrize("words", [("--inventory", "nowhere.yaml"), ("--attr", "x=1")])
def test_what_cannot_be_recorded_is_told(aelang: Aelang, words: tuple[str, ...]) -> None:
    done = aelang("test", "--record", "not a uri/%zz é", *words)
    assert (1, "", True) == (done.code, done.out, done.err.startswith("error: nothing was recorded: "))


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/System/Requst/hello", "ClassNotFound: Class [System/Requst] not found in MiqAeDatastore"),
        (
            "method:/notify",
            "MethodNotFound: [method:/notify] is called without an object: a run begins with an instance",
        ),
        ("no target", "InvalidPathFormat: not a URI: 'no target'"),
    ],
)
def test_what_is_not_there_is_not_recorded(aelang: Aelang, store: Path, target: str, said: str) -> None:
    done = aelang("test", "-d", "store", "--record", target)
    assert (1, "", f"error: nothing was recorded: {said}") == (done.code, done.out, done.err.splitlines()[0])


def test_what_is_called_nearly_so_is_told_in_its_place(aelang: Aelang, store: Path) -> None:
    done = aelang("test", "-d", "store", "--record", "/System/Requst/hello")
    assert "  = help: did you mean `/System/Request/hello`?" == done.err.splitlines()[1]


def _named(name: str) -> str:
    return f"object:\n  attributes: {{name: {name}}}\n"


# -- several datastores --------------------------------------------------------------------------------------------

COLOUR = """\
tests:
  the leaf of {name} has its colour:
    run: /System/Leaf/one
    expect: {{root: {{color: {name}}}}}
"""


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Two projects, `green` and `blue`, each with its own datastore and a test of it."""
    for name in ("green", "blue"):
        write(tmp_path / name / "store", FILES)
        leaf = next((tmp_path / name).rglob("Leaf.class/__class__.yaml"))
        leaf.write_text(leaf.read_text().replace("default_value: green", f"default_value: {name}"))
        (tmp_path / name / "aelang.toml").write_text('roots = ["store"]\n')
        (tmp_path / name / "tests").mkdir()
        (tmp_path / name / "tests" / "leaf.test.yaml").write_text(COLOUR.format(name=name))
    return tmp_path


@pytest.mark.parametrize("paths", [(".",), ("green", "blue"), ("blue/tests", "green/tests/leaf.test.yaml")])
def test_tests_are_about_the_datastore_of_their_own_project(aelang: Aelang, two: Path, paths: tuple[str, ...]) -> None:
    assert (0, "", "2 passed\n") == aelang("test", *paths)


def test_a_project_inside_of_another_has_its_own_tests(aelang: Aelang, two: Path) -> None:
    (two / "aelang.toml").write_text('roots = ["green/store"]\n[tests]\npaths = ["own", "blue/tests", "/elsewhere"]\n')
    (two / "own").mkdir()
    (two / "own" / "leaf.test.yaml").write_text(COLOUR.format(name="green"))
    assert (0, "", "2 passed\n") == aelang("test")


def test_tests_that_aelang_toml_names_are_about_its_datastore_wherever_they_lie(
    aelang: Aelang, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(two / "green")
    Path("aelang.toml").write_text('roots = ["store"]\n[tests]\npaths = ["../blue/tests"]\n')
    assert (1, "1 failed\n") == aelang("test")[::2]


def test_with_a_datastore_on_the_command_line_all_tests_are_about_that(aelang: Aelang, two: Path) -> None:
    assert (1, "1 failed, 1 passed\n") == aelang("test", "-d", "green/store", "green", "blue")[::2]


def test_without_a_configuration_tests_are_about_the_domains_above_them(aelang: Aelang, two: Path) -> None:
    for each in two.rglob("aelang.toml"):
        each.unlink()
    for name in ("green", "blue"):
        (two / name / "tests").rename(two / name / "store" / "tests")
    assert (0, "", "2 passed\n") == aelang("test", ".")


def test_coverage_of_several_datastores_is_of_all_together(aelang: Aelang, two: Path) -> None:
    each, both = (
        json.loads(aelang("test", *paths, "--json", "--coverage", "-").out)["coverage"]["total"]
        for paths in (("green",), ("green", "blue"))
    )
    assert (2 * each["covered"], 2 * each["all"], each["percent"]) == tuple(both.values())


def test_a_datastore_that_cannot_be_opened_keeps_no_other_from_its_tests(aelang: Aelang, two: Path) -> None:
    (two / "green" / "aelang.toml").write_text('roots = ["nowhere"]\n')
    done = aelang("test", "green", "blue")
    assert (1, "1 passed, 1 not run") == (done.code, done.err.splitlines()[-1])


def test_watching_sees_to_all_of_them(aelang: Aelang, two: Path) -> None:
    first, second = (aelang("watch", "--once", ".").out.splitlines()[-1] for _ in range(2))
    assert ("test: 2 passed", "test: nothing changed for any of the 2, which all passed") == (first, second)


# -- what a change may matter to -----------------------------------------------------------------------------------


@pytest.fixture
def repository(hello: Path) -> Path:
    """The small datastore and its tests, which pass, in a commit; and that they passed is known."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    hello.write_text(HELLO % "null")
    Path("aelang.toml").write_text('roots = ["store"]\n')
    _git("init", "-q")
    _commit()
    return hello.parent.parent


def _git(*words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(("git", *who, *words), check=True, capture_output=True)


def _commit() -> None:
    _git("add", ".")
    _git("commit", "-q", "-m", "change")


def test_without_a_change_nothing_is_affected(aelang: Aelang, repository: Path) -> None:
    aelang("test")
    done = aelang("test", "--affected", "HEAD..")
    assert (0, "no test is left to run: 2 not run\n") == (done.code, done.err)


def test_a_test_that_never_passed_is_affected(aelang: Aelang, repository: Path) -> None:
    aelang("test", "-k", "leaf")
    assert "1 passed, 1 not run\n" == aelang("test", "--affected", "HEAD..").err


def test_a_class_that_only_one_test_looks_at_affects_that_one(aelang: Aelang, repository: Path) -> None:
    aelang("test")
    request = next(Path("store").rglob("Request.class/__class__.yaml"))
    request.write_text(request.read_text() + "# a remark\n")
    done = aelang("test", "--affected", "HEAD..", "-v")
    assert ("1 passed, 1 not run\n", True) == (done.err, "hello is said" in done.out)


def test_an_unknown_revision_is_told(aelang: Aelang, repository: Path) -> None:
    done = aelang("test", "--affected", "nowhere..")
    assert (1, True) == (done.code, done.err.startswith("error: `nowhere..`"))


# -- watching ------------------------------------------------------------------------------------------------------


def test_watching_tests_again_what_a_saved_file_matters_to_and_ends_on_an_interrupt(repository: Path) -> None:
    command = [sys.executable, "-c", _INTERRUPTIBLE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as watching:
        assert watching.stdout is not None
        seen = _until(watching, "test: ")
        leaf = next(Path("store").rglob("Leaf.class/__class__.yaml"))
        leaf.write_text(leaf.read_text().replace("default_value: green", "default_value: blue"))
        again = _until(watching, "test: ")
        watching.send_signal(signal.SIGINT)
        watching.communicate(timeout=60)
    assert ("test: 2 passed", "test: 1 failed", 0) == (seen, again[:14], watching.returncode)


def test_an_interrupt_that_nothing_can_climb_out_of_ends_the_watching_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Going:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(sys, "unraisablehook", lambda told: None)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with told_of_an_interrupt() as is_over:
            Going()
            assert is_over()
    finally:
        signal.signal(signal.SIGINT, before)


def test_watching_says_when_nothing_changed_for_any_test(aelang: Aelang, repository: Path) -> None:
    aelang("watch", "--once")
    done = aelang("watch", "--once")
    assert done.out.endswith("test: nothing changed for any of the 2, which all passed\n")


_INTERRUPTIBLE = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever starts the tests in the background switches it off
sys.argv[1:] = ["watch"]
from aelang.__main__ import main
main()
"""


def _until(watching: "subprocess.Popen[str]", begin: str) -> str:
    """The line that begins so in what is said until it watches; the last one, where a file was seen twice."""
    assert watching.stdout is not None
    said, found = [], ""
    for line in watching.stdout:
        said.append(line)
        found = line.strip() if line.startswith(begin) else found
        if line.startswith("watching") and found:
            return found
    raise AssertionError(f"it ended, and had said: {''.join(said)}")
