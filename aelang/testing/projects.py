"""Projects: which datastore each file of tests is about: that of the aelang.toml of its folder or above it."""

import os
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from aelang.config import find_config
from aelang.settings import holds_domains
from aelang.testing.bench import Where
from aelang.testing.reading import files_with_tests


class Project(NamedTuple):
    """A datastore, and the files of tests that are about it."""

    where: Where
    files: tuple[str, ...] = ()


def projects_of(paths: Sequence[str], base: Where, *, named: bool) -> list[Project]:
    """The projects of the files in `paths`, in the order of their first files.

    Where `base` has roots, all are about these. Paths that are `named` by its aelang.toml are about `base` wherever
    they lie, but for files of a project inside of it. Where no aelang.toml stands above a file, it is about the nearest
    folder above it that holds domains, else about the shipped datastore.
    """
    own = base.start if base.roots else _folder_of(base.start) or base.start
    folder_of = cache(_folder_of)

    def start(file: str, path: str) -> str:
        folder = None if base.roots else folder_of(os.path.dirname(file) or ".")
        if base.roots or (named and not _is_inside(folder, own)):
            return own
        return folder or _domains_above(file, path)

    found: dict[str, list[str]] = {}
    for path in paths:
        for file in files_with_tests(path):
            found.setdefault(start(file, path), []).append(file)
    return [Project(base._replace(start=where), tuple(files)) for where, files in found.items()]


def _folder_of(start: str) -> str | None:
    """The folder of the aelang.toml of `start` or above it."""
    config = find_config(start)
    return None if config is None else os.path.relpath(os.path.dirname(config))


def _is_inside(folder: str | None, other: str) -> bool:
    return folder is not None and not os.path.relpath(folder, other).startswith("..")


def _domains_above(file: str, path: str) -> str:
    """The nearest folder above `file` that holds domains, not above where one stands or, from there, beside the folder
    `path`; that folder where there is none."""
    given = path if os.path.isdir(path) else os.path.dirname(path) or "."
    folder = os.path.dirname(os.path.abspath(file))
    last = os.getcwd() if _is_inside(folder, ".") else os.path.dirname(os.path.abspath(given))
    while not holds_domains(folder):
        above = os.path.dirname(folder)
        if folder in (last, above):
            return given
        folder = above
    return folder if os.path.isabs(path) else os.path.relpath(folder)
