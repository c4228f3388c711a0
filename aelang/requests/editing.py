"""Methods that change the datastore, while requests are worked.

The files are changed. A run on the datastore as it was just before goes on with what came of it, and so does its
request; one that stays on an earlier datastore changes the files alike, and does not see it.
"""

from collections.abc import Callable, Mapping

from aelang import ir
from aelang.editing import DirectoryEditor
from aelang.interpreter.values import RunValue
from aelang.requests.images import Images


class WorkEditor:
    """Fills `ports.DatastoreEditor` for the run that `serve` names."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self._begins = False
        self.digest = ""
        """The hash of the image with which the run goes on."""
        self.has_moved = False
        """Whether that is another one than it began with."""

    def serve(self, digest: str, *, begins: bool) -> None:
        """From now on a run on the image `digest` edits; its request `begins` with it, or may be on it for long."""
        self.digest = digest
        self.has_moved = False
        self._begins = begins

    def image(self) -> ir.Image:
        """What the run goes on with."""
        return self._images.image(self.digest)

    def create(self, path: str, values: Mapping[str, RunValue]) -> bool:
        """As `DirectoryEditor` does."""
        return self._edit(lambda editor: editor.create(path, values))

    def update(self, path: str, values: Mapping[str, RunValue]) -> bool:
        """As `DirectoryEditor` does."""
        return self._edit(lambda editor: editor.update(path, values))

    def delete(self, path: str) -> bool:
        """As `DirectoryEditor` does."""
        return self._edit(lambda editor: editor.delete(path))

    def display_name(self, path: str) -> str | None:
        """As `DirectoryEditor` does."""
        return self._images.editor().display_name(path)

    def set_display_name(self, path: str, name: str) -> bool:
        """As `DirectoryEditor` does."""
        return self._edit(lambda editor: editor.set_display_name(path, name))

    def _edit(self, change: Callable[[DirectoryEditor], bool]) -> bool:
        with self._images.editing() as editor:
            follows = self._begins or self.digest == self._images.digest
            done = change(editor)
        if follows and self.digest != self._images.digest:
            self.digest, self.has_moved = self._images.digest, True
        return done
