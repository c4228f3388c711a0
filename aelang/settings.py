"""Settings: what a project is made of, as the command line and its aelang.toml say."""

import json
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from aelang import shipped
from aelang.diagnostics import Diagnostic

if TYPE_CHECKING:
    from aelang.config import Config


class ProjectError(Exception):
    """The project cannot be opened: a root that is none, a broken configuration. `diagnostics` say what and where."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__("; ".join(each.message for each in diagnostics))
        self.diagnostics = tuple(diagnostics)


class Settings(NamedTuple):
    """What is opened: roots and references as they are shown, the domains that answer, highest first, the profile."""

    roots: tuple[str, ...]
    references: tuple[str, ...]
    domains: tuple[str, ...] | None
    profile: str
    folder: str | None

    def key(self) -> str:
        """The name of this project in the cache: the same roots, named alike, from the same folder."""
        return json.dumps([os.getcwd(), self.roots, self.references, self.domains, self.profile])


def settings_of(roots: Sequence[str], domains: Sequence[str] | None, references: Sequence[str], start: str) -> Settings:
    """What `open_project` opens. Raises ProjectError for a broken configuration."""
    config = None if roots else _config(start)
    if config is None:
        chosen = tuple(roots) or ((start,) if holds_domains(start) else (shipped.datastore_folder(),))
        return Settings(chosen, tuple(references), None if domains is None else tuple(domains), "aelang", None)
    return settings_from(config, domains, references)


def holds_domains(folder: str) -> bool:
    """Whether `folder` is a domain, or has one right below it."""
    if os.path.exists(os.path.join(folder, _DOMAIN_FILE)):
        return True
    try:
        with os.scandir(folder) as entries:
            return any(os.path.exists(os.path.join(each.path, _DOMAIN_FILE)) for each in entries)
    except OSError:
        return False


_DOMAIN_FILE = "__domain__.yaml"


def settings_from(config: "Config", domains: Sequence[str] | None, references: Sequence[str]) -> Settings:
    """What `config` says is opened, and what is said besides."""
    return Settings(
        roots=tuple(_below(config.folder, root) for root in config.roots) or (shipped.datastore_folder(),),
        references=(*references, *(_below(config.folder, root) for root in config.references)),
        domains=config.domains if domains is None else tuple(domains),
        profile=config.profile,
        folder=config.folder,
    )


def _config(start: str) -> "Config | None":
    from aelang.config import find_config, read_config

    path = find_config(start)
    if path is None:
        return None
    config, found = read_config(path)
    if found:
        raise ProjectError(found)
    return config


def _below(folder: str, root: str) -> str:
    """`root` of a configuration in `folder`, as seen from here."""
    if os.path.isabs(root):
        return root
    path, at, revision = root.partition("@")
    return os.path.relpath(os.path.join(folder, path)) + at + revision
