"""Python methods: how they end, what their failures tell, what they see; and what Ruby methods take for granted."""

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path
from shutil import which

import pytest

from aelang.interpreter import trace
from aelang.interpreter.values import Symbol
from aelang.methods import Runners
from aelang.methods.settings import Settings, read_settings
from tests.methods import Ran, constants, engine, method, run

needs_ruby = pytest.mark.skipif(which("ruby") is None, reason="no Ruby on the PATH")


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    made.close()


def _ran(runners: Runners, body: str) -> Ran:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return run(engine([method("main", f"def main(evm):\n{lines}\n")], attributes=constants(tag="t"), runners=runners))


def test_a_method_that_returns_gives_0_to_its_field(runners: Runners) -> None:
    assert 0 == _ran(runners, "return 'whatever'").root["result"]


def test_a_method_that_stops_drops_its_object(runners: Runners) -> None:
    assert ["StopInstantiation"] == _dropped(_ran(runners, "evm.stop('enough')"))


def test_a_method_that_aborts_ends_the_run_with_its_reason(runners: Runners) -> None:
    assert (
        "AbortInstantiation: Method exited with rc=MIQ_ABORT: no room" == _ran(runners, "evm.abort('no room')").failure
    )


def test_a_retry_sets_the_result_and_the_interval(runners: Runners) -> None:
    root = _ran(runners, "evm.retry(after='2.minutes')").root
    assert ("retry", "2.minutes") == (root["ae_result"], root["ae_retry_interval"])


def test_a_skip_sets_the_result(runners: Runners) -> None:
    assert "skip" == _ran(runners, "evm.skip()").root["ae_result"]


def test_a_method_cannot_swallow_its_own_end(runners: Runners) -> None:
    body = "try:\n    evm.skip()\nexcept Exception:\n    evm.root['swallowed'] = True"
    assert "swallowed" not in _ran(runners, body).root


def test_what_was_set_before_a_failure_stays(runners: Runners) -> None:
    assert 1 == _ran(runners, "evm.root['before'] = 1\nraise ValueError").root["before"]


def test_an_exception_is_told_with_the_lines_of_the_method_only(runners: Runners) -> None:
    lines = [line for line in _ran(runners, "def inner():\n    return 1 / 0\ninner()").lines if "<AEMethod" in line]
    assert [
        "error: <AEMethod main> The following error occurred during method evaluation:",
        "error: <AEMethod main>   Traceback (most recent call last):",
        'error: <AEMethod main>     File "/Demo/Test/Case/main.py", line 4, in main',
        "error: <AEMethod main>       inner()",
        'error: <AEMethod main>     File "/Demo/Test/Case/main.py", line 3, in inner',
        "error: <AEMethod main>       return 1 / 0",
        "error: <AEMethod main>   ZeroDivisionError: division by zero",
    ] == lines


def test_a_failure_names_the_line(runners: Runners) -> None:
    assert _ran(runners, "x = 1\nraise KeyError('k')").failure.endswith("KeyError: 'k' (/Demo/Test/Case/main.py:3)")


def test_a_fault_of_syntax_is_told_with_its_line(runners: Runners) -> None:
    assert "SyntaxError" in run(engine([method("main", "def main(evm:")], runners=runners)).failure


def test_a_method_imports_nothing_of_aelang(runners: Runners) -> None:
    body = "import sys\nevm.root['ours'] = [name for name in sys.modules if name.startswith('aelang')]"
    assert [] == _ran(runners, body).root["ours"]


