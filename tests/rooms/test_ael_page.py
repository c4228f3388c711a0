"""The page on `.ael` does what it says: its commands, its YAML, its texts and its mistakes."""

import re
from pathlib import Path

import pytest

from aelang.loader.load import load_tree
from aelang.loader.trees import MemoryTree
from aelang.project import open_project
from aelang.writer.convert import changes, select
from tests.transcripts import ROOT, Case, Table, Transcript, read_page, run_command, write_files

PAGE = ROOT / "docs" / "ael.md"
CASES = read_page(PAGE)
SHOWN = [(case, each) for case in CASES for each in case.transcripts]
_BLOCK = re.compile(r"^`([^`\n]+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ABOVE = {
    f"D/{path}.yaml": f"object_type: {kind}\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n".encode()
    for path, kind, name in (("__domain__", "domain", "D"), ("N/__namespace__", "namespace", "N"))
}


def table(title: str) -> Table:
    """The table of the page whose first column is named `title`."""
    return next(each for case in CASES for each in case.tables if each.titles[0] == title)


def default_of(line: str) -> str | None:
    """The default of the field that `line` declares."""
    tree = MemoryTree("", {**_ABOVE, "D/N/K.ael": f"class K\n  {line}\n".encode()})
    ((klass,),) = (domain.classes.values() for domain in load_tree(tree).domains)
    return klass.schema[0].get("default_value")


def findings(line: str, folder: Path) -> list[str]:
    """What is said of a class with `line` in it, and fields that it may need."""
    more = "attribute size\n  " if line.startswith("instance") else ""
    text = f"class Wrong\n  {more}{line}\n"
    order = "class Order\n  instance cups\n"
    write_files(folder, {"Demo/Shop/Wrong.ael": text, "Demo/Shop/Order.ael": order})
    compilation = open_project([str(folder)], cache=False)
    found = [f"{each.message}: {each.help}" for each in compilation.diagnostics]
    compilation.close()
    return found


@pytest.mark.parametrize(("case", "shown"), SHOWN, ids=[f"line {each.line}" for _, each in SHOWN])
def test_a_command_prints_what_the_page_shows(case: Case, shown: Transcript, tmp_path: Path) -> None:
    write_files(tmp_path, case.files)
    assert shown.output == run_command(shown.command, tmp_path)


def test_the_yaml_beside_it_is_what_convert_makes(tmp_path: Path) -> None:
    chapter = PAGE.read_text("utf-8").partition("## The same in YAML")[2].partition("\n## ")[0]
    files = dict(_BLOCK.findall(chapter))
    ael = {name: text for name, text in files.items() if name.endswith(".ael")}
    write_files(tmp_path, ael)
    (change,) = changes(select(str(tmp_path)), "yaml")
    yaml = {name: text.encode() for name, text in files.items() if name not in ael}
    assert yaml == dict(change.writes)


def test_a_text_means_what_the_page_says() -> None:
    meant = ["it's all kept, 'quotes' too", "two  blanks,  or  # this", "a\tb", None, "", None, "#/Shop/Order/cups"]
    assert meant == [default_of(row[0]) for row in table("written").rows]


@pytest.mark.parametrize("row", table("Not").rows, ids=[row[0] for row in table("Not").rows])
def test_a_mistake_is_told_once_and_what_stands_beside_it_is_none(row: tuple[str, ...], tmp_path: Path) -> None:
    wrong, right = row
    counts = len(findings(wrong, tmp_path / "wrong")), len(findings(right, tmp_path / "right"))
    assert (1, 0) == counts, findings(wrong, tmp_path / "wrong")
