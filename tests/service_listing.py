"""The list of all models in docs/services.md. `python -m tests.service_listing` writes it anew."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from aelang.services.declaring import Declared, declared
from aelang.services.models import PARENTS
from aelang.services.tables import TABLES

PAGE = Path(__file__).resolve().parent.parent / "docs" / "services.md"
MARK = "<!-- models -->\n"


def listing() -> str:
    """The list as it must be: each model that has a table of its own, and the names of the others."""
    others = sorted(name for name in PARENTS if name not in TABLES)
    told = "".join(line + "\n" for name in sorted(TABLES) for line in _model_lines(name))
    rest = "Without more than their parent has, or a name, a description and a few more columns"
    return f"{told}{rest}: {_names(others)}.\n"


def listed() -> str:
    """The list as it stands on the page."""
    return PAGE.read_text("utf-8").partition(MARK)[2]


def _model_lines(name: str) -> Iterator[str]:
    parent = PARENTS[name]
    found, known = declared(name), _of(parent)
    yield f"**{name}**" + (f" ({parent})" if parent else "")
    parts = (
        ("attributes", found.attributes, known.attributes if known else ("id",)),
        ("virtual", found.virtual, known.virtual if known else ("region_description", "region_number")),
        ("associations", found.associations, known.associations if known else ()),
        ("methods", _methods(found), _methods(known) if known else ()),
    )
    for title, names, inherited in parts:
        own = [each for each in names if each not in inherited]
        if own:
            yield f"- {title}: {_names(own)}"
    yield ""


def _of(parent: str) -> Declared | None:
    return declared(parent) if parent else None


def _methods(found: Declared) -> list[str]:
    return [name for name, method in found.methods.items() if not method.of_base]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{each}`" for each in sorted(names))


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text("utf-8").partition(MARK)[0] + MARK + "\n" + listing(), "utf-8")
