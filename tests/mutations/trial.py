"""Trial: a copy of domains is changed, opened again, and what is found is compared with what was found before."""

import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from aelang.project import open_project
from tests.mutations.changes import Change
from tests.mutations.domains import Domains
from tests.rules import findings


class Told(NamedTuple):
    """A finding: the slug, the file, the line, the sentence."""

    slug: str
    path: str
    line: int
    message: str


class Trial:
    """A copy of `domains` in `folder`, and what is found in it `before` any change."""

    def __init__(self, domains: Domains, folder: Path) -> None:
        self._folder = folder
        shutil.copytree(domains.folder, folder, symlinks=True)
        self._texts = domains.tree().texts
        self._changed: set[str] = set()
        references = list(map(str, domains.references))
        self._compilation = open_project([str(folder)], references=references, cache=False)
        self.before = self._findings()

    def close(self) -> None:
        """Ends the trial."""
        self._compilation.close()

    def after(self, change: Change) -> list[Told]:
        """What is found after `change`; the change before it is undone."""
        for path in self._changed - change.texts.keys():
            self._write(path, self._texts.get(path))
        for path, text in change.texts.items():
            self._write(path, text)
        self._changed = set(change.texts)
        self._compilation = self._compilation.reopened()
        return self._findings()

    def is_reported(self, change: Change) -> bool:
        """Whether something new is found where `change` was made, or is used."""
        new = self._differences(change)[0]
        return any((each.path, each.line) in change.lines for each in new)

    def is_harmless(self, change: Change) -> bool:
        """Whether the same is found after `change`, wherever lines have moved to."""
        return self._differences(change) == ([], [])

    def _differences(self, change: Change) -> tuple[list[Told], list[Told]]:
        """What is found after `change` only, and what before it only. A line may move: it alone makes no difference."""
        after = self.after(change)
        now, then = Counter(map(_without_line, after)), Counter(map(_without_line, self.before))
        new, gone = now - then, then - now
        return (
            [each for each in after if new[_without_line(each)]],
            [each for each in self.before if gone[_without_line(each)]],
        )

    def _write(self, path: str, text: str | None) -> None:
        file = self._folder / path
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.write_bytes(text.encode())

    def _findings(self) -> list[Told]:
        found = findings(self._compilation)
        return [Told(each.kind.slug, self._path(each.span.source), each.span.line, each.message) for each in found]

    def _path(self, source: str) -> str:
        return source.removeprefix(f"{self._folder}/")


def _without_line(told: Told) -> Told:
    return told._replace(line=0)
