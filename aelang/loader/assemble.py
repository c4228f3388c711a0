"""Assembling: the records of one folder become a class, the classes of one domain a domain.

What only shows when files are seen together is found here: names that stand twice or differ by case. Nothing is
looked up beyond the folder.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from aelang.diagnostics import Diagnostic, DiagnosticKind, Label, Severity
from aelang.loader.allowances import MARK, Allowance, find_allowances
from aelang.loader.layout import ClassFolder, Display, DomainFolder, MethodFiles
from aelang.loader.order import unread_order
from aelang.loader.records import FileRecord, Role, placed
from aelang.loader.twins import twin
from aelang.model import Class, Domain, Field, Input, Instance, Method, Namespace, Text, Value
from aelang.names import fold
from aelang.source import Span

__all__ = ["Assembled", "assemble_class", "assemble_domain"]

CLASS_IN_BOTH_SPELLINGS = DiagnosticKind(
    "class-in-both-spellings", Severity.ERROR, "the class `{name}` is written here and in `{other}`"
)
NAME_DIFFERS_FROM_FILE = DiagnosticKind(
    "name-differs-from-file", Severity.WARNING, "the {what} is named `{name}`, but its {place} is called `{file}`"
)
TWO_CODES = DiagnosticKind("two-codes", Severity.ERROR, "the code of the method `{method}` is here and in `{file}`")

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
    allowances += [
        (display(entry.path), each)
        for entry in folder.code_files()
        if MARK in codes.get(entry.path, "")
        for each in find_allowances(codes[entry.path].encode())
    ]
    own = records[folder.declaration.path]
    name = own.name.value or _stem(folder.folder)
    path = f"{folder.namespace}/{name}"
    if folder.is_ael():
        source = display(folder.declaration.path)
        instances = [_instance(each, source) for each in own.inner if each.role is Role.INSTANCE and each.name.value]
        methods, found = _methods_in_ael(folder, own, codes, display)
        said += found
    else:
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
    return folder.rpartition("/")[2].removesuffix(".class").removesuffix(".ael")


def _instances(folder: ClassFolder, records: Mapping[str, FileRecord], display: Display) -> list[Instance]:
    found = []
    for entry in folder.instances:
        record = records[entry.path]
        if record.name.value:
            found.append(_instance(record, display(entry.path)))
    return found


def _instance(record: FileRecord, source: str) -> Instance:
    return Instance(record.attributes, tuple(part for part in record.parts if isinstance(part, Value)), source)


def _methods(
    folder: ClassFolder, records: Mapping[str, FileRecord], codes: Mapping[str, str], display: Display
) -> list[Method]:
    found = []
    for files in folder.methods:
        record = records[files.declaration.path]
        if record.name.value:
            code_path = _code_path(files, record)
            code = None if code_path is None else codes.get(code_path)
            code_source = display(code_path) if code_path and code is not None else ""
            found.append(_method(record, code, display(files.declaration.path), code_source))
    return found


def _method(record: FileRecord, code: str | None, source: str, code_source: str) -> Method:
    inputs = tuple(part for part in record.parts if isinstance(part, Input))
    return Method(record.attributes, inputs, record.embedded, record.options, code, source, code_source)


def _code_path(files: MethodFiles, record: FileRecord) -> str | None:
    """The file with the method's code."""
    suffix = _code_suffix(record)
    return next((entry.path for entry in files.code if suffix and entry.path.endswith(suffix)), None)


def _code_suffix(record: FileRecord) -> str | None:
    """How the name of the file with the method's code ends: only an inline method has one, in its language."""
    location, language = record.attributes.get("location"), record.attributes.get("language")
    if location is None or location.value != "inline":
        return None
    return ".py" if language is not None and language.value == "python" else ".rb"


def _methods_in_ael(
    folder: ClassFolder, own: FileRecord, codes: Mapping[str, str], display: Display
) -> tuple[list[Method], list[Diagnostic]]:
    """The methods that the `.ael` file of `folder` declares. The code stands there, or in a file of its own."""
    source = display(folder.declaration.path)
    found: list[Method] = []
    said: list[Diagnostic] = []
    for record in own.inner:
        if record.role is not Role.METHOD or not record.name.value:
            continue
        suffix = _code_suffix(record)
        file = fold(f"/{record.name.value}{suffix}")  # ManageIQ exports the file under the name in lower case
        path = next((entry.path for entry in folder.code if suffix and fold(entry.path).endswith(file)), None)
        if path is not None and record.code is not None:
            labels = (Label(Span(display(path)), "the other one"),)
            span = Span(source, record.code.key_line, record.code.key_column, len("code"))
            advice = f"take away the body here, or the file `{display(path)}`"
            said.append(TWO_CODES.at(span, advice, labels, method=record.name.value, file=display(path)))
        if record.code is not None:
            found.append(_method(record, record.code.value, source, source)._replace(code_line=record.code.line))
        else:
            code = None if path is None else codes.get(path)
            found.append(_method(record, code, source, display(path) if path and code is not None else ""))
    return found, said


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
            said.append(_class_twin(klass, first))
    namespaces = tuple(
        Namespace(each.path, records[each.declaration.path].attributes, display(each.declaration.path))
        for each in folder.namespaces
    )
    name = domain_name(folder, own, root)
    source = display(folder.declaration.path)
    said += unread_order(own.attributes, source)
    said += [found for each in namespaces for found in _misnamed(each)]
    return Domain(name, own.attributes, source, root, display(folder.folder), namespaces, by_path), tuple(said)


def _misnamed(namespace: Namespace) -> Iterator[Diagnostic]:
    """A namespace is called as its folder is; ManageIQ does not look at the name inside."""
    name, folder = namespace.attributes.get("name"), namespace.path.rpartition("/")[2]
    if name is not None and name.value and fold(name.value) != fold(folder):
        yield NAME_DIFFERS_FROM_FILE.at(
            name.span(namespace.source),
            f"write `{folder}`: of a namespace the name of the folder counts",
            what="namespace", name=name.value, place="folder", file=folder,
        )  # fmt: skip


def _class_twin(klass: Class, first: Class) -> Diagnostic:
    """What is said of a class whose path another has."""
    if klass.source.endswith(".ael") == first.source.endswith(".ael"):
        return twin("the class", klass.path, _name_span(klass), first.path, _name_span(first))
    labels = (Label(_name_span(first), "the other one, which counts"),)
    advice = f"keep one of the two, here or in `{first.source}`"
    return CLASS_IN_BOTH_SPELLINGS.at(_name_span(klass), advice, labels, name=klass.path, other=first.source)


def domain_name(folder: DomainFolder, record: FileRecord, root: str) -> str:
    """The name of the domain of `folder`: the one in its file, else its folder's, else that of `root`."""
    base = root.rstrip("/:").replace(":", "/").rpartition("/")[2].partition("@")[0].removesuffix(".zip")
    return record.name.value or folder.folder.rpartition("/")[2] or base


def _name_span(klass: Class) -> Span:
    name = klass.attributes.get("name")
    return Span(klass.source) if name is None else name.span(klass.source)
