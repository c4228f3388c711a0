"""Addresses: the file of the page of each thing, and how one page refers to another.

The folders are those of a datastore: `domains/shop/order.class/machine.html`. All is in small letters, since names
differ by more than case and some file systems by no less. A name with characters that a file system, a URL or a person
could take amiss is written without them, with a digest behind a `~`, which no plain name has.
"""

import re

from aelang.digests import sha256
from aelang.names import fold

_PLAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,78}[a-z0-9_])?")
_ODD = re.compile(r"[^a-z0-9_]+")
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10)))
)
"""What some file systems keep for themselves."""

_LONGEST = 60
_DIGITS = 10

OVERVIEW, ENTRIES, FINDINGS = "index.html", "entries.html", "findings.html"
STYLE, SCRIPT, SEARCH = "assets/site.css", "assets/site.js", "assets/search.js"


def domain_page(name: str) -> str:
    """The page of a domain."""
    return f"domains/{file_name(name)}.html"


def namespace_page(path: str) -> str:
    """The page of the namespace `Ns/Ns`, of all domains together."""
    return f"namespaces/{_folders(path)}.html"


def class_page(path: str) -> str:
    """The page of the class `Domain/Ns/Class`."""
    return f"domains/{_folders(path)}.class.html"


def instance_page(klass: str, name: str) -> str:
    """The page of an instance of the class `Domain/Ns/Class`."""
    return f"domains/{_folders(klass)}.class/{file_name(name)}.html"


def method_page(klass: str, name: str) -> str:
    """The page of a method of the class `Domain/Ns/Class`."""
    return f"domains/{_folders(klass)}.class/{file_name(name)}.method.html"


def _folders(path: str) -> str:
    return "/".join(map(file_name, path.split("/")))


def file_name(name: str) -> str:
    """A name for a file, without its ending: the same for names that are the same but for case, and for no others."""
    folded = fold(name)
    if _PLAIN.fullmatch(folded) and folded not in _RESERVED:
        return folded
    digest = sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{_ODD.sub('-', folded).strip('-')[:_LONGEST]}~{digest}"


def field_anchor(name: str) -> str:
    """Where on its page the field `name` stands."""
    return f"field-{file_name(name)}"


def way_to(file: str, begin: str) -> str:
    """The relative reference from the page `begin` to `file`, which may end in an anchor; both are below the folder of
    the site."""
    here, there = begin.split("/")[:-1], file.split("/")
    common = 0
    while common < min(len(here), len(there) - 1) and here[common] == there[common]:
        common += 1
    return "../" * (len(here) - common) + "/".join(there[common:])
