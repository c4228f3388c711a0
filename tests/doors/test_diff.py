"""`aelang diff` between revisions, in all its forms."""

import json
import shutil
from pathlib import Path

import pytest

from aelang.analysis.differences import KINDS
from aelang.cli.differences.markdown import MOST_CHARACTERS
from tests.differences import git
from tests.doors.stores import Aelang, write

PAGE = Path(__file__).resolve().parents[2] / "docs" / "understand.md"
HELLO = "store/Low/System/Request.class/hello.yaml"
INSTANCE = "object_type: instance\nobject:\n  attributes: {{name: {name}}}\n  fields: [greeting: {{value: {value}}}]\n"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def _commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "more", "--allow-empty")


@pytest.fixture
def repository(store: Path) -> Path:
    """The store in a repository around it, in a commit on the branch `main`; the current folder."""
    folder = store.parent
    git(folder, "init", "-q", "-b", "main")
    _commit(folder)
    return folder


def _greet(folder: Path, value: str, name: str = "bye") -> None:
    write(folder, {f"store/Low/System/Request.class/{name}.yaml": INSTANCE.format(name=name, value=value)})


def _kinds(aelang: Aelang, *words: str) -> list[str]:
    done = aelang("diff", *words, "-d", "store", "--json")
    assert done.code == 0, done.err
    return [group["kind"] for group in json.loads(done.out)["groups"]]


def test_a_revision_with_itself_has_no_difference(aelang: Aelang, repository: Path) -> None:
    assert [] == _kinds(aelang, "HEAD..HEAD")


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("command", ["diff", "impact"])
def test_where_there_is_no_datastore_the_one_that_comes_along_is_not_compared(aelang: Aelang, command: str) -> None:
    done = aelang(command, "HEAD..HEAD")
    assert (1, True) == (done.code, done.err.startswith("error: there is no datastore here"))


def test_the_files_as_they_are_now_are_compared_with_a_revision(aelang: Aelang, repository: Path) -> None:
    _greet(repository, "Bye")
    assert ["instance-new"] == _kinds(aelang, "HEAD..")
    assert ["instance-new"] == _kinds(aelang, "HEAD")


def test_two_revisions_are_compared(aelang: Aelang, repository: Path) -> None:
    _greet(repository, "Bye")
    _commit(repository)
    _greet(repository, "See you")
    assert ["instance-new"] == _kinds(aelang, "HEAD~1..HEAD")


def test_three_dots_begin_where_the_new_side_left_the_old_one(aelang: Aelang, repository: Path) -> None:
    git(repository, "checkout", "-q", "-b", "feature")
    _greet(repository, "Bye")
    _commit(repository)
    git(repository, "checkout", "-q", "main")
    _greet(repository, "Hi", "other")
    _commit(repository)
    assert ["instance-new"] == _kinds(aelang, "main...feature")
    assert ["instance-lost", "instance-new"] == sorted(_kinds(aelang, "main..feature"))


def test_line_ends_comments_and_the_order_of_keys_are_no_difference(aelang: Aelang, repository: Path) -> None:
    file = repository / HELLO
    lines = file.read_text().splitlines()
    file.write_text("\r\n".join(["# a comment", *lines, ""]), newline="")
    assert [] == _kinds(aelang, "HEAD")


def test_the_order_of_domains_is_that_of_each_revision(aelang: Aelang, repository: Path) -> None:
    toml = repository / "aelang.toml"
    toml.write_text('roots = ["store"]\ndomains = ["Low", "High"]\n')
    _commit(repository)
    toml.write_text('roots = ["store"]\ndomains = ["High", "Low"]\n')
    done = aelang("diff", "HEAD", "--json")
    assert "domain-order" in [group["kind"] for group in json.loads(done.out)["groups"]]


def test_a_root_that_was_moved_with_the_configuration_is_found_on_both_sides(aelang: Aelang, repository: Path) -> None:
    (repository / "aelang.toml").write_text('roots = ["store"]\n')
    _commit(repository)
    (repository / "store").rename(repository / "automate")
    (repository / "aelang.toml").write_text('roots = ["automate"]\n')
    assert "nothing is done otherwise\n" == aelang("diff", "HEAD").err


def test_instances_with_the_same_change_are_counted_in_one(aelang: Aelang, repository: Path) -> None:
    for number in range(20):
        _greet(repository, "Bye", f"bye{number:02}")
    out = aelang("diff", "HEAD", "-d", "store").out
    assert "    20 instances: bye00, bye01, " in out
    assert " and 8 more\n" in out


