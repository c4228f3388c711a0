"""Assembling: the records of one folder become a class, the classes of one domain a domain.

What only shows when files are seen together is found here: names that stand twice or differ by case. Nothing is
looked up beyond the folder.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from aelang.diagnostics import Diagnostic
from aelang.loader.allowances import Allowance
from aelang.loader.layout import ClassFolder, Display, DomainFolder, MethodFiles
from aelang.loader.records import FileRecord, placed
from aelang.loader.twins import twin
from aelang.model import Class, Domain, Field, Input, Instance, Method, Namespace, Text, Value
from aelang.names import fold
from aelang.source import Span

__all__ = ["Assembled", "assemble_class", "assemble_domain"]

_Named = TypeVar("_Named", Instance, Method)


class Assembled(NamedTuple):
    """A class with everything in its folder, all that is wrong there, and what is allowed, each with its source."""

    klass: Class
    diagnostics: tuple[Diagnostic, ...]
    allowances: tuple[tuple[str, Allowance], ...] = ()


def assemble_class(
    folder: ClassFolder, domain: str, records: Mapping[str, FileRecord], codes: Mapping[str, str], display: Display
) -> Assembled:
    """The class of `folder` in the domain named `domain`.

    `records` are keyed by path below the root and must have every YAML file of the folder; `codes` are the texts of
    its code files. A class whose own file cannot be read is named for its folder and has no fields; other files that
    cannot be read are left out. Diagnostics: those of the files, duplicate-name, case-twins.
    """
    said = [
        placed(each, display(entry.path))
        for entry in folder.files()
        if entry.path in records
        for each in records[entry.path].diagnostics
    ]
    allowances = [
        (display(entry.path), each)
        for entry in folder.files()
        if entry.path in records
        for each in records[entry.path].allowances
    ]
    own = records[folder.declaration.path]
    name = own.name.value or _stem(folder.folder)
    path = f"{folder.namespace}/{name}"
    instances = _instances(folder, records, display)
    methods = _methods(folder, records, codes, display)
    said += _twins([(each.attributes["name"], each.source) for each in instances], "the instance")
    said += _twins([(each.attributes["name"], each.source) for each in methods], "the method")
    schema = tuple(part for part in own.parts if isinstance(part, Field))
    klass = Class(
        domain, path, own.attributes, schema, _first_of_each(instances), _first_of_each(methods),
        display(folder.declaration.path),
    )  # fmt: skip
    return Assembled(klass, tuple(said), tuple(allowances))


def _stem(folder: str) -> str:
    return folder.rpartition("/")[2].removesuffix(".class")


def _instances(folder: ClassFolder, records: Mapping[str, FileRecord], display: Display) -> list[Instance]:
    found = []
    for entry in folder.instances:
        record = records[entry.path]
        if record.name.value:
            values = tuple(part for part in record.parts if isinstance(part, Value))
            found.append(Instance(record.attributes, values, display(entry.path)))
    return found


def _methods(
    folder: ClassFolder, records: Mapping[str, FileRecord], codes: Mapping[str, str], display: Display
) -> list[Method]:
    found = []
    for files in folder.methods:
        record = records[files.declaration.path]
        if record.name.value:
            code_path = _code_path(files, record)
            code = None if code_path is None else codes.get(code_path)
            inputs = tuple(part for part in record.parts if isinstance(part, Input))
            found.append(
                Method(
                    record.attributes,
                    inputs,
                    record.embedded,
                    record.options,
                    code,
                    display(files.declaration.path),
                    display(code_path) if code_path and code is not None else "",
                )
            )
    return found


def _code_path(files: MethodFiles, record: FileRecord) -> str | None:
    """The file with the method's code: only an inline method has one, in the language that it declares."""
    location, language = record.attributes.get("location"), record.attributes.get("language")
    if location is None or location.value != "inline":
        return None
    suffix = ".py" if language is not None and language.value == "python" else ".rb"
    return next((entry.path for entry in files.code if entry.path.endswith(suffix)), None)


def _first_of_each(things: Sequence[_Named]) -> tuple[_Named, ...]:
    found: dict[str, _Named] = {}
    for each in things:
        found.setdefault(fold(each.name), each)
    return tuple(found.values())


def _twins(names: Iterable[tuple[Text, str]], what: str) -> Iterator[Diagnostic]:
    seen: dict[str, tuple[Text, str]] = {}
    for name, source in names:
        first, where = seen.setdefault(fold(name.value or ""), (name, source))
        if first is not name:
            yield twin(what, name.value or "", name.span(source), first.value or "", first.span(where))


def assemble_domain(
    folder: DomainFolder, records: Mapping[str, FileRecord], classes: Iterable[Class], root: str, display: Display
) -> tuple[Domain, tuple[Diagnostic, ...]]:
    """The domain of `folder`, found in the root shown as `root`, with `classes`.

    `records` must have the domain's own file and those of its namespaces. The diagnostics are those of these files,
    and duplicate-name and case-twins among the classes.
    """
    own = records[folder.declaration.path]
    entries = (folder.declaration, *(each.declaration for each in folder.namespaces))
    said = [placed(each, display(entry.path)) for entry in entries for each in records[entry.path].diagnostics]
    by_path: dict[str, Class] = {}
    for klass in classes:
        first = by_path.setdefault(fold(klass.path), klass)
        if first is not klass:
            said.append(twin("the class", klass.path, _name_span(klass), first.path, _name_span(first)))
    namespaces = tuple(
        Namespace(each.path, records[each.declaration.path].attributes, display(each.declaration.path))
        for each in folder.namespaces
    )
    name = domain_name(folder, own, root)
    source = display(folder.declaration.path)
    return Domain(name, own.attributes, source, root, display(folder.folder), namespaces, by_path), tuple(said)


def domain_name(folder: DomainFolder, record: FileRecord, root: str) -> str:
    """The name of the domain of `folder`: the one in its file, else its folder's, else that of `root`."""
    base = root.rstrip("/:").replace(":", "/").rpartition("/")[2].partition("@")[0].removesuffix(".zip")
    return record.name.value or folder.folder.rpartition("/")[2] or base


def _name_span(klass: Class) -> Span:
    name = klass.attributes.get("name")
    return Span(klass.source) if name is None else name.span(klass.source)
