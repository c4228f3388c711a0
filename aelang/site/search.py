"""The search: what can be found, as a script, since a page without a server may load nothing else."""

import json
from collections.abc import Sequence
from typing import NamedTuple

from aelang.site.html import visible

_CLOSE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}


class Found(NamedTuple):
    """A thing with a page: its kind, name and path, the file, and the names of its fields by kinds."""

    kind: str
    name: str
    path: str
    file: str
    fields: Sequence[tuple[str, str, str]] = ()


class Catalog:
    """What can be found, page after page. A field is told with its kind, its name and its anchor."""

    def __init__(self) -> None:
        self._pages: list[str] = []

    def add(self, found: Found) -> None:
        """Adds a thing and its fields."""
        page = (visible(found.kind), visible(found.name), visible(found.path), found.file)
        fields = [tuple(map(visible, field)) for field in found.fields]
        self._pages.append(_written((*page, fields) if fields else page))

    def script(self) -> str:
        """The text of the script: it gives the data to the one who asks for it, and is plain ASCII."""
        pages = ",\n".join(self._pages)
        return f"aelangSearch([\n{pages}\n]);\n"


def _written(node: object) -> str:
    """`node` as JSON without a letter that could end a script, or a line of it."""
    text = json.dumps(node, separators=(",", ":"))
    for letter, number in _CLOSE.items():
        if letter in text:
            text = text.replace(letter, number)
    return text
