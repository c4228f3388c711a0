"""`aelang kinds`: the kinds of findings, and the page of each."""

import os
import re

from aelang.cli.console import Console
from aelang.cli.options import HOW, Argument, Command, Given

COMMAND = Command(
    text="""Lists every kind of finding with its severity and what it is about. With SLUG it shows the page of that
kind: what is wrong, why it matters, an example to avoid and one to prefer.""",
    arguments=(Argument("slug", "[SLUG]", required=False),),
    options=HOW,
    examples=(("aelang kinds unknown-instance", "what a finding means and how to put it right"),),
)

_SEVERITY = re.compile(r"(error|warning|info): \[([a-z0-9-]+)\]")


def execute(given: Given) -> int:
    """Lists the kinds or shows the page of one; 1 where there is no such kind."""
    console = Console(given)
    slug = given.text("slug")
    if slug is None:
        console.result("\n".join(_lines()))
        return 0
    if slug not in slugs():
        from aelang.diagnostics import did_you_mean

        hint = did_you_mean(slug, slugs()) or "`aelang kinds` lists them"
        console.error(f"there is no kind of finding `{slug}`; {hint}")
        return 1
    console.result(_page(slug).rstrip("\n"))
    return 0


def slugs() -> list[str]:
    """The slugs of all kinds, sorted."""
    return sorted(name.removesuffix(".md") for name in os.listdir(_folder()) if name.endswith(".md"))


def _lines() -> list[str]:
    known = slugs()
    width = max(map(len, known))
    rows = []
    for slug in known:
        page = _page(slug)
        title = page.partition("\n")[0].removeprefix("# ")
        rows.append(f"{slug:{width}}  {_severity(slug, page):7}  {title}")
    return rows


def _severity(slug: str, page: str) -> str:
    """The severity that the examples of the page show."""
    return next((severity for severity, named in _SEVERITY.findall(page) if named == slug), "")


def _folder() -> str:
    from aelang import diagnostics

    return os.path.join(os.path.dirname(diagnostics.__file__), "pages")


def _page(slug: str) -> str:
    with open(os.path.join(_folder(), f"{slug}.md"), encoding="utf-8") as file:
        return file.read()
