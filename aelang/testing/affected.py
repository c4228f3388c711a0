"""Affected: which tests a change may make a difference to. Whatever is not known counts as affected.

Of every test that passed it is kept, in the cache, which classes its run looked at, and how their files were then. It
is left out only if that is known, those files are as they were, and none of them is among those that changed.
"""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from aelang.loader.git import run_git
from aelang.project import Compilation
from aelang.testing.nodes import Test
from aelang.testing.results import Result
from aelang.testing.visits import EVERYTHING, Visits, class_of

_CHECKER = "tests 1"

Sources: TypeAlias = Sequence[tuple[str, str]]
"""Files, with the digests of their contents."""


class UnknownRevision(Exception):
    """The changes that are asked about cannot be had; the text is for people."""


def keep_visits(
    compiled: Compilation, results: Iterable[Result], tests: Sequence[Test], sources: Sources | None = None
) -> None:
    """Keeps what the runs of `results` looked at, in the files that were `sources` then, unless given those that they
    are now; of those that did not pass nothing is known."""
    files = _Files(compiled.sources() if sources is None else sources)
    alone = {test.digest for test in tests if test.alone}
    kept = {}
    for each in results:
        if each.status == "passed" and (each.digest in alone or EVERYTHING not in each.visits.classes):
            state = "" if each.digest in alone else files.state(each.visits)
            kept[each.digest] = json.dumps([each.visits.packed(), state]).encode()
    if kept:
        compiled.keep_results(_name(compiled), kept)


def affected(tests: Sequence[Test], compiled: Compilation, changed: Sequence[str] = ()) -> list[Test]:
    """Those of `tests` to which a change of the files `changed`, or any since they last passed, may matter."""
    kept = compiled.kept_results(_name(compiled), [test.digest for test in tests])
    files = _Files(compiled.sources())
    paths = [os.path.normpath(each) for each in changed]
    return [test for test in tests if _may_differ(test, kept.get(test.digest), files, paths)]


def _may_differ(test: Test, kept: bytes | None, files: "_Files", changed: Sequence[str]) -> bool:
    if kept is None or os.path.normpath(test.source) in changed:
        return True
    try:
        packed, before = json.loads(kept)
        visits = Visits.unpacked(packed)
    except (ValueError, TypeError):
        return True
    if test.alone:
        return False
    return before != files.state(visits) or any(visits.touches(path) for path in changed if files.has(path))


class _Files:
    """The files of a datastore by the class that they are a part of; each class is known by all ends of its path."""

    def __init__(self, sources: Sources) -> None:
        self._digests = dict(sources)
        self._paths = {os.path.normpath(name) for name in self._digests}
        self._classes: dict[str, list[str]] = {}
        self._others: list[str] = []
        for name in self._digests:
            klass = class_of(name)
            if klass is None:
                self._others.append(name)
            while klass:
                self._classes.setdefault(klass, []).append(name)
                klass = klass.partition("/")[2]

    def has(self, path: str) -> bool:
        """Whether `path` is a file of the datastore, or one that is gone."""
        return path in self._paths or not os.path.exists(path)

    def state(self, visits: Visits) -> str:
        """A text that changes with every file that `visits` may depend on."""
        from aelang.digests import blake2b

        names = {*self._others, *(name for name in visits.sources if name in self._digests)}
        for visited in visits.classes:
            names.update(self._led_to(visited) if visited.endswith(EVERYTHING) else self._classes.get(visited, ()))
        total = blake2b(digest_size=20)
        for name in sorted(names):
            total.update(f"{name}\0{self._digests[name]}\0".encode("utf-8", "surrogateescape"))
        return total.hexdigest()

    def _led_to(self, pattern: str) -> list[str]:
        """The files of the classes that a path with a `*` may lead to."""
        visits = Visits([pattern])
        return [name for name in self._digests if visits.touches(name)]


def _name(compiled: Compilation) -> str:
    """The name under which visits are kept: they hold for one way to open the datastore and one version of ours."""
    from aelang import __version__

    return f"{_CHECKER} {__version__} {compiled.settings.key()}"


def changed_files(span: str, folder: str) -> list[str]:
    """The files that differ between the revisions of `span`, `A..B`, in the repository around `folder`; with `A..` or
    `A` between A and the files as they are now. Raises UnknownRevision."""
    first, dots, second = span.partition("..")
    if first.startswith("-") or second.startswith(("-", ".")):
        raise UnknownRevision(f"`{span}` names no revisions: write `A..B`, or `A..` for the files as they are now")
    top = _git(folder, span, "rev-parse", "--show-toplevel").rstrip("\n")
    both = [first or "HEAD", *([second] if dots and second else [])]
    names = _git(folder, span, "diff", "--name-only", "-z", *both, "--").split("\0")
    if len(both) == 1:
        names += _git(top, span, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    return list(_from_here(filter(None, names), top))


def _from_here(names: Iterable[str], top: str) -> Iterator[str]:
    for name in names:
        yield os.path.relpath(os.path.join(top, name))


def _git(folder: str, span: str, *words: str) -> str:
    status, answer, complaint = run_git(folder, *words)
    if status:
        raise UnknownRevision(f"`{span}`: {complaint.removeprefix('fatal: ').strip() or 'git has no answer'}")
    return os.fsdecode(answer)
