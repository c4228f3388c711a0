"""`aelang run --break` and `--debug-methods`: the conversation about a run that is stopped."""

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.doors.machines import FILES, URI, field, instance, klass, method
from tests.doors.stores import Aelang, Done, write

Debug = Callable[..., Done]
METHODS = {
    "D/N/Calling.class/__class__.yaml": klass(
        "Calling",
        [
            field("attribute", "color", "red"),
            field("relationship", "leaf", "/N/Leaf/a"),
            field("method", "call", "work"),
            field("relationship", "all", "/N/Leaf/*"),
            field("attribute", "late", "${/#color} and late"),
        ],
    ),
    "D/N/Calling.class/go.yaml": instance("go"),
    "D/N/Calling.class/__methods__/work.yaml": method("work"),
    "D/N/Calling.class/__methods__/work.py": """\
def main(evm):
    answer = 42
    breakpoint()
    evm.root["answer"] = answer
""",
    "D/N/Calling.class/__methods__/make.yaml": method("make"),
    "D/N/Calling.class/__methods__/make.py": "def main(evm):\n    evm.instantiate('/D/N/Leaf/b')\n",
    "D/N/Calling.class/makes.yaml": instance("makes", call="make"),
    "D/N/Calling.class/lost.yaml": instance("lost", call="nowhere"),
}
CALLING = "/N/Calling/go"


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path) -> None:
    write(tmp_path / "machine", {**FILES, **METHODS})


@pytest.fixture
def debug(aelang: Aelang, monkeypatch: pytest.MonkeyPatch) -> Debug:
    """Runs a target with the commands that are read from standard input, a line each."""

    def call(commands: str, uri: str, *words: str) -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(commands))
        return aelang("run", uri, "-d", "machine", *words)

    return call


def stops(done: Done) -> list[str]:
    """Where a run was stopped."""
    return [line.removeprefix("stopped: ") for line in done.err.splitlines() if line.startswith("stopped: ")]


def said(done: Done, command: str) -> list[str]:
    """What the last `command` was answered with."""
    answer = done.err.rpartition(f"(aelang) {command}\n")[2]
    return answer.partition("(aelang) ")[0].splitlines()


# -- where it stops


@pytest.mark.parametrize("name", ["/N/Leaf/a", "/D/N/Leaf/a", "/N/Leaf", "/n/LEAF/a", "/N/*/a", "/D/N/L*"])
def test_it_stops_before_an_object(name: str, debug: Debug) -> None:
    done = debug("q\n", CALLING, "--no-methods", "--break", name)
    assert ["Following /N/Leaf/a#create  (leaf)"] == stops(done)


@pytest.mark.parametrize("name", ["work", "WORK", "/N/Calling/work", "/D/N/Calling/work", "/N/Calling.work", "w?rk"])
def test_it_stops_before_a_method(name: str, debug: Debug) -> None:
    done = debug("q\n", CALLING, "--no-methods", "--break", name)
    assert ["Passing over /D/N/Calling/work()  [inline]"] == stops(done)


def test_it_stops_before_a_state(debug: Debug) -> None:
    assert ["State wait"] == stops(debug("q\n", URI, "--break", "wait"))


def test_it_stops_before_the_run_s_own_object(debug: Debug) -> None:
    assert [f"Instantiating {URI}"] == stops(debug("q\n", URI, "--break", URI))


def test_it_stops_at_a_wildcard_that_leads_to_the_object(debug: Debug) -> None:
    done = debug("q\n", CALLING, "--no-methods", "--break", "/N/Leaf/b")
    assert ["Following /N/Leaf/*#create  (all)"] == stops(done)


@pytest.mark.parametrize("name", ["/N/Leaf/b", "/D/N/Leaf/b"])
def test_it_stops_before_an_object_that_a_method_makes(name: str, debug: Debug) -> None:
    done = debug("next\nq\n", "/N/Calling/makes", "--break", name)
    assert ["Following /D/N/Leaf/b  (evm.instantiate)", "Followed  /D/N/Leaf/b  (evm.instantiate)"] == stops(done)


def test_it_stops_at_every_breakpoint_and_every_try(debug: Debug) -> None:
    done = debug("c\nc\nc\nc\n", URI, "--break", "wait", "--break", "last", "--until-done", "--speed", "max")
    assert (0, ["State wait"] * 3 + ["State last"]) == (done.code, stops(done))


def test_a_name_to_which_the_run_never_comes_is_told(debug: Debug) -> None:
    done = debug("", URI, "--break", "nowhere")
    assert "note: the run never came to `nowhere`" in done.err.splitlines()


def test_a_run_that_is_debugged_gives_the_same_result(debug: Debug) -> None:
    plain = debug("", CALLING, "--no-methods")
    assert plain.out == debug("s\n" * 30, CALLING, "--no-methods", "--break", CALLING).out


# -- going on


def test_step_goes_inside(debug: Debug) -> None:
    done = debug("step\nstep\nq\n", "/N/Machine/go", "--break", "first")
    assert ["State first", "Following /N/Leaf/a#create  (first)", "Followed  /N/Leaf/a#create  (first)"] == stops(done)


