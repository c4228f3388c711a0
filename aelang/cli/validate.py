"""`aelang validate`: all that is wrong in datastores, within files and across them."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Misused, Option
from aelang.cli.roots import lines_of, open_roots, tell_diagnostics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.checking import Checked
    from aelang.cli.progress import Bar
    from aelang.diagnostics import Diagnostic
    from aelang.project import Compilation

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")

COMMAND = Command(
    text="""Tells what is wrong in the datastores ROOT (a folder, a git tree `repo@rev:path`, a zip export; none: as
everywhere): all that `aelang compile` finds, and every target, call, argument and message that leads nowhere, in any
loaded domain or reference. Nothing of the datastore is run.

Exit codes: 0 nothing as grave as `--fail-on`, 1 otherwise. `aelang kinds SLUG` explains a finding.""",
    arguments=(Argument("roots", "[ROOT]...", required=False, many=True, completes="folders"),),
    options=(
        *WHERE,
        Option(("--fail-on",), "The least severity that ends in exit code 1; `error` unless given.",
               choices=("error", "warning", "info")),
        Option(("--without-code",), "The code of methods is elsewhere: do not miss it, and do not check its syntax."),
        Option(("--profile",), "For whom it is written: with `manageiq`, tell what ManageIQ would ignore or refuse.",
               choices=("aelang", "manageiq")),
        Option(("--baseline",), "Findings in this file do not count; it is written where there is none.", "FILE",
               completes="files"),
        Option(("--changed-since",), "Only what the change since this revision touches, or breaks elsewhere; `main...` "
               "is where this branch left main.", "REV"),
        Option(("--fix",), "Put right what has exactly one safe fix, then look again."),
        Option(("--diff",), "With `--fix`: show what would become of the files, and leave them as they are."),
        Option(("--format",), "How findings are printed; all but `text` go to standard output.", choices=FORMATS),
        JSON._replace(help="The same as `--format json`: one JSON object a line."),
        Option(("-v", "--verbose"), "Tell how many files were read and classes compiled."),
        *HOW,
    ),
    examples=(
        ("aelang validate", "what is wrong in the datastore of this folder, before the merge"),
        ("aelang validate ours/ --reference manageiq/", "what ours refers to may be in ManageIQ's own domain"),
        ("aelang validate --format github", "annotations in a workflow of GitHub"),
        ("aelang validate --changed-since main...", "what this branch touches or breaks, and nothing older"),
        ("aelang validate --fix --diff", "what could be put right without thinking"),
        ("aelang validate --fail-on warning --quiet", "a strict check that tells nothing but findings"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Compiles, applies the rules, tells; 1 where there is something as grave as `--fail-on`. Raises Misused."""
    shape = _shape(given)
    console = Console(given)
    bar = console.bar()
    compiled = open_roots(given, console, given.many("roots"), bar, remarks=True)
    if compiled is None:
        return 1
    from aelang.checking import Unusable
    from aelang.project import ProjectError

    try:
        checked = _checked(given, compiled, bar)
        if given.flag("fix"):
            from aelang.cli.fixes import fix

            if fix(checked.found, compiled.settings.roots, console, only_show=given.flag("diff")):
                compiled = compiled.reopened()
                checked = _checked(given, compiled, bar)
    except (Unusable, ProjectError) as fault:
        console.error(str(fault))
        return 1
    for note in checked.notes:
        console.note(note)
    _tell(checked.found, compiled, shape, console)
    _tell_of_base(checked.found, console)
    if given.flag("verbose"):
        _tell_statistics(compiled, console)
    return 1 if _fails(checked.found, given.text("fail_on") or "error") else 0


def _shape(given: Given) -> str:
    shape = given.text("format") or ("json" if given.flag("json") else "text")
    if given.flag("json") and shape != "json":
        raise Misused("`--json` and `--format` say different things: leave one out")
    if given.flag("diff") and not given.flag("fix"):
        raise Misused("`--diff` shows what `--fix` would do: write `--fix --diff`")
    if given.flag("diff") and shape != "text":
        raise Misused(f"`--diff` prints a difference and `--format {shape}` a report: leave one out")
    return shape


