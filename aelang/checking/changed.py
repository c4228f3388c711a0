"""Changed: of what is wrong, that which was not wrong yet at some revision of the repository.

The datastore is compiled a second time as it was then: every root and reference that is a folder of a repository, from
the tree of that revision. What is found there with the same sentence in the same file is known; its line does not
matter. So a change is told what it breaks elsewhere, and nothing that was there before. A finding in a file that is
new is known where a file that is gone had the same one: the file was moved.
"""

import os
from collections import Counter
from collections.abc import Callable, Sequence, Set
from typing import TYPE_CHECKING, NamedTuple

from aelang.building.progress import Progress
from aelang.checking import Checked, Unusable, look, not_allowed, rules_in, rules_of
from aelang.config import FILE_NAME, find_config
from aelang.diagnostics import Diagnostic, Label
from aelang.loader.git import run_git
from aelang.project import Compilation, ProjectError, open_project
from aelang.source import Span

if TYPE_CHECKING:
    from aelang.rules.allowed import Rule


class Then(NamedTuple):
    """A root as it was: `now` is how it is named today, `then` names its tree, None where it was not there."""

    now: str
    then: str | None


def only_changed(
    found: Sequence[Diagnostic],
    compiled: Compilation,
    revision: str,
    *,
    without_code: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """What of `found`, which is wrong with `compiled`, was not found at `revision`: a commit, a branch, a tag, or
    `REV...` for the point where this branch left REV.

    Raises Unusable where a root is no folder of a repository, or there is no such revision.
    """
    own = [_then(root, revision) for root in compiled.settings.roots]
    others = [_then_if_tracked(root, revision) for root in compiled.settings.references]
    if all(each.then is None for each in own):
        return Checked(list(found), (f"at `{revision}` there was no datastore: all findings count",))
    try:
        before = open_project(
            [each.then for each in own if each.then is not None],
            domains=compiled.settings.domains,
            references=[each.then for each in others if each.then is not None],
            profile=compiled.settings.profile,
            remarks=True,
            progress=progress,
        )
    except ProjectError as fault:
        note = f"at `{revision}` there was no datastore that can be read: all findings count ({fault})"
        return Checked(list(found), (note,))
    roots = (*own, *others)
    try:
        known = _known(before, roots, _rules_then(compiled, revision), without_code=without_code)
        files = {_renamed_text(source, roots) for source, _ in before.sources()}
    finally:
        before.close()
    return Checked(_without(found, known, files))


def _known(
    before: Compilation, roots: Sequence[Then], rules: "Sequence[Rule]", *, without_code: bool
) -> list[Diagnostic]:
    """What was found and not allowed then, with the names of today."""
    found = [_renamed(each, roots) for each in look(before, without_code=without_code).found]
    comments = [(_renamed_text(source, roots), said) for source, said in before.allowances]
    return not_allowed(found, comments, rules, without_code=without_code)


def _rules_then(compiled: Compilation, revision: str) -> "list[Rule]":
    """The allowances that aelang.toml had at `revision`; those of today where it is in no repository."""
    path = find_config(compiled.settings.folder or ".")
    if path is None:
        return []
    folder = os.path.dirname(path)
    try:
        commit = commit_of(folder, revision)
    except Unusable:
        return rules_of(folder)
    status, content, _ = run_git(folder, "show", f"{commit}:./{FILE_NAME}")
    import tomllib

    try:
        table = tomllib.loads(content.decode()).get("rules", {}) if not status else {}
    except ValueError:
        return []
    return rules_in(table, path) if isinstance(table, dict) else []


def _then_if_tracked(root: str, revision: str) -> Then:
    """As `_then`, for a reference: one that is elsewhere is the same then and now."""
    if not os.path.isdir(root):
        return Then(root, root)
    try:
        return _then(root, revision)
    except Unusable:
        return Then(root, root)


def _then(root: str, revision: str) -> Then:
    """The folder `root` as it was at `revision`."""
    if not os.path.isdir(root):
        raise Unusable(f"`{root}` is no folder: `--changed-since` looks at folders in a git repository")
    status, answer, complaint = run_git(root, "rev-parse", "--show-prefix")
    if status:
        raise Unusable(f"`{root}` is in no git repository: {complaint.removeprefix('fatal: ')}")
    prefix = os.fsdecode(answer).rstrip("\n").rstrip("/")
    commit = commit_of(root, revision)
    status, _, _ = run_git(root, "rev-parse", "--verify", "--quiet", f"{commit}:{prefix}")
    return Then(root, None if status else f"{root}@{commit}:{prefix}")


def commit_of(root: str, revision: str) -> str:
    """The commit that `revision`, or `REV...`, names in the repository around `root`. Raises Unusable."""
    base, dots, tail = revision.partition("...")
    if dots and tail not in ("", "HEAD"):
        raise Unusable(f"`{revision}` names two revisions: write `{base}...`, the files are compared as they are now")
    if dots:
        commit = _resolved(root, base or "HEAD", revision)
        status, answer, _ = run_git(root, "merge-base", commit, "HEAD")
        if status:
            raise Unusable(f"`{base}` and this branch have no commit in common; a shallow clone may lack it: {_FETCH}")
        return answer.decode().strip()
    return _resolved(root, revision, revision)


_FETCH = "`git fetch --unshallow`, or in GitHub's checkout `fetch-depth: 0`, brings all of them"


def _resolved(root: str, name: str, shown: str) -> str:
    if name.startswith("-") or "\0" in name or ":" in name:
        raise Unusable(f"`{shown}` is no revision: name a branch, a tag or a commit")
    status, answer, _ = run_git(root, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if status:
        raise Unusable(f"the repository of `{root}` has no revision `{shown}`; {_FETCH}")
    return answer.decode().strip()


# -- the same thing, then and now --------------------------------------------------------------------------------------


def _renamed(found: Diagnostic, roots: Sequence[Then]) -> Diagnostic:
    """`found` with the names that its files and folders have today."""

    def now(text: str) -> str:
        return _renamed_text(text, roots)

    labels = tuple(Label(_renamed_span(label.span, roots), now(label.text)) for label in found.labels)
    return Diagnostic(found.kind, _renamed_span(found.span, roots), now(found.message), now(found.help), labels)


def _renamed_span(span: Span, roots: Sequence[Then]) -> Span:
    return span._replace(source=_renamed_text(span.source, roots))


def _renamed_text(text: str, roots: Sequence[Then]) -> str:
    """`text` with the name of each root, and of what is in it, as it is today."""
    for now, then in roots:
        if then is not None and then != now and then in text:
            inside = "" if now == "." else now.rstrip("/") + "/"
            text = text.replace(then + ("" if then.endswith(":") else "/"), inside).replace(then, now)
    return text


def _without(found: Sequence[Diagnostic], known: Sequence[Diagnostic], files: Set[str]) -> list[Diagnostic]:
    """`found` without as many of each as are `known`; `files` are those that there were then."""
    rest = _left(found, Counter(map(_in_its_file, known)), _in_its_file)
    new = {id(each) for each in rest if each.span.source not in files}
    gone = Counter(_anywhere(each) for each in known if not os.path.exists(each.span.source))
    kept = {id(each) for each in _left([each for each in rest if id(each) in new], gone, _anywhere)}
    return [each for each in rest if id(each) not in new or id(each) in kept]


def _left(
    found: Sequence[Diagnostic], known: Counter[tuple[str, ...]], key: Callable[[Diagnostic], tuple[str, ...]]
) -> list[Diagnostic]:
    left = []
    for each in found:
        if known[key(each)] > 0:
            known[key(each)] -= 1
        else:
            left.append(each)
    return left


def _in_its_file(found: Diagnostic) -> tuple[str, ...]:
    return (found.kind.slug, found.span.source, found.message)


def _anywhere(found: Diagnostic) -> tuple[str, ...]:
    return (found.kind.slug, found.message)
