"""Classes written in `.ael`: what they say, where, from whatever tree they come, and what is built anew."""

import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from aelang import model
from aelang.diagnostics import Diagnostic
from aelang.loader.ael import read_ael
from aelang.loader.load import load, load_tree
from aelang.loader.records import FileRecord, Role
from aelang.loader.trees import MemoryTree
from aelang.project import open_project
from tests.transcripts import run_command

needs_ruby = pytest.mark.skipif(which("ruby") is None, reason="no Ruby on the PATH")
ROOT = Path(__file__).resolve().parent.parent.parent


def declaration(kind: str, name: str) -> str:
    return f"object_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n"


ABOVE = {"Demo/__domain__.yaml": declaration("domain", "Demo"),
         "Demo/Shop/__namespace__.yaml": declaration("namespace", "Shop")}  # fmt: skip
SHOP = ABOVE | {
    "Demo/Shop/Order.ael": "class Order\n  method  tell\n  instance first  tell = say\n  method say() python\n",
    "Demo/Shop/Order.class/__methods__/say.py": "def main(evm):\n    pass\n",
    "Demo/Shop/Price.ael": "class Price\n  attribute  net = 10\n  instance cup\n",
}


def read(*lines: str) -> FileRecord:
    """The record of a class with these lines below its first."""
    return read_ael("\n".join(("class Order", *lines)).encode())


def field(*lines: str) -> model.Attributes:
    (part,) = read(*lines).parts
    return part.attributes


def write(folder: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return str(folder)


def loaded(files: dict[str, str]) -> tuple[dict[str, model.Class], list[Diagnostic]]:
    found = load_tree(MemoryTree("", {path: text.encode() for path, text in files.items()}))
    return {klass.path: klass for domain in found.domains for klass in domain.classes.values()}, [*found.diagnostics]


# -- what a file says ------------------------------------------------------------------------------------------------


def test_what_a_field_does_not_say_is_what_an_export_says_everywhere() -> None:
    attributes = {key: text.value for key, text in field("  state  wait").items()}
    usual = dict.fromkeys(key for key in model.FIELD_KEYS if key != "undo")
    usual |= {"aetype": "state", "name": "wait", "datatype": "string", "priority": "1", "substitute": "t",
              "message": "create"}  # fmt: skip
    assert list(usual.items()) == list(attributes.items())


def test_nil_an_empty_text_and_nothing_are_three_things() -> None:
    (instance,) = read("  instance i", "    a = nil", "    b = ''", "    c  retries 1").inner
    values = [{key: text.value for key, text in part.attributes.items()} for part in instance.parts]
    assert [{"value": None}, {"value": ""}, {"max_retries": "1"}] == values


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/A/B?c=d#e", "/A/B?c=d#e"),
        ("a => 'b', c => 1", "a => 'b', c => 1"),
        ("'it''s  # two'", "it's  # two"),
        (r'"a\tb\u00e9\\"', "a\tbé\\"),
        ("'nil'", "nil"),
        ("off /A/B", "#/A/B"),
        ("off '  x'", "#  x"),
        ("off", None),
        ("offer", "offer"),
        ("|\n      one\n        two\n\n      three\n\n", "one\n  two\n\nthree\n"),
        ("|-\n      # one", "# one"),
        ("off |-\n      one", "#one"),
    ],
)
def test_a_value_means_what_it_says(written: str, meant: str | None) -> None:
    record = read(f"  attribute  a = {written}")
    assert meant == (record.parts[0].attributes["default_value"].value if not record.diagnostics else None)


def test_a_condition_is_kept_as_yaml_has_it() -> None:
    assert model.Text("UNLESS ${/#a} == 'x'") == field("  step  s unless ${/#a} == 'x'")["condition"]


def test_options_are_data() -> None:
    lines = ("hosts = all", "tags", "  - 1", "  - -2.5", "  - '3'", "  -", "    a = true", "none = nil", "no = {}")
    (method,) = read("  method m() playbook", "    options", *(f"      {line}" for line in lines)).inner
    assert {"hosts": "all", "tags": [1, -2.5, "3", {"a": True}], "none": None, "no": {}} == method.options


def test_a_body_is_without_the_indentation_that_its_lines_share() -> None:
    (method,) = read("  method m() ruby", "    code", "        if x", "", "          y", "        end", "").inner
    assert model.Text("if x\n\n  y\nend\n") == method.code


