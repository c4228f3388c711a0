"""`aelang docs -o DIR`: the datastore as pages to read, without a server."""

from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import HOW, WHERE, Argument, Command, Given, Misused, Option
from aelang.cli.roots import open_roots

if TYPE_CHECKING:
    from aelang.project import Compilation
    from aelang.site import Written
    from aelang.site.folder import Folder

COMMAND = Command(
    text="""Writes the datastores ROOT (a folder, a git tree `repo@rev:path`, a zip export; none: as everywhere) as a
site of plain files: every domain, namespace, class, instance and method, with what takes effect and where it is from,
state machines drawn, who leads where, and the findings of `aelang validate`. It is read without a server, and can be
searched. Passwords are not in it.

The folder is made. One that is not empty has to be of `aelang docs`; pages that are no longer part of the site are then
removed from it.""",
    arguments=(Argument("roots", "[ROOT]...", required=False, many=True, completes="folders"),),
    options=(
        *WHERE,
        Option(("-o", "--output"), "The folder to write to.", "DIR", completes="folders"),
        Option(("--title",), "The title of the site; the names of the domains unless given.", "TEXT"),
        Option(("--without-code",), "The code of methods is elsewhere: do not miss it, and do not check its syntax."),
        Option(("--force",), "Write into a folder that has other files in it; those of other names stay."),
        Option(("--open",), "Show the site in the browser."),
        *HOW,
    ),
    examples=(
        ("aelang docs -o site", "the datastore of this folder, to be opened in a browser"),
        ("aelang docs ours/ --reference manageiq/ -o site --title 'Our automation'", "with a title"),
    ),
)


def execute(given: Given) -> int:
    """Writes the site; 1 where a root cannot be opened or the folder cannot be written. Raises Misused."""
    output = given.text("output")
    if not output:
        raise Misused("`aelang docs` needs a folder to write to: `-o DIR`")
    console = Console(given)
    bar = console.bar()
    from aelang.cache import CacheError
    from aelang.ir import ImageError
    from aelang.site.folder import Folder, FolderError
    from aelang.site.things import Changed

    try:
        folder = Folder(output, force=given.flag("force"))
        opened = open_roots(given, console, given.many("roots"), bar, remarks=True)
        if opened is None:
            return 1
        written = _write(given, console, opened, folder)
    except FolderError as fault:
        console.error(str(fault))
        return 1
    except (Changed, CacheError, ImageError):
        console.error("the datastore has changed while it was read: run it again")
        return 1
    console.note(f"wrote {written.pages} pages: begin with {output.rstrip('/')}/index.html")
    if given.flag("open"):
        _open(output)
    return 0


def _write(given: Given, console: Console, opened: "Compilation", folder: "Folder") -> "Written":
    from aelang.checking import check
    from aelang.site import write_site

    checked = check(opened, without_code=given.flag("without_code"))
    for note in checked.notes:
        console.note(note)
    title = given.text("title") or ", ".join(domain.name for domain in opened.image.index.domains)
    with folder:
        return write_site(opened, checked.found, folder, title, console.bar())


def _open(folder: str) -> None:
    import os
    import webbrowser
    from pathlib import Path

    webbrowser.open(Path(os.path.abspath(folder), "index.html").as_uri())