def test_a_method_sees_a_scrubbed_environment(runners: Runners, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    made = Runners()
    names = _ran(made, "import os\nevm.root['names'] = sorted(os.environ)").root["names"]
    made.close()
    passed = {"HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "PWD", "SSL_CERT_DIR", "SSL_CERT_FILE", "TMPDIR", "TZ"}
    assert set() == set(names) - passed


def test_a_variable_that_is_named_is_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "s3cret")
    made = Runners(settings=Settings(environment=("TOKEN",)))
    root = _ran(made, "import os\nevm.root['token'] = os.environ['TOKEN']").root
    made.close()
    assert "s3cret" == root["token"]


def test_output_without_a_line_end_is_logged(runners: Runners) -> None:
    assert "info: Method STDOUT: no end" in _ran(runners, "print('no end', end='')").lines


def test_output_stands_before_what_the_method_does_next(runners: Runners) -> None:
    lines = _ran(runners, "print('one')\nevm.log('info', 'two')\nprint('three')").lines
    wanted = ["info: Method STDOUT: one", "info: <AEMethod main> two", "info: Method STDOUT: three"]
    assert wanted == [line for line in lines if line in wanted]


def test_a_value_that_cannot_be_kept_is_an_error_of_the_method(runners: Runners) -> None:
    assert "TypeError: evm cannot keep a module" in _ran(runners, "import os\nevm.root['x'] = os").failure


def test_an_object_of_the_run_is_no_value(runners: Runners) -> None:
    assert "an object of the run is no value" in _ran(runners, "evm.root['x'] = evm.root").failure


def test_a_symbol_comes_back_as_a_symbol(runners: Runners) -> None:
    root = _ran(runners, "evm.root['s'] = Symbol('x')\nevm.root['t'] = evm.root['s']").root
    assert Symbol("x") == root["t"]


def test_embedded_methods_stand_before_the_method_each_once(runners: Runners) -> None:
    note = "order = globals().setdefault('order', [])\norder.append('{}')\n"
    methods = [
        method("main", note.format("main") + "def main(evm): evm.root['order'] = order",
               embedded=["/Test/Case/One", "/Test/Case/two", "/Demo/Test/Case/One"]),
        method("One", note.format("one"), embedded=["/Test/Case/deep"]),
        method("two", note.format("two"), embedded=["/Test/Case/deep", "/Test/Case/main"]),
        method("deep", note.format("deep")),
    ]  # fmt: skip
    assert ["one", "deep", "two", "main"] == run(engine(methods, runners=runners)).root["order"]


def test_the_case_of_an_embedded_method_counts(runners: Runners) -> None:
    methods = [method("main", "", embedded=["/tEST/cASE/ONE"]), method("One", "")]
    assert "MethodNotFound: Embedded method /tEST/cASE/ONE not found" == run(engine(methods, runners=runners)).failure


def test_a_language_without_a_runner_is_an_invalid_method(runners: Runners) -> None:
    found = run(engine([method("main", "print 1", "perl")], runners=runners))
    assert found.failure.startswith("InvalidMethod: Inline Method Language [perl] not supported")


def test_without_ruby_a_method_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    found = run(engine([method("main", "1", "ruby")]))
    assert found.failure.startswith("InvalidMethod: ruby-not-found: no `ruby` on the PATH: install Ruby 3")


@needs_ruby
def test_what_a_ruby_method_does_to_ruby_dies_with_it(runners: Runners) -> None:
    code = "$evm.root['seen'] = [$left, ''.respond_to?(:shout)]\n$left = 1\nclass String; def shout = upcase; end"
    made = engine([method("main", code, "ruby")], runners=runners)
    assert [[None, False], [None, False]] == [run(made).root["seen"] for _ in range(2)]


@needs_ruby
def test_a_ruby_method_has_what_those_of_manageiq_take_for_granted(runners: Runners) -> None:
    code = """minutes, symbols = 5.minutes, {'a' => 1}.symbolize_keys
$evm.root['x'] = [''.blank?, 'a'.present?, nil.try(:x), minutes, symbols, MIQ_ARGS.to_h]
at_exit { $evm.root['late'] = true }"""
    root = run(engine([method("main", code, "ruby", {"a": "1"})], runners=runners)).root
    assert ([True, True, None, 300, {Symbol("a"): 1}, {"a": "1"}], True) == (root["x"], root["late"])


def test_the_settings_of_a_project_are_read() -> None:
    read = read_settings({"timeout": 5, "network": False, "programs": ["/bin/true"]})
    assert (5.0, False, ("/bin/true",), Settings().memory) == (read.timeout, read.network, read.programs, read.memory)


@pytest.mark.parametrize("table", [{"timeout": 0}, {"timeout": "5"}, {"network": 1}, {"memory": True}, {"memroy": 1}])
def test_settings_that_are_none_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\[methods\]"):
        read_settings(table)


def _dropped(ran: Ran) -> list[str]:
    return [event.failure for event in ran.events if isinstance(event, trace.Dropped)]


# -- mail --------------------------------------------------------------------------------------------------------

MAILS = [
    ("", "text/html"),
    (", 'text/plain'", "text/plain"),
    (", {'content_type': 'text/plain', 'cc': 'c@example.com'}", "text/plain"),
]


@pytest.mark.parametrize(("more", "kind"), MAILS)
def test_a_method_sends_mail_as_the_builtin_does(spooling: Runners, tmp_path: Path, more: str, kind: str) -> None:
    sent = f"evm.execute('send_email', 'a@example.com', 'b@example.com', 'Hello', 'Good day'{more})"
    assert True is _ran(spooling, f"evm.root['sent'] = {sent}").root["sent"]
    _check_mail(tmp_path, kind, has_copy="cc" in more)


@needs_ruby
def test_a_method_in_ruby_sends_mail(spooling: Runners, tmp_path: Path) -> None:
    code = "$evm.execute('send_email', 'a@example.com', 'b@example.com', 'Hello', 'Good day', :cc => 'c@example.com')"
    run(engine([method("main", code, "ruby")], runners=spooling))
    _check_mail(tmp_path, "text/html", has_copy=True)


@pytest.fixture
def spooling(tmp_path: Path) -> Iterator[Runners]:
    made = Runners(spool=str(tmp_path))
    yield made
    made.close()


def _check_mail(spool: Path, kind: str, *, has_copy: bool) -> None:
    (written,) = spool.glob("*.eml")
    mail = message_from_bytes(written.read_bytes())
    copy = "c@example.com" if has_copy else None
    assert ("a@example.com", "Hello", kind, copy) == (mail["To"], mail["Subject"], mail.get_content_type(), mail["Cc"])


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        ("'a', 'b', 'c'", "ArgumentError", "`send_email` takes 4 to 5 arguments, not 3"),
        ("'a', 'b', 'c', 'd', {'attachment': 'x'}", "ArgumentError",
         "`send_email` has no option `attachment`: it has cc, bcc, content_type"),
        ("'a', 'b', 'c', 'd', 'image/png'", "AbortInstantiation",
         "send_email: the content_type of a mail is text/..., not 'image/png'"),
    ],
)  # fmt: skip
def test_a_mail_that_cannot_be_is_told_to_the_method(spooling: Runners, arguments: str, kind: str, said: str) -> None:
    lines = (
        "try:", f"    evm.execute('send_email', {arguments})",
        "except EvmError as fault:", "    evm.root['told'] = [fault.kind, fault.message]",
    )  # fmt: skip
    assert [kind, said] == _ran(spooling, "\n".join(lines)).root["told"]