def test_windows_line_ends_and_a_mark_at_the_beginning_say_nothing() -> None:
    data = b"\xef\xbb\xbfclass Order\r\n  attribute  a = |\r\n    one\r\n"
    assert "one\n" == read_ael(data).parts[0].attributes["default_value"].value


@pytest.mark.parametrize(("bad", "line"), [(b"\xff\xfea", 1), (b"class A\n\xe9", 2), (b"class A\n  # \x07", 2)])
def test_what_is_no_text_is_said_with_its_place(bad: bytes, line: int) -> None:
    assert [("unreadable-ael", line)] == [(each.kind.slug, each.span.line) for each in read_ael(bad).diagnostics]


@pytest.mark.parametrize(
    ("lines", "key", "place"),
    [
        (("  attribute  a = /X/Y",), "default_value", (2, 18)),
        (("  attribute  a = 'X'",), "default_value", (2, 19)),
        (("  attribute  a = |", "    X"), "default_value", (3, 5)),
        (("  state  a", "    entry f(x => 1)"), "on_entry", (3, 11)),
        (("  state  a  if ${/#x}",), "condition", (2, 13)),
        (("  method m(x,", "           y = 'z') builtin"), "name", (2, 10)),
    ],
)
def test_every_text_has_its_place(lines: tuple[str, ...], key: str, place: tuple[int, int]) -> None:
    record = read(*lines)
    attributes = (record.parts or record.inner)[0].attributes
    assert place == (attributes[key].line, attributes[key].column)


def test_an_input_on_a_line_of_its_own_has_its_place() -> None:
    (method,) = read("  method m(x,", "           y = 'z') builtin").inner
    assert (3, 17) == method.parts[1].attributes["default_value"][1:3]


def test_the_usual_forms_are_read_without_lark() -> None:
    order = ROOT / "tests" / "properties" / "order.ael"
    code = (
        "import sys; from aelang.loader.ael import read_ael; "
        "read_ael(sys.stdin.buffer.read()); print('lark' in sys.modules)"
    )
    usual = order.read_text("utf-8").replace("'odd' =", "odd =")  # a name in quotes is not
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, input=usual, capture_output=True, text=True, check=True
    )
    assert "False\n" == done.stdout


# -- where it stands -------------------------------------------------------------------------------------------------


def test_every_kind_of_tree_gives_the_same_classes(tmp_path: Path) -> None:
    import shutil

    folder = write(tmp_path / "tree", SHOP)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "."], cwd=folder, check=True)
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    subprocess.run(["git", *author, "commit", "-qm", "x"], cwd=folder, check=True)
    shutil.make_archive(str(tmp_path / "tree"), "zip", folder)
    roots = (folder, f"{folder}@HEAD", str(tmp_path / "tree.zip"))
    assert 1 == len({_without_sources(load([root]).domains[0]) for root in roots})


def _without_sources(domain: model.Domain) -> str:
    return str([each._replace(source="", instances=tuple(i._replace(source="") for i in each.instances),
                              methods=tuple(m._replace(source="", code_source="") for m in each.methods))
                for each in domain.classes.values()])  # fmt: skip


@pytest.mark.parametrize("place", ["Demo/Shop/Order.class/__methods__/say.py", "Demo/Shop/__methods__/say.py"])
def test_code_stands_in_the_folder_the_class_would_have_or_beside_the_file(place: str) -> None:
    files = {path: text for path, text in SHOP.items() if not path.endswith(".py")} | {place: "x = 5\n"}
    classes, found = loaded(files)
    (method,) = classes["Shop/Order"].methods
    assert (("x = 5\n", place), []) == ((method.code, method.code_source.lstrip("/")), found)


def test_a_body_says_where_it_stands() -> None:
    files = ABOVE | {"Demo/Shop/Order.ael": "class Order\n  method say() python\n    code\n\n      x = 5\n"}
    classes, _ = loaded(files)
    (method,) = classes["Shop/Order"].methods
    assert ("/Demo/Shop/Order.ael", 4) == (method.code_source, method.code_line)


