"""What is new in a datastore: the files of a first version, in their right place, over none that is there.

Nothing is written here: a `Start` says what is to be.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aelang.loader.load import load_tree
from aelang.loader.trees import DirectoryTree
from aelang.model import Class, Domain
from aelang.names import fold
from aelang.writer.ael import print_ael
from aelang.writer.edit_ael import with_instance, with_method
from aelang.writer.starters import CODE, first_class, first_domain, first_instance, first_method, first_namespace
from aelang.writer.surface import class_node, instance_node, method_node
from aelang.writer.yaml import Dialect, class_yaml, dialect_of, instance_yaml, method_yaml, yaml_stem

__all__ = ["NotNew", "Start", "start_class", "start_domain", "start_instance", "start_method"]

_NAME = re.compile(r"[\w.-]+\Z", re.ASCII)
_METHOD_NAME = re.compile(r"\w+\Z", re.ASCII)
_FOLDER_NAME = re.compile(r"[\w.$-]+\Z", re.ASCII)
_SUFFIXES = {"python": ".py", "ruby": ".rb"}


class NotNew(Exception):
    """What was asked for is there already, or cannot be where it should; the text is for people."""


class Start(NamedTuple):
    """What is to be written: new files, and new contents of files that are there; the path of what is new."""

    files: Mapping[str, str]
    changed: Mapping[str, str]
    path: str


def start_domain(roots: Sequence[str], name: str) -> Start:
    """A domain in the first of `roots`, above those that are there. Raises NotNew."""
    _check_name(name, _FOLDER_NAME, "a domain")
    domains = _domains(roots)
    for each in domains:
        if fold(each.name) == fold(name):
            raise NotNew(f"there is a domain {each.name}: {each.source}")
    file = os.path.normpath(os.path.join(roots[0], name, "__domain__.yaml"))
    if os.path.lexists(os.path.dirname(file)):
        raise NotNew(f"there is something at {os.path.dirname(file)} already")
    priorities = [int(text) for each in domains if (text := each.get("priority") or "").isdecimal()]
    return Start({file: first_domain(name, max(priorities, default=0) + 1)}, {}, f"/{name}")


def start_class(roots: Sequence[str], path: str, spelling: str | None) -> Start:
    """The class at `path`, with the namespaces that it needs; `spelling` is `ael` or `yaml`, without it as most
    classes of the domain are written. Raises NotNew."""
    domain, parts = _in_domain(roots, path, "class", 2)
    *namespace, name = parts
    _check_name(name, _NAME, "a class")
    found = domain.classes.get(fold("/".join(parts)))
    if found is not None:
        raise NotNew(f"there is a class /{domain.name}/{found.path}: {found.source}")
    folder, files = _namespaces(domain, namespace)
    klass = first_class(domain.name, "/".join(parts))
    if (spelling or _usual_spelling(domain)) == "ael":
        files[f"{folder}/{name}.ael"] = print_ael(class_node(klass))
    else:
        dialect = _dialect(domain)
        files[f"{folder}/{name}.class/__class__.yaml"] = class_yaml(klass, dialect)
        for each in klass.instances:
            files[f"{folder}/{name}.class/{yaml_stem(each.name)}.yaml"] = instance_yaml(each, dialect)
    return _checked(Start(files, {}, f"/{domain.name}/{klass.path}"))


def start_instance(roots: Sequence[str], path: str) -> Start:
    """The instance at `path`, in the spelling of its class. Raises NotNew."""
    domain, klass, name = _in_class(roots, path, "instance")
    _check_name(name, _NAME, "an instance")
    if any(fold(each.name) == fold(name) for each in klass.instances):
        raise NotNew(f"there is an instance {name} in /{domain.name}/{klass.path}")
    instance = first_instance(klass, name)
    full = f"/{domain.name}/{klass.path}/{name}"
    if klass.source.endswith(".ael"):
        return Start({}, {klass.source: with_instance(_text(klass.source), instance_node(instance))}, full)
    file = os.path.join(os.path.dirname(klass.source), f"{yaml_stem(name)}.yaml")
    return _checked(Start({file: instance_yaml(instance, _dialect(domain))}, {}, full))


def start_method(roots: Sequence[str], path: str, language: str) -> Start:
    """The method at `path` in `language`, `python` or `ruby`, in the spelling of its class. Raises NotNew."""
    domain, klass, name = _in_class(roots, path, "method")
    _check_name(name, _METHOD_NAME, "a method")
    if any(fold(each.name) == fold(name) for each in klass.methods):
        raise NotNew(f"there is a method {name} in /{domain.name}/{klass.path}")
    method = first_method(name, language)
    full = f"/{domain.name}/{klass.path}/{name}"
    code = CODE[language].format(name=name, klass=klass.name)
    if klass.source.endswith(".ael"):
        stem = f"{klass.source.removesuffix('.ael')}.class/__methods__/{yaml_stem(name)}"
        changed = {klass.source: with_method(_text(klass.source), method_node(method))}
        return _checked(Start({f"{stem}{_SUFFIXES[language]}": code}, changed, full))
    stem = os.path.join(os.path.dirname(klass.source), "__methods__", yaml_stem(name))
    files = {f"{stem}.yaml": method_yaml(method, _dialect(domain)), f"{stem}{_SUFFIXES[language]}": code}
    return _checked(Start(files, {}, full))


# -- finding the place -------------------------------------------------------------------------------------------


def _domains(roots: Iterable[str]) -> list[Domain]:
    return [domain for root in roots if os.path.isdir(root) for domain in load_tree(DirectoryTree(root)).domains]


def _in_domain(roots: Sequence[str], path: str, what: str, least: int) -> tuple[Domain, list[str]]:
    """The domain with which `path` begins, or the only one there is, and the rest of the path."""
    domains = _domains(roots)
    parts = [part for part in path.split("/") if part]
    found = next((each for each in domains if parts and fold(each.name) == fold(parts[0])), None)
    if found is not None:
        parts = parts[1:]
    elif len(domains) == 1:
        found = domains[0]
    elif not domains:
        raise NotNew(f"there is no domain in {roots[0]}: make one with `aelang new domain NAME`")
    else:
        names = ", ".join(each.name for each in domains)
        raise NotNew(f"`{path}` begins with no domain; there are: {names}")
    if len(parts) < least:
        form = "/".join(("DOMAIN", "NAMESPACE", "CLASS", what.upper())[: least + 1])
        raise NotNew(f"`{path}` is too short for the path of a new {what}: write /{form}")
    return found, parts


def _in_class(roots: Sequence[str], path: str, what: str) -> tuple[Domain, Class, str]:
    domain, parts = _in_domain(roots, path, what, 3)
    *above, name = parts
    klass = domain.classes.get(fold("/".join(above)))
    if klass is None:
        full = f"/{domain.name}/{'/'.join(above)}"
        raise NotNew(f"there is no class {full}: make it with `aelang new class {full}`")
    return domain, klass, name


def _namespaces(domain: Domain, parts: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The folder of a namespace, and the files that make those of its parts that are not there yet."""
    known = {fold(each.path): os.path.dirname(each.source) for each in domain.namespaces}
    folder, files = os.path.dirname(domain.source), {}
    for at, part in enumerate(parts, 1):
        _check_name(part, _FOLDER_NAME, "a namespace")
        path = fold("/".join(parts[:at]))
        folder = known.get(path) or os.path.join(folder, part)
        if path not in known:
            files[f"{folder}/__namespace__.yaml"] = first_namespace(part)
    return folder, files


def _usual_spelling(domain: Domain) -> str:
    """How most classes of `domain` are written: `ael` in an empty one."""
    written = [klass.source.endswith(".ael") for klass in domain.classes.values()]
    return "ael" if 2 * sum(written) >= len(written) else "yaml"


def _dialect(domain: Domain) -> Dialect:
    return dialect_of(_text(domain.source))


def _text(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def _check_name(name: str, pattern: re.Pattern[str], what: str) -> None:
    if not pattern.match(name):
        signs = "letters, digits and `_`" if pattern is _METHOD_NAME else "letters, digits, `_`, `.` and `-`"
        raise NotNew(f"{what} cannot be named `{name}`: use {signs}")


def _checked(start: Start) -> Start:
    """`start`, unless one of its files is there already."""
    for path in start.files:
        if os.path.lexists(path):
            raise NotNew(f"there is a file {path} already: move it away first")
    return start