def test_next_goes_over(debug: Debug) -> None:
    done = debug("next\nnext\nq\n", "/N/Calling/makes", "--break", "/N/Calling/make", "--break", "leaf")
    assert ["Calling /D/N/Calling/make()  [inline]", "Back from /D/N/Calling/make with 0"] == stops(done)[:2]


def test_next_goes_over_a_state(debug: Debug) -> None:
    done = debug("next\nnext\nq\n", URI, "--break", "first")
    assert ["State first", "State first left with ok, next is wait", "State wait"] == stops(done)


def test_next_goes_on_behind_a_method_that_is_not_there(debug: Debug) -> None:
    done = debug("n\n" * 9, "/N/Calling/lost", "--break", "/N/Calling/lost")
    assert f"Followed  {'/N/Leaf/a'}#create  (leaf)" in stops(done)


def test_continue_goes_to_the_next_breakpoint(debug: Debug) -> None:
    done = debug("continue\nq\n", URI, "--break", "first", "--break", "wait")
    assert ["State first", "State wait"] == stops(done)


def test_a_breakpoint_can_be_added(debug: Debug) -> None:
    done = debug("break wait\nc\nq\n", URI, "--break", "first")
    assert (["State first", "State wait"], ["first", "wait"]) == (stops(done), said(done, "break wait"))


def test_quit_ends_the_run(debug: Debug) -> None:
    done = debug("quit\n", URI, "--break", "first")
    assert (1, "", "the run was left") == (done.code, done.out, done.err.splitlines()[-1])


def test_the_end_of_the_commands_ends_the_run(debug: Debug) -> None:
    done = debug("", URI, "--break", "first")
    assert (1, "", "the run was left") == (done.code, done.out, done.err.splitlines()[-1])


# -- looking


def test_where_shows_the_stack_with_fields_and_places(debug: Debug, tmp_path: Path) -> None:
    write(tmp_path / "machine", {"D/N/Leaf.class/a.yaml": instance("a"), **_DEEPER})
    assert [
        "  /D/N/Outer/go#create  inner  machine/D/N/Outer.class/__class__.yaml:11:23",
        "> /D/N/Inner/go#create  leaf  machine/D/N/Inner.class/go.yaml:8:15",
    ] == said(debug("where\nq\n", "/N/Outer/go", "--break", "/N/Leaf/a"), "where")


_DEEPER = {
    "D/N/Outer.class/__class__.yaml": klass("Outer", [field("relationship", "inner", "/N/Inner/go")]),
    "D/N/Outer.class/go.yaml": instance("go"),
    "D/N/Inner.class/__class__.yaml": klass("Inner", [field("relationship", "leaf")]),
    "D/N/Inner.class/go.yaml": instance("go", leaf="/N/Leaf/a"),
}


def test_the_place_of_the_field_is_shown_at_a_stop(debug: Debug) -> None:
    done = debug("q\n", CALLING, "--no-methods", "--break", "/N/Leaf/a")
    assert " --> machine/D/N/Calling.class/__class__.yaml:16:23" == done.err.splitlines()[1]


def test_objects_shows_the_tree_and_the_current_one(debug: Debug) -> None:
    done = debug("objects\nq\n", CALLING, "--no-methods", "--break", "work")
    assert ["> /D/N/Calling/go", "    /D/N/Leaf/a"] == said(done, "objects")


def test_attributes_shows_those_of_the_current_object(debug: Debug) -> None:
    done = debug("attributes\nq\n", CALLING, "--no-methods", "--break", "work")
    assert '  color      String                "red"' == said(done, "attributes")[0]


def test_attributes_shows_those_of_another_object(debug: Debug) -> None:
    done = debug("a N/Leaf/a\nq\n", CALLING, "--no-methods", "--break", "work")
    assert ["  color  Symbol  :green"] == said(done, "a N/Leaf/a")


def test_variables_shows_the_state_variables(debug: Debug) -> None:
    assert [] == said(debug("variables\nq\n", URI, "--break", "wait"), "variables")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${/#color}", 'String  "red"'),
        ("${N/Leaf/a#color}", "Symbol  :green"),
        ("it is ${#color}", 'String  "it is red"'),
        ("${#nothing}", "NilClass  nil"),
        ("plain", 'String  "plain"'),
        ("${Nope/nope/x#y}", "ObjectNotFound: no object at [Nope/nope/x], for the attribute [y]"),
        ("${miqaedb:/N/Leaf/b/color}", "Symbol  :green"),
    ],
)
def test_print_substitutes(text: str, expected: str, debug: Debug) -> None:
    done = debug(f"print {text}\nq\n", CALLING, "--no-methods", "--break", "work")
    assert [expected] == said(done, f"print {text}")


def test_a_password_is_masked(debug: Debug) -> None:
    done = debug("a\nprint ${#secret}\nq\n", URI, "--break", "first")
    assert (False, ["Password  ********"]) == ("canary" in done.err, said(done, "print ${#secret}"))


