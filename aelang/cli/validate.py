"""`aelang validate`: all that is wrong in datastores, within files and across them."""

import os
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, JSON, WHERE, Argument, Command, Given, Hindered, Misused, Option
from aelang.cli.roots import open_roots, tell_diagnostics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aelang.diagnostics import Diagnostic
    from aelang.project import Compilation
    from aelang.rules.allowed import Rule

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
        Option(("--without-code",), "The code of methods is elsewhere: do not miss it."),
        Option(("--baseline",), "Findings in this file do not count; it is written where there is none.", "FILE",
               completes="files"),
        Option(("--format",), "How findings are printed; all but `text` go to standard output.", choices=FORMATS),
        JSON._replace(help="The same as `--format json`: one JSON object a line."),
        Option(("-v", "--verbose"), "Tell how many files were read and classes compiled."),
        *HOW,
    ),
    examples=(
        ("aelang validate", "what is wrong in the datastore of this folder, before the merge"),
        ("aelang validate ours/ --reference manageiq/", "what ours refers to may be in ManageIQ's own domain"),
        ("aelang validate --format github", "annotations in a workflow of GitHub"),
        ("aelang validate --fail-on warning --quiet", "a strict check that tells nothing but findings"),
    ),
)  # fmt: skip

_ABOUT_CODE = frozenset(("missing-code",))


def execute(given: Given) -> int:
    """Compiles, applies the rules, tells; 1 where there is something as grave as `--fail-on`. Raises Misused."""
    shape = given.text("format") or ("json" if given.flag("json") else "text")
    if given.flag("json") and shape != "json":
        raise Misused("`--json` and `--format` say different things: leave one out")
    console = Console(given)
    compiled = open_roots(given, console, given.many("roots"))
    if compiled is None:
        return 1
    found = _findings(compiled, without_code=given.flag("without_code"))
    baseline = given.text("baseline")
    if baseline is not None:
        try:
            found = _only_new(found, baseline)
        except Hindered as fault:
            console.error(str(fault))
            return 1
    _tell(found, compiled, shape, console)
    if given.flag("verbose"):
        said = compiled.statistics
        kept = said.classes - said.classes_compiled
        console.tell(f"files: {said.files} seen, {said.files_read} read")
        console.tell(f"classes: {said.classes}, {said.classes_compiled} compiled, {kept} from the cache")
    return 1 if _fails(found, given.text("fail_on") or "error") else 0


def _findings(compiled: "Compilation", *, without_code: bool) -> "list[Diagnostic]":
    found = [*compiled.diagnostics, *compiled.remarks]
    comments, rules = compiled.allowances, _allowed_by_configuration(compiled)
    if comments or rules:
        from aelang.cli.kinds import slugs
        from aelang.rules.allowed import apply

        found = apply(found, comments, rules, slugs())
    if without_code:
        found = [each for each in found if each.kind.slug not in _ABOUT_CODE]
    return sorted(found, key=lambda each: (each.span, each.kind.slug, each.message))


def _allowed_by_configuration(compiled: "Compilation") -> "list[Rule]":
    """The allowances of aelang.toml, in the folder of the project or above this one."""
    from aelang.config import FILE_NAME, find_config, read_table

    start = compiled.settings.folder or "."
    path = find_config(start)
    said = read_table(start, "rules").get("allow", ()) if path is not None else ()
    if path is None or not isinstance(said, list):
        return []
    from aelang.rules.allowed import Rule
    from aelang.source import Span

    span = Span(os.path.relpath(path) if os.path.relpath(path) == FILE_NAME else path)
    entries = [{key: str(text) for key, text in each.items()} for each in said if isinstance(each, dict)]
    return [Rule(each.get("kind", ""), each.get("path", ""), each.get("reason", ""), span) for each in entries]


def _only_new(found: "Sequence[Diagnostic]", path: str) -> "list[Diagnostic]":
    """What of `found` is not in the baseline in the file `path`, which is made where there is none.

    Raises Hindered where the file cannot be read or written.
    """
    import json
    from collections import Counter

    from aelang.diagnostics.gitlab import fingerprint

    seen: Counter[str] = Counter()
    prints = [fingerprint(each, seen) for each in found]
    try:
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"aelang baseline": 1, "findings": sorted(prints)}, file, indent=1)
        with open(path, encoding="utf-8") as file:
            content = json.load(file)
        known = frozenset(map(str, content["findings"]))
    except OSError as error:
        raise Hindered(f"the baseline `{path}` cannot be used: {error.strerror}") from None
    except (ValueError, KeyError, TypeError):
        raise Hindered(f"`{path}` is no baseline: name another file, or take it away to make it anew") from None
    return [each for each, print_ in zip(found, prints, strict=True) if print_ not in known]


def _tell(found: "Sequence[Diagnostic]", compiled: "Compilation", shape: str, console: Console) -> None:
    from aelang.diagnostics.text import counted, summary

    if shape != "text":
        report = _report(found, shape)
        if report:
            console.result(report)
    elif found:
        tell_diagnostics(found, console, (*compiled.settings.roots, *compiled.settings.references))
    files = counted(compiled.statistics.files, "file")
    console.note(f"validated {files}: {summary(found) or 'nothing is wrong'}")


def _report(found: "Sequence[Diagnostic]", shape: str) -> str:
    """`found` for programs. Each renderer is imported for itself: a check should not pay for all of them."""
    if shape == "sarif":
        from aelang import __version__
        from aelang.diagnostics import sarif

        return sarif.render(found, __version__)
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
