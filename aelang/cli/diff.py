"""`aelang diff A..B`: what a change of a datastore does, whatever it changes in the files."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Misused, Option, domain_list

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.analysis.differences import Group
    from aelang.cli.progress import Bar
    from aelang.project import Compilation

MOST = 200
"""Changes that are shown without `--limit`."""

COMMAND = Command(
    text="""Tells what the datastore does otherwise at revision B than at A: what a run would see, not what the files
say. `A..B` compares two revisions, `A..` or `A` a revision and the files as they are now, with three dots from where
the new side left A. With PATH only what is at or below it is told.

Each change is breaking, risky or safe, with the rule that says so. Display names, descriptions, comments, the order of
keys and the spelling of files, YAML or `.ael`, are no changes. Secrets and code are never shown.""",
    arguments=(
        Argument("revisions", "[A..B]", required=False),
        Argument("path", "[PATH]", required=False, completes="names"),
    ),
    options=(
        *WHERE,
        Option(("--old",), "Compare this datastore, in place of a revision. May be given again.", "ROOT", many=True,
               completes="folders"),
        Option(("--new",), "With this one. May be given again.", "ROOT", many=True, completes="folders"),
        Option(("--limit",), f"The most changes to show; {MOST} unless given, 0 for all.", "N", least=0),
        Option(("--format",), "How changes are printed; `markdown` fits into a comment on a pull request.",
               choices=("text", "markdown", "json")),
        JSON._replace(help="The same as `--format json`."),
        Option(("--exit-code",), "End in 1 where there is a change."),
        *HOW,
    ),
    examples=(
        ("aelang diff main..", "what my changes do"),
        ("aelang diff main...feature --format markdown", "a comment for a pull request"),
        ("aelang diff v1.2..v1.3 /System/Policy", "one class or namespace"),
        ("aelang diff --old manageiq-darga/ --new manageiq-content/", "two folders"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Compiles both sides, compares, tells; 1 where one cannot be opened, or with `--exit-code` where they differ.

    Raises Misused.
    """
    shape = _shape(given)
    console = Console(given)
    sides = _sides(given, console)
    if sides is None:
        return 1
    from aelang.analysis.differences import compare, group_changes
    from aelang.project import without_collector

    old, new = sides
    if not _are_known(given, sides, console):
        return 1
    path = _path(given)
    if path and not _is_there(path, sides, console):
        return 1
    with without_collector():
        changes = compare(old.image, new.image)
        if path:
            from aelang.analysis.differences.below import only_below

            changes = list(only_below(changes, path))
        groups = group_changes(changes)
    _tell(groups, shape, given.number("limit", MOST), console)
    return 1 if groups and given.flag("exit_code") else 0


def _shape(given: Given) -> str:
    shape = given.text("format") or ("json" if given.flag("json") else "text")
    if given.flag("json") and shape != "json":
        raise Misused("`--json` and `--format` say different things: leave one out")
    return shape


def _path(given: Given) -> str:
    """The path that is asked for; with `--old` it is the first word."""
    if given.many("old"):
        return given.text("revisions") or ""
    return given.text("path") or ""


def _sides(given: Given, console: Console) -> "tuple[Compilation, Compilation] | None":
    """Both compilations; None where one cannot be had, which has then been told. Raises Misused."""
    from aelang.checking import Unusable
    from aelang.cli.roots import tell_diagnostics
    from aelang.project import ProjectError

    bar = console.bar()
    try:
        return _two_roots(given, bar) if given.many("old") or given.many("new") else _two_revisions(given, bar)
    except ProjectError as fault:
        tell_diagnostics(fault.diagnostics, console)
    except Unusable as fault:
        console.error(str(fault))
    finally:
        console.clear_bar()
    return None


def _are_known(given: Given, sides: "Sequence[Compilation]", console: Console) -> bool:
    """Whether one of the sides has each domain of `--domains`; what neither has is told."""
    from aelang.names import fold

    known = {fold(each.name) for side in sides for each in side.image.index.domains}
    unknown = [name for name in domain_list(given) or () if fold(name) not in known]
    if unknown:
        console.error(f"--domains names `{unknown[0]}`, and neither side has a domain of that name")
    return not unknown


def _is_there(path: str, sides: "Sequence[Compilation]", console: Console) -> bool:
    """Whether one of the sides has something at `path`; where neither has, that is told."""
    from aelang.analysis.differences.below import is_at

    if any(is_at(each.image.index, path) for each in sides):
        return True
    from aelang.cli.ls import tell_unknown

    tell_unknown(console, sides[-1].image.index, path)
    return False


def _two_roots(given: Given, bar: "Bar | None") -> "tuple[Compilation, Compilation]":
    from aelang.project import open_project

    if not (given.many("old") and given.many("new")):
        raise Misused("`--old` and `--new` go together: give both, or revisions `A..B`")
    if given.text("path") or given.many("datastore"):
        raise Misused("`--old` and `--new` stand in place of revisions and `-d`: leave those out")
    old, new = (
        open_project(given.many(side), domains=domain_list(given), references=given.many("reference"), progress=bar)
        for side in ("old", "new")
    )
    return old, new


def _two_revisions(given: Given, bar: "Bar | None") -> "tuple[Compilation, Compilation]":
    from aelang.analysis.differences.sides import Asked, open_sides, read_revisions

    text = given.text("revisions")
    if text is None:
        raise Misused("say what to compare: `A..B`, `A..` for the files as they are now, or `--old` and `--new`")
    revisions = read_revisions(text)
    if revisions is None:
        raise Misused(f"`{text}` does not name two revisions: write `A..B`, `A...B`, or `A..`")
    asked = Asked(given.many("datastore"), given.many("reference"), domain_list(given))
    return open_sides(asked, revisions, bar)


def _tell(groups: "Sequence[Group]", shape: str, limit: int, console: Console) -> None:
    if shape == "json":
        from aelang.cli.differences.data import render_json

        console.result(render_json(groups, limit))
    elif shape == "markdown":
        from aelang.cli.differences.markdown import render_markdown

        console.result(render_markdown(groups, limit))
    elif groups:
        from aelang.cli.differences.text import render_text

        console.result(render_text(groups, limit, colored=console.colored))
    else:
        console.note("nothing is done otherwise")