def test_looking_tells_no_events(debug: Debug) -> None:
    done = debug("print ${miqaedb:/N/Leaf/b/color}\nq\n", CALLING, "--no-methods", "--break", "work", "--trace")
    assert ["Symbol  :green"] == said(done, "print ${miqaedb:/N/Leaf/b/color}")


# -- changing


@pytest.mark.parametrize(
    ("command", "expected"),
    [("set color blue", '"blue and late"'), ("set /#color sky blue", '"sky blue and late"')],
)
def test_set_changes_what_the_run_goes_on_with(command: str, expected: str, debug: Debug) -> None:
    done = debug(f"{command}\nc\n", CALLING, "--no-methods", "--break", "work")
    assert expected in done.out


def test_set_takes_a_type(debug: Debug) -> None:
    done = debug("set Integer::n 5\np ${#n}\nq\n", CALLING, "--no-methods", "--break", "work")
    assert ["Integer  5"] == said(done, "p ${#n}")


@pytest.mark.parametrize("command", ["set", "set Bogus::x 1", "set Nope/no/no#x 1", "a ../..", "p ${x}", "bogus", ""])
def test_what_cannot_be_done_is_told_and_the_conversation_goes_on(command: str, debug: Debug) -> None:
    done = debug(f"{command}\nq\n", CALLING, "--no-methods", "--break", "work")
    assert (1, "the run was left") == (done.code, done.err.splitlines()[-1])


@pytest.mark.parametrize(
    "command", ["where", "objects", "a", "p ${#x}", "p a${#x}", "p ${/#x}", "p ${x#y}", "set x 1", "v"]
)
def test_nothing_breaks_before_there_is_an_object(command: str, debug: Debug) -> None:
    done = debug(f"{command}\nq\n", CALLING, "--no-methods", "--break", CALLING)
    assert (1, "the run was left") == (done.code, done.err.splitlines()[-1])


def test_help_lists_the_commands(debug: Debug) -> None:
    words = [line.split()[0] for line in said(debug("help\nq\n", URI, "--break", "first"), "help")[:-1]]
    expected = ["step", "next", "continue", "where", "objects", "attributes", "variables", "print", "set", "break"]
    assert [*expected, "help", "quit"] == words


# -- Python's debugger


def test_python_s_debugger_opens_in_a_method(debug: Debug) -> None:
    done = debug("p answer\nanswer = 43\nc\n", CALLING, "--debug-methods")
    assert (0, True, True) == (done.code, "(Pdb) p answer\n42\n" in done.err, "Integer               43" in done.out)


def test_it_shows_the_lines_of_the_method_alone(debug: Debug) -> None:
    done = debug("where\nc\n", CALLING, "--debug-methods")
    where = done.err.partition("(Pdb) where\n")[2].partition("(Pdb)")[0]
    # Python 3.13 and later stop at the call of breakpoint() itself, others behind it.
    line, text = (3, "breakpoint()") if sys.version_info >= (3, 13) else (4, 'evm.root["answer"] = answer')
    assert f"> /D/N/Calling/work.py({line})main()\n-> {text}\n" == where


def test_it_steps_over_what_is_not_of_the_method(debug: Debug) -> None:
    done = debug("step\n" * 9, CALLING, "--debug-methods")
    assert (0, True) == (done.code, "--Return--" in done.err)


def test_step_goes_into_a_method(debug: Debug) -> None:
    done = debug("step\nwhere\nnext\np answer\nc\nc\nc\n", CALLING, "--debug-methods", "--break", "work")
    where = done.err.partition("(Pdb) where\n")[2].partition("(Pdb)")[0]
    assert ("> /D/N/Calling/work.py(2)main()\n-> answer = 42\n", True) == (where, "(Pdb) p answer\n42\n" in done.err)


def test_continue_does_not_go_into_a_method(debug: Debug) -> None:
    done = debug("c\nc\n", CALLING, "--debug-methods", "--break", "work")
    assert 1 == done.err.count("(Pdb)")


def test_a_decrypted_password_is_masked_there(debug: Debug, tmp_path: Path) -> None:
    write(tmp_path / "machine", _CARELESS)
    done = debug("p text\nc\n", "/N/Careless/go", "--debug-methods")
    assert (True, False) == ("'********'" in done.err, "speedy-in-the-clear" in done.err)


_CARELESS = {
    "D/N/Careless.class/__class__.yaml": klass(
        "Careless",
        [field("attribute", "secret", "speedy-in-the-clear", datatype="password"), field("method", "call", "work")],
    ),
    "D/N/Careless.class/go.yaml": instance("go"),
    "D/N/Careless.class/__methods__/work.yaml": method("work"),
    "D/N/Careless.class/__methods__/work.py": """\
def main(evm):
    text = evm.object.decrypt("secret")
    breakpoint()
""",
}


def test_without_being_asked_for_it_does_not_open(debug: Debug) -> None:
    assert (1, False) == ((done := debug("c\n", CALLING)).code, "(Pdb)" in done.err)
