"""Two states of a datastore: what `diff` says of them, and what it must agree with: whether their images say the same,
and whether runs differ."""

import shutil
import subprocess
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

from aelang import ir
from aelang.analysis.differences import Group, compare, group_changes
from aelang.cli.formats.trace import log_line
from aelang.engine import Engine
from aelang.interpreter import trace
from aelang.interpreter.dump import workspace_xml
from aelang.names import fold
from aelang.project import open_project
from tests.mutations.changes import Change
from tests.mutations.domains import Domains, domains
from tests.mutations.runs import draw_defects, draw_edits
from tests.oracle.runs import FrozenClock


def differences(old: ir.Image, new: ir.Image) -> list[Group]:
    """What `diff` says."""
    return group_changes(compare(old, new))


# -- what an image says --------------------------------------------------------------------------------------------


def mean_the_same(one: ir.Image, other: ir.Image) -> bool:
    """Whether two images say the same, places aside; in which order instances and methods stand says nothing."""
    old, new = ({each.path: each for each in classes_of(image)} for image in (one, other))
    return (
        list(one.index.domains) == list(other.index.domains)
        and old.keys() == new.keys()
        and all(old[path] == new[path] or _meaning(old[path]) == _meaning(new[path]) for path in old)
    )


def _meaning(klass: ir.Class) -> object:
    return _without_places(_in_full(klass))


def classes_of(image: ir.Image) -> list[ir.Class]:
    """Every class of `image`."""
    return [klass for entry in image.index if (klass := image.class_at(entry.path)) is not None]


def _in_full(klass: ir.Class) -> ir.Class:
    """`klass` with all the fields of each instance, whether it says them itself or not."""
    instances = {
        name: each._replace(fields={at: each.fields.get(at, field) for at, field in enumerate(klass.fields)})
        for name, each in klass.instances.items()
    }
    return klass._replace(instances=instances)


def _without_places(node: object) -> object:
    if isinstance(node, tuple):
        names = getattr(node, "_fields", ())
        parts = [each for at, each in enumerate(node) if not names or names[at] not in ("place", "sources")]
        return (type(node).__name__, *map(_without_places, parts))
    if isinstance(node, dict):
        return {key: _without_places(each) for key, each in node.items()}
    return node


# -- what a run does -----------------------------------------------------------------------------------------------


def seen(image: ir.Image, uris: Iterable[str]) -> list[tuple[str, list[str], str]]:
    """What runs of `uris` say and leave behind, methods left out."""
    return [_run(image, uri) for uri in uris]


def _run(image: ir.Image, uri: str) -> tuple[str, list[str], str]:
    engine = Engine(image, clock=FrozenClock())
    events: list[trace.Event] = []
    workspace = engine.workspace(skip_methods=True, trace=events.append)
    outcome = engine.run_in(workspace, uri)
    return type(outcome).__name__, list(map(log_line, events)), workspace_xml(workspace, private=True)


def targets_of(image: ir.Image, random: Random, number: int) -> list[str]:
    """The instances of /System/Process, and `number` others, as targets."""
    found = [
        f"/{entry.path.partition('/')[2]}/{name}".replace(" ", "%20")
        for entry in image.index
        for name in entry.instances.values()
    ]
    beginnings = [each for each in found if each.startswith("/System/Process/")]
    return beginnings + random.sample(found, min(number, len(found)))


# -- single changes ------------------------------------------------------------------------------------------------