def _checked(given: Given, compiled: "Compilation", bar: "Bar | None") -> "Checked":
    """What is to be told: new beside the baseline, brought about by the change. Raises Unusable."""
    from aelang.checking import check

    without_code = given.flag("without_code")
    checked = check(compiled, without_code=without_code)
    baseline, revision = given.text("baseline"), given.text("changed_since")
    if baseline is not None:
        from aelang.checking.baseline import only_new

        checked = checked._replace(found=only_new(checked.found, baseline))
    if revision is not None:
        from aelang.checking.changed import only_changed

        found, notes = only_changed(checked.found, compiled, revision, without_code=without_code, progress=bar)
        checked = checked._replace(found=found, notes=(*checked.notes, *notes))
    return checked


def _tell_statistics(compiled: "Compilation", console: Console) -> None:
    said = compiled.statistics
    kept = said.classes - said.classes_compiled
    console.tell(f"files: {said.files} seen, {said.files_read} read")
    console.tell(f"classes: {said.classes}, {said.classes_compiled} compiled, {kept} from the cache")


def _tell(found: "Sequence[Diagnostic]", compiled: "Compilation", shape: str, console: Console) -> None:
    from aelang.diagnostics.text import counted, summary

    roots = (*compiled.settings.roots, *compiled.settings.references)
    fixable = _fixable(found, compiled.settings.roots)
    if shape != "text":
        report = _report(found, shape, roots)
        if report:
            console.result(report)
    elif found:
        tell_diagnostics(found, console, roots, lambda each: id(each) in fixable)
    files = counted(compiled.statistics.files, "file")
    more = f"; {len(fixable)} can be put right with `--fix`" if fixable else ""
    console.note(f"validated {files}: {summary(found) or 'nothing is wrong'}{more}")


def _tell_of_base(found: "Sequence[Diagnostic]", console: Console) -> None:
    """Says where the base domain is, if a class inherits from one of its classes and nobody has named it."""
    import os

    from aelang.shipped import BASE_DOMAIN, datastore_folder

    for each in found:
        parent = each.message.split("`")[1].lstrip("/") if each.kind.slug == "unknown-parent" else ""
        if "/" in parent and os.path.isfile(os.path.join(datastore_folder(), BASE_DOMAIN, f"{parent}.ael")):
            console.note(f"note: the base domain has /{parent}: add `--reference {datastore_folder()}`")
            return


def _fixable(found: "Sequence[Diagnostic]", roots: "Sequence[str]") -> frozenset[int]:
    """Which of `found`, by identity, `--fix` would put right: it writes to folders only."""
    import os

    if not found or not all(map(os.path.isdir, roots)):
        return frozenset()
    from aelang.checking import is_fixable

    return frozenset(id(each) for each in found if is_fixable(each))


def _report(found: "Sequence[Diagnostic]", shape: str, roots: "Sequence[str]") -> str:
    """`found` for programs. Each renderer is imported for itself: a check should not pay for all of them."""
    if shape == "sarif":
        from aelang import __version__
        from aelang.diagnostics import sarif

        return sarif.render(found, __version__, lines_of(found, roots))
    if shape == "github":
        from aelang.diagnostics import github

        return github.render(found)
    if shape == "gitlab":
        from aelang.diagnostics import gitlab

        return gitlab.render(found)
    if shape == "junit":
        from aelang.diagnostics import junit

        return junit.render(found)
    from aelang.diagnostics import jsonl

    return jsonl.render(found)


def _fails(found: "Sequence[Diagnostic]", threshold: str) -> bool:
    from aelang.diagnostics import Severity

    least = Severity[threshold.upper()].value
    return any(each.severity.value >= least for each in found)
