"""aelang.toml: where a project says what its datastore is.

    roots = ["automate"]                # directories, zip exports or git trees (`repo@rev:path`)
    domains = ["Site", "ManageIQ"]      # highest first; all others count as disabled
    references = ["../manageiq-content"]  # only looked up in, never reported on
    profile = "manageiq"

Paths are relative to the file. It is looked for upwards from where one stands, and everything works without it.
"""

import os
from typing import Any, NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity, did_you_mean
from aelang.source import Source, Span

FILE_NAME = "aelang.toml"

INVALID_CONFIGURATION = DiagnosticKind("invalid-configuration", Severity.ERROR, "{fault}")

PROFILES = ("aelang", "manageiq")
_ONLY_FOR_MANAGEIQ = frozenset(("ignored-by-manageiq", "refused-by-manageiq"))
_LISTS = ("roots", "domains", "references")
_FOR_OTHERS = ("rules", "tests", "methods", "limits", "requests", "server", "events", "providers")
"""Tables that other parts read for themselves."""


class Config(NamedTuple):
    """What aelang.toml says; `folder` is where it stands. None and empty where it says nothing."""

    folder: str
    roots: tuple[str, ...] = ()
    domains: tuple[str, ...] | None = None
    references: tuple[str, ...] = ()
    profile: str = PROFILES[0]


def find_config(start: str) -> str | None:
    """The aelang.toml of `start` or of the nearest folder above it, None where there is none."""
    folder = os.path.abspath(start)
    while True:
        path = os.path.join(folder, FILE_NAME)
        if os.path.isfile(path):
            return path
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def read_config(path: str) -> tuple[Config, tuple[Diagnostic, ...]]:
    """The configuration in the file `path`; what is wrong in it is left out and reported."""
    import tomllib  # 10 ms: only a project with a configuration pays for it

    shown = _shown(path)
    try:
        with open(path, "rb") as stream:
            source = Source(shown, stream.read(_LARGEST + 1))
        if len(source.data) > _LARGEST:
            return Config(_folder(path)), (_fault(Span(shown), f"`{shown}` is longer than 1 MB", _READABLE),)
        content = tomllib.loads(source.data.decode())
    except OSError as error:
        return Config(_folder(path)), (_fault(Span(shown), f"`{shown}` cannot be read: {error.strerror}", _READABLE),)
    except UnicodeDecodeError:
        return Config(_folder(path)), (_fault(Span(shown), f"`{shown}` is not UTF-8 text", _READABLE),)
    except RecursionError:
        return Config(_folder(path)), (_fault(Span(shown), f"`{shown}` is nested too deeply", _TOML),)
    except tomllib.TOMLDecodeError as error:
        return Config(_folder(path)), (_fault(_span_in(str(error), source), f"`{shown}` is not TOML: {error}", _TOML),)
    return _config(content, _folder(path), source)


_LARGEST = 1024 * 1024
_READABLE = "make it a text file in UTF-8 that you may read, or take it away: everything works without it"
_TOML = 'a line is `key = value`; texts stand in quotes: `roots = ["automate"]`'


def is_told(found: Diagnostic, profile: str) -> bool:
    """Whether `found` says something to those who write for `profile`."""
    return profile == "manageiq" or found.kind.slug not in _ONLY_FOR_MANAGEIQ


def read_table(start: str, name: str) -> dict[str, Any]:
    """The table `name` of the aelang.toml of `start` or above it; empty where there is none, or no file that can be
    read: `read_config` reports that."""
    import tomllib

    path = find_config(start)
    try:
        if path is None:
            return {}
        with open(path, "rb") as stream:
            found = tomllib.loads(stream.read(_LARGEST).decode()).get(name, {})
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def _config(content: dict[str, Any], folder: str, source: Source) -> tuple[Config, tuple[Diagnostic, ...]]:
    found: list[Diagnostic] = []
    lists = {key: _texts(content, key, source, found) for key in _LISTS}
    twice = dict.fromkeys(root for root in lists["roots"] if lists["roots"].count(root) > 1)
    found += [_fault(_span_of("roots", source), f"`roots` names `{root}` twice", "leave one out") for root in twice]
    profile = content.get("profile", PROFILES[0])
    if profile not in PROFILES:
        known = " or ".join(f'"{name}"' for name in PROFILES)
        found.append(_fault(_span_of("profile", source), "`profile` names no profile", f"write {known}"))
        profile = PROFILES[0]
    for key in content:
        if key not in (*_LISTS, "profile", *_FOR_OTHERS):
            hint = did_you_mean(key, (*_LISTS, "profile", *_FOR_OTHERS)) or "take it away"
            found.append(_fault(_span_of(key, source), f"`{key}` is no key of {FILE_NAME}", hint))
    domains = lists["domains"] if "domains" in content else None
    return Config(folder, lists["roots"], domains, lists["references"], profile), tuple(found)


def _texts(content: dict[str, Any], key: str, source: Source, found: list[Diagnostic]) -> tuple[str, ...]:
    said = content.get(key, [])
    if isinstance(said, list) and all(isinstance(each, str) for each in said):
        return tuple(said)
    hint = f'write {key} = ["...", "..."]'
    found.append(_fault(_span_of(key, source), f"`{key}` is not a list of texts", hint))
    return ()


def _fault(span: Span, fault: str, hint: str) -> Diagnostic:
    return INVALID_CONFIGURATION.at(span, help=hint, fault=fault)


def _span_of(key: str, source: Source) -> Span:
    """Where `key` is set; tomllib does not say, and at the top of a file a key begins its line."""
    for number, line in enumerate(source.text().splitlines(), 1):
        if line.strip().strip("[\"'").startswith(key):
            return Span(source.name, number, 1 + len(line) - len(line.lstrip()), len(key))
    return Span(source.name)


def _span_in(message: str, source: Source) -> Span:
    """The place that tomllib gives at the end of its message: `(at line 3, column 7)`, `(at end of document)`."""
    words = message.rstrip(")").replace(",", "").split()
    if len(words) > 3 and words[-4] == "line" and words[-3].isdigit() and words[-1].isdigit():
        return Span(source.name, int(words[-3]), int(words[-1]), 1)
    lines = source.text().rstrip().splitlines() or [""]
    return Span(source.name, len(lines), len(lines[-1]) + 1, 1)
