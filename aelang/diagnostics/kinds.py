"""The kinds of findings by their slugs: which there are, and what the page of each says."""

import os


def slugs() -> list[str]:
    """The slugs of all kinds, sorted."""
    return sorted(name.removesuffix(".md") for name in os.listdir(_folder()) if name.endswith(".md"))


def page(slug: str) -> str:
    """The page of the kind `slug`. Raises OSError where there is no such kind."""
    with open(os.path.join(_folder(), f"{slug}.md"), encoding="utf-8") as file:
        return file.read()


def title(text: str) -> str:
    """What the kind with the page `text` is about, in a few words."""
    return text.partition("\n")[0].removeprefix("# ")


def about(text: str) -> str:
    """What is wrong where the kind with the page `text` is found, and why it matters."""
    paragraphs = text.partition("\n## ")[0].split("\n\n")[1:]
    return "\n\n".join(" ".join(each.split()) for each in paragraphs if each.strip())


def _folder() -> str:
    return os.path.join(os.path.dirname(__file__), "pages")
