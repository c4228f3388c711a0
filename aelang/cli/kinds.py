"""`aelang kinds`: the kinds of findings, and the page of each."""

import re

from aelang.cli.console import Console
from aelang.cli.options import HOW, Argument, Command, Given
from aelang.diagnostics.kinds import page, slugs, title

COMMAND = Command(
    text="""Lists every kind of finding with its severity and what it is about. With SLUG it shows the page of that
kind: what is wrong, why it matters, an example to avoid and one to prefer.""",
    arguments=(Argument("slug", "[SLUG]", required=False),),
    options=HOW,
    examples=(("aelang kinds unknown-instance", "what a finding means and how to put it right"),),
)

_WIDEST = 100
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
    text = page(slug).rstrip("\n")
    console.result(_rendered(text) if console.colored else text)
    return 0


def _rendered(text: str) -> str:
    """The page `text` as a terminal shows it."""
    from rich.console import Console as Terminal
    from rich.markdown import Markdown

    terminal = Terminal(force_terminal=True, width=min(Terminal().width, _WIDEST))
    with terminal.capture() as captured:
        terminal.print(Markdown(text))
    return captured.get().rstrip("\n")


def _lines() -> list[str]:
    known = slugs()
    width = max(map(len, known))
    rows = []
    for slug in known:
        text = page(slug)
        rows.append(f"{slug:{width}}  {_severity(slug, text):7}  {title(text)}")
    return rows


def _severity(slug: str, text: str) -> str:
    """The severity that the examples of the page show."""
    return next((severity for severity, named in _SEVERITY.findall(text) if named == slug), "")
