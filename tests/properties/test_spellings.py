"""Whatever a class says, both spellings say it, and `fmt` changes no word of it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aelang.loader.load import load_tree
from aelang.loader.trees import MemoryTree
from aelang.model import Class
from aelang.writer.ael import print_ael
from aelang.writer.canonical import canonical, say_the_same
from aelang.writer.edit_ael import body_of, with_body
from aelang.writer.format_ael import format_ael
from aelang.writer.format_yaml import format_yaml
from aelang.writer.spellings import Place, to_ael, to_yaml
from aelang.writer.surface import class_node
from aelang.writer.yaml import Dialect
from tests.properties.examples import examples
from tests.spellings import classes

_ABOVE = {
    "D/__domain__.yaml": b"object_type: domain\nobject:\n  attributes:\n    name: D\n",
    "D/N/__namespace__.yaml": b"object_type: namespace\nobject:\n  attributes:\n    name: N\n",
}


def _loaded(files: dict[str, bytes]) -> Class:
    (domain,) = load_tree(MemoryTree("m", {**_ABOVE, **files})).domains
    (klass,) = domain.classes.values()
    return klass


def _never(*given: object) -> bool:
    return False


def _place(klass: Class) -> Place:
    return Place(klass, lambda source: source.removeprefix("m/"), lambda path: b"")


@settings(max_examples=examples(40), deadline=None)
@given(classes)
def test_a_class_reads_back_from_ael_as_it_was(klass: Class) -> None:
    text = print_ael(class_node(canonical(klass)))
    assert say_the_same(klass, _loaded({"D/N/K.ael": text.encode()})), text


@settings(max_examples=examples(40), deadline=None)
@given(classes)
def test_what_is_read_from_ael_is_canonical(klass: Class) -> None:
    found = _loaded({"D/N/K.ael": print_ael(class_node(canonical(klass))).encode()})
    assert canonical(found) == found


@settings(max_examples=examples(40), deadline=None)
@given(classes, st.sampled_from(["", " "]))
def test_a_class_reads_back_from_yaml_as_it_was(klass: Class, nil: str) -> None:
    there = _loaded({"D/N/K.ael": print_ael(class_node(canonical(klass))).encode()})
    change = to_yaml(_place(there), Dialect(nil), _never, _never)
    assert say_the_same(klass, _loaded(dict(change.writes)))


@settings(max_examples=examples(40), deadline=None)
@given(classes)
def test_there_and_back_the_files_are_the_same(klass: Class) -> None:
    there = _loaded({"D/N/K.ael": print_ael(class_node(canonical(klass))).encode()})
    yaml = to_yaml(_place(there), Dialect(), _never, _never)
    ael = to_ael(_place(_loaded(dict(yaml.writes))))
    again = to_yaml(_place(_loaded(dict(ael.writes))), Dialect(), _never, _never)
    assert dict(yaml.writes) == dict(again.writes)


@settings(max_examples=examples(40), deadline=None)
@given(classes)
def test_what_is_printed_is_in_the_one_style(klass: Class) -> None:
    text = print_ael(class_node(canonical(klass)))
    formatted = format_ael(text.encode())
    assert not isinstance(formatted, str) or text == formatted  # a class may say what is told to be wrong


@settings(max_examples=examples(40), deadline=None)
@given(classes)
def test_yaml_as_it_is_written_is_in_the_one_style(klass: Class) -> None:
    there = _loaded({"D/N/K.ael": print_ael(class_node(canonical(klass))).encode()})
    change = to_yaml(_place(there), Dialect(), _never, _never)
    for path, data in change.writes.items():
        assert data.decode() == format_yaml(data), path


@settings(max_examples=examples(80), deadline=None)
@given(classes, st.data())
def test_fmt_changes_no_word_and_is_done_at_once(klass: Class, data: st.DataObject) -> None:
    text = _untidy(print_ael(class_node(canonical(klass))), data)
    first = format_ael(text.encode())
    if isinstance(first, str):  # a comment may have cut a text in two
        assert say_the_same(_loaded({"D/N/K.ael": text.encode()}), _loaded({"D/N/K.ael": first.encode()}))
        assert _remarks(text) == _remarks(first)
        assert first == format_ael(first.encode())


def _remarks(text: str) -> int:
    """How many of the comments that `_untidy` puts in are there."""
    return sum(text.count(each) for each in ("# said", "# in", "# why"))


def _untidy(text: str, data: st.DataObject) -> str:
    """`text` with comments, blank lines and blanks put in here and there."""
    lines = []
    for line in text.split("\n"):
        for added in data.draw(st.sampled_from(["", "", "", "", "\n", "\n\n", "# said", "#", "    # in"])).split("\n"):
            lines += [added] if added else []
        behind = data.draw(st.sampled_from(["", "", "", "", "  # why", "   #", " "]))
        lines.append(line + behind)
    return "\n".join(lines)


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(st.sampled_from(["def main(evm):", "    x = 1", "", "# c", "        # d", "pass", "\ty"]), max_size=6))
def test_a_body_that_is_put_in_reads_back_as_it_was(lines: list[str]) -> None:
    text = "class K\n  attribute a\n\n  method m() python\n    code\n      pass\n\n  method n() builtin\n"
    body = "".join(f"{line}\n" for line in lines).strip("\n")
    new = with_body(text, "m", f"{body}\n")
    assert _plain(body) == _plain(body_of(new, "m") or "")
    assert new.endswith("\n\n  method n() builtin\n")


def _plain(body: str) -> list[str]:
    """The lines of a body without the indentation that all of them share."""
    from textwrap import dedent

    return dedent(body).strip("\n").split("\n")