class Tried:
    """What `diff` said of single changes, drawn by `seed`: which it did not tell right, and of which the first group
    does not name them. `told` is how many changed anything."""

    def __init__(self, scratch: Path, seed: int) -> None:
        self.wrong: list[str] = []
        self.unnamed: list[str] = []
        self.told = 0
        self._scratch = scratch
        self._stores = list(domains(scratch, seed))
        self._random = Random(seed)
        self._before: dict[Domains, _Before] = {}

    def defects(self, number: int) -> None:
        """Tries `number` defects."""
        for store, change in draw_defects(self._stores, self._random, number):
            before = self._of(store)
            groups, differs = before.after(change)
            self.told += bool(groups)
            if bool(groups) != differs:
                self.wrong.append(f"{change}: {groups}")
            elif groups and not before.is_named(groups[0], change):
                self.unnamed.append(f"{change}: {groups[0]}")

    def edits(self, number: int) -> None:
        """Tries `number` edits that change no meaning."""
        for store, change in draw_edits(self._stores, self._random, number):
            groups, _ = self._of(store).after(change)
            if groups:
                self.wrong.append(f"{change}: {groups}")

    def _of(self, store: Domains) -> "_Before":
        if store not in self._before:
            self._before[store] = _Before(store, self._scratch / f"before_{len(self._before)}")
        return self._before[store]


class _Before:
    """A copy in `folder` of `store`, in which one change at a time is made."""

    def __init__(self, store: Domains, folder: Path) -> None:
        self._folder = folder
        self._texts = store.tree().texts
        self._files = store.tree().files
        shutil.copytree(store.folder, folder, symlinks=True)
        self._last = open_project([str(folder)], references=list(map(str, store.references)), cache=False)
        self._image = self._last.image
        # this also reads all of the image, before the cache has something else
        self._classes = {each.source.removeprefix(f"{folder}/"): each.path for each in classes_of(self._image)}

    def after(self, change: Change) -> tuple[list[Group], bool]:
        """What `diff` says of `change`, which is then undone, and whether the image says something else."""
        for path, text in change.texts.items():
            self._write(path, text)
        self._last = self._last.reopened()
        found = differences(self._image, self._last.image), not mean_the_same(self._image, self._last.image)
        for path in change.texts:
            self._write(path, self._texts.get(path))
        return found

    def is_named(self, group: Group, change: Change) -> bool:
        """Whether `group` is about what stands in a file of `change`."""
        return any(self._is_about(group, path) for path in change.texts)

    def _is_about(self, group: Group, path: str) -> bool:
        folder, dot, file = path.partition(".class/")
        klass = self._classes.get(f"{folder}.class/__class__.yaml" if dot else path)
        if klass is None:  # of a domain or a namespace
            return any(fold(place).startswith(fold(path.rpartition("/")[0])) for place in group.places)
        said = fold(" ".join(map(str, group.changes)))
        if klass.rpartition("/")[0] in group.places:
            return fold(f"class `{klass.rpartition('/')[2]}`") in said
        known = None if file.startswith("__class__") else self._files.get(path)
        name = "" if known is None else known.attributes.text("name")
        return (klass in group.places or fold(f"'/{klass}'") in said) and fold(name) in said

    def _write(self, path: str, text: str | None) -> None:
        file = self._folder / path
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(text.encode())


# -- a history -----------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    """What git says in `folder`."""
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(("git", "-C", str(folder), *who, *arguments), check=True, capture_output=True, text=True)
    return done.stdout.strip()


def history(folder: Path, old: Path, new: Path, steps: int, random: Random) -> Iterator[str]:
    """Commits in `folder` that lead from the files of `old` to those of `new`: the first, then `steps` more, each with
    a part of what is different, cut at random."""
    shutil.copytree(old, folder)
    git(folder, "init", "-q")
    yield _commit(folder)
    changes = sorted(path for path in _files(old) | _files(new) if _bytes(old / path) != _bytes(new / path))
    random.shuffle(changes)
    cuts = [0, *sorted(random.sample(range(1, len(changes)), steps - 1)), len(changes)]
    for start, end in pairwise(cuts):
        for path in changes[start:end]:
            content = _bytes(new / path)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).unlink(missing_ok=True) if content is None else (folder / path).write_bytes(content)
        yield _commit(folder)


def _commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "more")
    return git(folder, "rev-parse", "HEAD")


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