def test_only_what_is_below_a_path_is_told(aelang: Aelang, repository: Path) -> None:
    _greet(repository, "Bye")
    assert ["instance-new"] == _kinds(aelang, "HEAD", "/System/Request")
    assert ["instance-new"] == _kinds(aelang, "HEAD", "/Low/System/Request/bye")
    assert [] == _kinds(aelang, "HEAD", "/System/Leaf")


def test_a_path_that_neither_side_has_is_told_with_the_nearest(aelang: Aelang, repository: Path) -> None:
    done = aelang("diff", "HEAD", "/System/Requst", "-d", "store")
    assert (1, True) == (done.code, "`/System/Request`" in done.err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "say what to compare"),
        (("A..B..C",), "does not name two revisions"),
        (("..",), "does not name two revisions"),
        (("--old", "store"), "go together"),
        (("HEAD", "--json", "--format", "text"), "leave one out"),
        (("--old", "store", "--new", "store", "-d", "store"), "leave those out"),
    ],
)
def test_wrong_usage_ends_in_2(aelang: Aelang, repository: Path, words: tuple[str, ...], said: str) -> None:
    done = aelang("diff", *words)
    assert (2, True) == (done.code, said in done.err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere..HEAD", "-d", "store"), "no revision `nowhere`"),
        (("--old", "nowhere", "--new", "store"), "nowhere"),
        (("HEAD", "-d", "/"), "in no git repository"),
        (("HEAD", "-d", "store", "--domains", "Other"), "`Other`"),
    ],
)
def test_what_cannot_be_opened_ends_in_1(aelang: Aelang, repository: Path, words: tuple[str, ...], said: str) -> None:
    done = aelang("diff", *words)
    assert (1, True) == (done.code, said in done.err)


def test_a_datastore_that_was_not_there_is_told(aelang: Aelang, repository: Path) -> None:
    shutil.copytree(repository / "store", repository / "other")
    done = aelang("diff", "HEAD", "-d", "other")
    assert (1, True) == (done.code, "there is no datastore in other" in done.err)


def test_a_secret_is_never_shown(aelang: Aelang, repository: Path) -> None:
    file = repository / "store/Low/System/Request.class/__class__.yaml"
    file.write_text(file.read_text().replace("v2:{abcdef==}", "v2:{ghijkl==}"))
    for shape in ("text", "markdown", "json"):
        out = aelang("diff", "HEAD", "-d", "store", "--format", shape).out
        assert (True, False) == ("secret-changed" in out, "abcdef" in out or "ghijkl" in out), shape


def test_markdown_fits_into_a_comment_and_says_what_is_left_out(aelang: Aelang, repository: Path) -> None:
    for when in ("then", "now"):
        for number in range(400):
            _greet(repository, f"{when} {'😀' * 60} {number}", f"n{number}_{'long' * 50}")
        if when == "then":
            _commit(repository)
    done = aelang("diff", "HEAD", "-d", "store", "--format", "markdown", "--limit", "0")
    assert len(done.out.encode("utf-16-le")) // 2 <= MOST_CHARACTERS + 1
    assert "are left out" in done.out


def test_nothing_of_the_datastore_is_markup(aelang: Aelang, repository: Path) -> None:
    _greet(repository, "plain")
    _commit(repository)
    _greet(repository, "'</details> `` <b>x</b> @someone'")
    out = aelang("diff", "HEAD", "-d", "store", "--format", "markdown").out
    assert "→ ```</details> `` <b>x</b> @someone```" in out


def test_a_limit_says_how_many_are_left_out(aelang: Aelang, repository: Path) -> None:
    for number in range(5):
        _greet(repository, "Bye", f"bye{number}")
    _commit(repository)
    for number in range(5):
        _greet(repository, f"Bye {number}", f"bye{number}")
    done = aelang("diff", "HEAD", "-d", "store", "--json", "--limit", "2")
    data = json.loads(done.out)
    assert (3, 2) == (data["left_out"], sum(len(group["changes"]) for group in data["groups"]))


def test_the_exit_code_tells_only_where_it_is_asked_for(aelang: Aelang, repository: Path) -> None:
    _greet(repository, "Bye")
    words = ("diff", "HEAD", "-d", "store")
    assert (0, 1) == (aelang(*words).code, aelang(*words, "--exit-code").code)


def test_every_kind_is_in_the_documentation_with_its_grade_and_rule() -> None:
    rows = [f"| `{each.slug}` | {each.grade} | {each.why} |" for each in KINDS]
    page = PAGE.read_text("utf-8")
    assert [] == [row for row in rows if row not in page]