@pytest.mark.parametrize(
    ("path", "slug", "told_of"),
    [
        ("Demo/Order.ael", "class-outside-namespace", "/Demo/Order.ael"),
        ("Demo/Other/Order.ael", "missing-namespace-file", "/Demo/Other"),
        ("Demo/Shop/Price.class/Order.ael", "ignored-file", "/Demo/Shop/Price.class/Order.ael"),
        ("Demo/Shop/.missing.ael", "ignored-file", "/Demo/Shop/.missing.ael"),
        ("Demo/Shop/Order.class/first.yaml", "ignored-file", "/Demo/Shop/Order.class/first.yaml"),
    ],
)
def test_a_file_that_is_never_read_is_told(path: str, slug: str, told_of: str) -> None:
    price = {"Demo/Shop/Price.class/__class__.yaml": declaration("class", "Price") + "  schema: []\n"}
    order = {"Demo/Shop/Order.ael": "class Order\n"}
    _, found = loaded(ABOVE | price | order | {path: "class Order\n"})
    assert [(slug, told_of)] == [(each.kind.slug, each.span.source) for each in found]


def test_a_class_without_a_readable_line_is_named_for_its_file() -> None:
    classes, found = loaded(ABOVE | {"Demo/Shop/Order.ael": "klass Order\n  attribute  a\n"})
    assert (["Shop/Order"], 1) == (list(classes), len(found))


def test_a_comment_allows_a_finding_in_ael(tmp_path: Path) -> None:
    line = "  relationship  next = /Shop/Order/last"
    allowed = f"class Order\n{line}  # aelang: allow unknown-instance -- made tomorrow\n"
    write(tmp_path, ABOVE | {"Demo/Shop/Order.ael": allowed})
    compilation = open_project([str(tmp_path)], cache=False)
    assert [2] == [allowance.holds_for for _, allowance in compilation.allowances]
    compilation.close()


BODIES = {
    "python": ("def main(evm):", "    x = 1", "    raise KeyError('k')"),
    "ruby": ("$evm.root['x'] = 1", "", "raise 'k'"),
}


@pytest.mark.parametrize("language", ["python", pytest.param("ruby", marks=needs_ruby)])
def test_a_failure_names_the_file_and_the_line_in_it(language: str, tmp_path: Path) -> None:
    body = "".join(f"      {line}\n" for line in BODIES[language])
    text = f"class Order\n  method go = say\n  instance a\n  method say() {language}\n    code\n{body}"
    write(tmp_path, ABOVE | {"Demo/Shop/Order.ael": text})
    assert "(/Demo/Shop/Order.ael:8" in run_command("aelang run -d . /Shop/Order/a", tmp_path)


def test_a_failure_across_two_bodies_of_a_file_shows_the_lines_of_both(tmp_path: Path) -> None:
    text = """class Order
  method go = say
  instance a
  method say() python
    embeds /Shop/Order/help
    code
      def main(evm):
          helped(0)
  method help() python
    code
      def helped(number):
          return 1 / number
"""
    write(tmp_path, ABOVE | {"Demo/Shop/Order.ael": text})
    traced = run_command("aelang run -d . /Shop/Order/a --trace", tmp_path)
    lines = ("line 8, in main", "helped(0)", "line 12, in helped", "return 1 / number")
    assert [] == [line for line in lines if line not in traced]


# -- what is built anew ----------------------------------------------------------------------------------------------


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AELANG_CACHE", str(tmp_path / "cache"))
    write(tmp_path / "tree", SHOP)
    open_project([str(tmp_path / "tree")]).close()
    return tmp_path / "tree"


@pytest.mark.parametrize(
    ("path", "compiled"),
    [("Demo/Shop/Order.ael", 1), ("Demo/Shop/Order.class/__methods__/say.py", 1), ("Demo/Shop/Price.ael", 1), ("", 0)],
)
def test_a_changed_file_costs_its_class(cached: Path, path: str, compiled: int) -> None:
    if path:
        (cached / path).write_text(SHOP[path] + "# changed\n", "utf-8")
    compilation = open_project([str(cached)])
    assert compiled == compilation.statistics.classes_compiled
    compilation.close()


def test_a_class_read_from_the_cache_says_what_its_file_says(cached: Path) -> None:
    compilation = open_project([str(cached)])
    found = compilation.model_class("Demo/Shop/Order")
    classes, _ = loaded(SHOP)
    assert found is not None
    assert classes["Shop/Order"].schema == found.schema
    compilation.close()


def test_a_record_of_a_file_has_its_role() -> None:
    record = read("  instance i", "  method m() builtin")
    assert [Role.AEL, Role.INSTANCE, Role.METHOD] == [record.role, *(each.role for each in record.inner)]
