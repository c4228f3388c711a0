"""The room of `aelang test`: pages and YAML are read, values compared, stand-ins act, coverage counts what runs do."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from aelang import ir
from aelang.cli.formats.trace import text_line
from aelang.interpreter import fields
from aelang.interpreter.failures import AssertionFailure
from aelang.interpreter.trace import Event, Followed, PassedOver, StateEntered
from aelang.methods import Runners
from aelang.testing import nodes
from aelang.testing.affected import affected, keep_visits
from aelang.testing.bench import Bench, Where
from aelang.testing.coverage import Hits
from aelang.testing.expecting import equals
from aelang.testing.measuring import measure
from aelang.testing.parts import ACT, EXPECT, GIVEN, MATCHERS
from aelang.testing.reading import files_with_tests, read_tests
from aelang.testing.results import Result, pack_result, unpack_result
from aelang.testing.session import Session, run_and_keep, run_session
from aelang.testing.stand_ins import fits
from aelang.testing.visits import Visits
from tests.transcripts import ROOT

CORPUS = Path(os.environ.get("AELANG_CORPUS") or ROOT.parent / "shared" / "corpus") / "manageiq-content"
PLAIN = "class Thing\n  attribute word = hello\n  instance one\n"


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELANG_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def _test(**said: str) -> list[nodes.Test]:
    """The tests of a file of one test, whose parts are `said`."""
    lines = ["datastore: none", "files:", "  Demo/N/Thing.ael: |", *(f"    {line}" for line in PLAIN.splitlines())]
    lines += ["tests:", "  it:", "    run: /N/Thing/one", *(f"    {key}: {value}" for key, value in said.items())]
    Path("it.test.yaml").write_text("\n".join(lines) + "\n")
    read = read_tests("it.test.yaml")
    assert () == read.diagnostics
    return list(read.tests)


def _ended(tests: list[nodes.Test], **how: Any) -> tuple[Result, ...]:
    return run_session(Session(Where(), text_line, Runners, **how), tests).results


def _status(**said: str) -> str:
    return _ended(_test(**said))[0].status


# -- what is expected ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "attribute"),
    [
        ("17", "17"), ("'17'", "17"), ("true", "true"), ("yes", "yes"), ("{contains: el}", "hello"),
        ("{matches: '^h.*o$'}", "hello"), ("{not: bye}", "hello"), ("{present: true}", "hello"), ("1.5", "1.5"),
    ],
)  # fmt: skip
def test_an_attribute_meets_what_is_expected(expected: str, attribute: str) -> None:
    assert "passed" == _status(arguments=f"{{x: '{attribute}'}}", expect=f"{{root: {{x: {expected}}}}}")


@pytest.mark.parametrize(
    ("expected", "attribute"),
    [
        ("18", "17"), ("false", "true"), ("{contains: al}", "hello"), ("{matches: '^o'}", "hello"),
        ("{not: hello}", "hello"), ("{absent: true}", "hello"), ("null", "hello"),
    ],
)  # fmt: skip
def test_another_attribute_does_not(expected: str, attribute: str) -> None:
    assert "failed" == _status(arguments=f"{{x: '{attribute}'}}", expect=f"{{root: {{x: {expected}}}}}")


def test_a_run_that_fails_where_nothing_is_said_of_it_is_a_failure() -> None:
    Path("fails.test.yaml").write_text("tests:\n  it: {run: 'nonsense:/x'}\n")
    assert ["failed"] == [each.status for each in _ended(list(read_tests("fails.test.yaml").tests))]


def test_a_failure_that_is_expected_is_none() -> None:
    Path("fails.test.yaml").write_text("tests:\n  it: {run: 'nonsense:/x', expect: {failed: unsupported scheme}}\n")
    assert ["passed"] == [each.status for each in _ended(list(read_tests("fails.test.yaml").tests))]


def test_a_record_is_expected_by_its_model_and_id() -> None:
    inventory = "{Vm: [{id: 7, name: web}]}"
    said = {"inventory": inventory, "arguments": "{'Vm::vm': 7}"}
    assert ["passed", "failed"] == [
        _status(**said, expect=f"{{root: {{vm: {{Vm: {number}}}}}, records: {{Vm: {{7: {{name: web}}}}}}}}")
        for number in (7, 8)
    ]


def test_time_is_virtual_and_may_be_set() -> None:
    """Ten retries of a day each take no time, and the run sees ten days pass."""
    machine = "class M\n  state wait = METHOD::wait\n        retries 20\n  instance one\n  method wait() python\n"
    Path("slow.test.yaml").write_text(
        "datastore: none\nfiles:\n  Demo/N/M.ael: |\n"
        + "".join(f"    {line}\n" for line in machine.splitlines())
        + "tests:\n  slow:\n    run: /N/M/one\n    now: 2026-01-01 00:00:00\n    methods:\n"
        + f"      wait: [{', '.join(['{retry: 1.day}'] * 10)}, ok]\n"
        + "    expect: {retries: 10, state: ''}\n"
    )
    assert ["passed"] == [each.status for each in _ended(list(read_tests("slow.test.yaml").tests))]


def test_state_variables_may_be_set_as_if_a_run_before_had() -> None:
    Path("said.test.yaml").write_text(
        "datastore: none\nfiles:\n  Demo/N/Thing.ael: |\n    class Thing\n      attribute word = ${state_var#said}\n"
        "      instance one\ngiven: {state_vars: {said: hello}}\ntests:\n"
        "  it: {run: /N/Thing/one, expect: {root: {word: hello}}}\n"
        "  another: {run: /N/Thing/one, state_vars: {said: bye}, expect: {root: {word: bye}}}\n"
    )
    assert ["passed"] * 2 == [each.status for each in _ended(list(read_tests("said.test.yaml").tests))]


def test_a_mail_is_a_call_that_sends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELANG_SPOOL", str(tmp_path / "spool"))
    Path("mail.test.yaml").write_text(
        "datastore: none\nfiles:\n  Demo/N/M.ael: |\n    class M\n      method work = tell()\n      instance one\n"
        "      method tell() python\n        code\n          def main(evm):\n"
        "              evm.root['sent'] = evm.execute('send_email', 'a@b', 'c@d', 'Hello', 'text')\n"
        "tests:\n  it:\n    run: /N/M/one\n"
        "    expect: {root: {sent: true}, calls: [tell, {send_email: {to: a@b, subject: Hello}}]}\n"
    )
    assert ["passed"] == [each.status for each in _ended(list(read_tests("mail.test.yaml").tests))]
    assert not (tmp_path / "spool").exists()


def test_numbers_that_are_keys_are_written_as_they_are() -> None:
    assert equals({"3": {"zone": "a"}}, {3: {"zone": "a"}})
    assert not equals({"3": 1}, {4: 1})


# -- reading -------------------------------------------------------------------------------------------------------


def test_a_page_says_a_test_under_each_heading_with_its_line() -> None:
    Path("page.md").write_text(
        "# P\n\n## A\n\n```yaml test\nrun: /A/b/c\n```\n\n### B\n\n```yaml test\nrun: /A/b/d\n```\n"
    )
    assert [("A", 3, "/A/b/c"), ("B", 9, "/A/b/d")] == [
        (each.name, each.line, each.uri) for each in read_tests("page.md").tests
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("tests: {it: {rnu: /A/b/c}}", "the test `it` has no `rnu`"),
        ("tests: {it: {rnu: /A/b/c, expect: {root: {a: 1}}}}", "the test `it` has no `rnu`"),
        ("test: {it: {run: /A/b/c}}", "a file of tests has no `test`"),
        ("tests: {it: {run: /A/b/c, expekt: {root: {a: 1}}}}", "the test `it` has no `expekt`"),
        ("tests: {it: {expect: {root: {a: 1}}}}", "only findings can be expected where nothing is run"),
    ],
)
def test_a_word_that_is_not_known_gets_one_complaint(written: str, said: str) -> None:
    Path("faulty.test.yaml").write_text(written)
    assert [said] == [each.message for each in read_tests("faulty.test.yaml").diagnostics]


def test_a_fault_in_a_page_is_told_at_its_line_in_the_page() -> None:
    Path("page.md").write_text("## A\n\ntext\n\n```yaml test\nrun: /A/b/c\nexpekt: {}\n```\n")
    assert [("page.md", 7)] == [(each.span.source, each.span.line) for each in read_tests("page.md").diagnostics]


@pytest.mark.parametrize("page", ["", "words\n", "# Only a title\n\nwords\n"])
def test_a_page_without_a_heading_of_second_rank_has_no_test(page: str) -> None:
    Path("page.md").write_text(page)
    assert ((), ()) == read_tests("page.md")


def test_a_fence_of_four_holds_one_of_three() -> None:
    Path("page.md").write_text(
        "## A\n\n`x.md`\n````\n```yaml test\nrun: no\n```\n````\n\n```yaml test\nrun: /A/b/c\n```\n"
    )
    assert ["/A/b/c"] == [each.uri for each in read_tests("page.md").tests]


def test_files_are_laid_over_the_project_and_do_not_change_it() -> None:
    store = Path("store/Demo/N")
    store.mkdir(parents=True)
    (store.parent / "__domain__.yaml").write_text("object_type: domain\nobject: {attributes: {name: Demo}}\n")
    (store / "__namespace__.yaml").write_text("object_type: namespace\nobject: {attributes: {name: N}}\n")
    (store / "Thing.ael").write_text(PLAIN)
    Path("over.test.yaml").write_text(
        "tests:\n  laid:\n    run: /N/Thing/one\n    files:\n      Demo/N/Thing.ael: |\n"
        + "".join(f"        {line}\n" for line in PLAIN.replace("hello", "bye").splitlines())
        + "    expect: {root: {word: bye}}\n  plain: {run: /N/Thing/one, expect: {root: {word: hello}}}\n"
    )
    session = Session(Where(roots=("store",)), text_line, Runners)
    results = run_session(session, read_tests("over.test.yaml").tests).results
    assert [("passed", ()), ("passed", ())] == [(each.status, each.failures) for each in results]


def test_the_pages_of_validate_are_tests_of_their_own() -> None:
    page = ROOT / "tests" / "language" / "validate" / "unknown-instance.md"
    alone = [each._replace(alone=True) for each in read_tests(str(page)).tests]
    assert {"passed"} == {each.status for each in _ended(alone)}


def test_the_manual_names_every_key_and_its_page_can_be_read() -> None:
    manual = (ROOT / "docs" / "test.md").read_text("utf-8")
    names = (*GIVEN, *EXPECT, *MATCHERS, *ACT)
    assert [] == [name for name in names if f"`{name}" not in manual and f"{name}:" not in manual]
    Path("page.md").write_text(manual.partition("`````markdown\n")[2].partition("`````")[0])
    read = read_tests("page.md")
    assert ((), 2) == (read.diagnostics, len(read.tests))


# -- stand-ins -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "is_fit"),
    [
        ("notify", True), ("Order/notify", True), ("/Shop/Order/NOTIFY", True), ("/Site/Shop/Order/notify", True),
        ("*", True), ("Order/*", True), ("not*", True), ("tify", False), ("Other/notify", False),
        ("/X/Site/Shop/Order/notify", False),
    ],
)  # fmt: skip
def test_a_pattern_is_the_end_of_a_path(pattern: str, is_fit: bool) -> None:
    assert is_fit == fits(pattern, "Site/Shop/Order/notify")


def test_a_test_that_needs_ruby_where_there_is_none_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    Path("ruby.test.yaml").write_text(
        "datastore: none\nfiles:\n  Demo/N/M.ael: |\n    class M\n      method go = work\n      instance one\n"
        "      method work() ruby\ntests:\n  it: {run: /N/M/one}\n  stubbed: {run: /N/M/one, methods: {work: ok}}\n"
    )
    assert ["skipped", "passed"] == [each.status for each in _ended(list(read_tests("ruby.test.yaml").tests))]


def test_a_result_survives_the_way_between_processes() -> None:
    (result,) = _ended(_test(expect="{root: {word: bye}}"))
    again = unpack_result(pack_result(result))
    assert pack_result(result) == pack_result(again)


def test_several_processes_find_what_one_finds() -> None:
    tests = _test(expect="{root: {word: hello}}") * 3 + _test(expect="{root: {word: bye}}") * 2
    files = [{f"Demo/N/T{at}.ael": PLAIN.replace("Thing", f"T{at}")} for at in range(2)]
    tests = [each._replace(name=f"{at}", files={**each.files, **files[at % 2]}) for at, each in enumerate(tests)]
    one, two = (_ended(tests, processes=number) for number in (1, 2))
    assert [each[:5] for each in one] == [each[:5] for each in two]


def test_several_processes_cover_what_one_covers() -> None:
    quota = ROOT / "examples" / "quota"
    tests = read_tests(str(quota / "tests" / "quota.test.yaml")).tests
    one, two = (
        run_session(Session(Where(roots=(str(quota),)), text_line, Runners, covers=True, processes=number), tests).hits
        for number in (1, 2)
    )
    assert one is not None and two is not None
    assert one.packed() == two.packed()


def test_a_service_only_answers_what_a_test_says() -> None:
    store = Path("store/Demo/N/Thing.class/__methods__")
    store.mkdir(parents=True)
    (store / "ask.py").write_text("def main(evm):\n    evm.root['got'] = evm.execute('create_notification', {})\n")
    files = {
        "__domain__.yaml": ("domain", "name: Demo", ""), "N/__namespace__.yaml": ("namespace", "name: N", ""),
        "N/Thing.class/one.yaml": ("instance", "name: one", "  fields: []\n"),
        "N/Thing.class/__class__.yaml": (
            "class", "name: Thing",
            "  schema:\n  - field: {name: ask, aetype: method, default_value: ask, priority: 1}\n",
        ),
        "N/Thing.class/__methods__/ask.yaml": ("method", "name: ask, location: inline, language: python", ""),
    }  # fmt: skip
    for path, (kind, attributes, more) in files.items():
        text = f"object_type: {kind}\nobject:\n  attributes: {{{attributes}}}\n{more}"
        (Path("store/Demo") / path).write_text(text)
    Path("ask.test.yaml").write_text(
        "tests:\n  it:\n    run: /N/Thing/one\n    services: {create_notification: 42}\n    expect: {root: {got: 42}}\n"
    )
    session = Session(Where(roots=("store",)), text_line, Runners)
    results = run_session(session, read_tests("ask.test.yaml").tests).results
    assert [("passed", ())] == [(each.status, each.failures) for each in results]


# -- what a change may matter to -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "matters"),
    [
        ("automate/Site/Shop/Order.class/one.yaml", True), ("automate/Site/Shop/Order.ael", True),
        ("other/Vendor/shop/ORDER.class/__methods__/x.rb", True), ("automate/Site/Shop/Price.ael", False),
        ("automate/Site/Shop/Reorder.ael", False), ("automate/Site/__domain__.yaml", True), ("inherited.ael", True),
    ],
)  # fmt: skip
def test_a_change_matters_to_those_who_looked_at_the_class(source: str, matters: bool) -> None:
    assert matters == Visits(["shop/order"], ["inherited.ael"]).touches(source)


def _store_files() -> list[str]:
    folder = ROOT / "examples" / "overlay"
    return [str(path.relative_to(folder)) for path in sorted(folder.rglob("*.yaml"))]


@pytest.mark.parametrize("name", _store_files())
def test_a_test_that_comes_out_otherwise_without_a_file_is_affected(name: str) -> None:
    store = Path(shutil.copytree(ROOT / "examples" / "overlay", "store"))
    tests = read_tests("store/tests/sizes.md").tests
    before = _affected_and_failed(tests, keep=True)
    (store / name).unlink()
    affected_now, failed = _affected_and_failed(tests, keep=False)
    assert ({each.name for each in tests}, set()) == before
    assert failed <= affected_now


def test_a_file_that_is_saved_while_tests_run_counts_as_changed() -> None:
    store = Path(shutil.copytree(ROOT / "examples" / "overlay", "store"))
    tests = read_tests("store/tests/sizes.md").tests
    size = store / "Vendor" / "Shop" / "Size.class" / "large.yaml"

    def render(event: Event) -> str:
        if isinstance(event, Followed) and "/large" in event.uri:
            size.write_text(size.read_text().replace("32", "64"))
        return text_line(event)

    session = Session(Where(roots=("store",)), render, Runners)
    assert {"passed"} == {each.status for each in run_and_keep(session, tests).results}
    affected_now, failed = _affected_and_failed(tests, keep=False)
    assert {"A size that only Vendor has comes with Vendor's class"} == failed
    assert failed <= affected_now


def _affected_and_failed(tests: Sequence[nodes.Test], *, keep: bool) -> tuple[set[str], set[str]]:
    """The names of the tests that may come out otherwise than when they last passed, and of those that now fail."""
    session = Session(Where(roots=("store",)), text_line, Runners)
    compiled = session.where.open()
    chosen = {each.name for each in affected(tests, compiled)}
    results = run_session(session, tests).results
    if keep:
        keep_visits(compiled, results, tests)
    compiled.close()
    return chosen, {each.name for each in results if each.status == "failed"}


# -- coverage ------------------------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[tuple[str, int, int, str]]]:
    """What happens to fields in runs, counted where each field is carried out and by what the workspace tells."""
    seen: set[tuple[str, int, int, str]] = set()
    made = fields._guarded_act

    def counting(field: ir.Field, message: str, machine: Any) -> Any:
        act = made(field, message, machine)

        def run(workspace: Any, obj: Any) -> None:
            told: list[Any] = []
            emit, depth = workspace.emit, len(workspace.stack)

            def take(event: Any) -> None:
                if isinstance(event, PassedOver | StateEntered) and event.depth == depth and event[1] == field.name:
                    told.append(event)
                emit(event)

            workspace.emit = take
            place = (obj.home.ir.sources[field.place[0]], *field.place[1:])
            fault = None
            try:
                act(workspace, obj)
            except AssertionFailure as failure:
                fault = failure
                raise
            finally:
                workspace.emit = emit
                if any(isinstance(each, PassedOver) for each in told):
                    seen.add((*place, "no"))
                elif isinstance(field, ir.StateField):
                    seen.update((*place, "state") for each in told)
                else:
                    seen.add((*place, "field"))
                    if isinstance(field, ir.AssertionField):
                        seen.add((*place, "fails" if fault else "holds"))

        return run

    monkeypatch.setattr(fields, "_guarded_act", counting)
    yield seen


def test_coverage_is_what_an_instrumented_run_counts(counted: set[tuple[str, int, int, str]]) -> None:
    if not CORPUS.is_dir():
        pytest.skip(f"there is no corpus at {CORPUS}: set AELANG_CORPUS")
    tests = [test for file in files_with_tests(str(ROOT / "tests" / "manageiq")) for test in read_tests(file).tests]
    bench = Bench(Where(roots=(str(CORPUS),)), text_line, Runners(), covers=True)
    try:
        assert {"passed"} == {bench.run(test).status for test in tests}
        assert bench.collector is not None
        kinds = {"field", "state", "holds", "fails", "no"}
        assert counted == {tuple(mark) for mark in bench.collector.hits.marks if mark.what in kinds}
    finally:
        bench.close()


def test_figures_are_counts_of_what_there_is(counted: set[tuple[str, int, int, str]]) -> None:
    bench = Bench(Where(roots=(str(ROOT / "examples" / "quota"),)), text_line, Runners(), covers=True)
    tests = read_tests(str(ROOT / "examples" / "quota" / "tests" / "quota.test.yaml")).tests
    try:
        for test in tests:
            bench.run(test)
        assert bench.collector is not None
        measured = measure(bench.project().image, bench.collector.hits)
        units = {each.mark for each in (*measured.reached, *(missed.unit for missed in measured.missed))}
        assert measured.counts["fields"].reached == sum(mark in units for mark in counted if mark[3] == "field")
    finally:
        bench.close()


def test_what_was_reached_survives_the_way_between_processes() -> None:
    bench = Bench(Where(), text_line, Runners(), covers=True)
    bench.run(nodes.Test("hello", "x", 1, {}, "/System/Request/hello", nodes.Given(), ()))
    bench.close()
    assert bench.collector is not None
    packed = bench.collector.hits.packed()
    assert packed == Hits.unpacked(packed).packed()
