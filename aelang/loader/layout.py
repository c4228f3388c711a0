"""The layout: what each file of a tree is, told from its path alone (LANGUAGE 1, ENGINE-FACTS 9.1).

A domain is a folder with `__domain__.yaml`, a namespace one with `__namespace__.yaml`, a class one with
`__class__.yaml`, or a file of a namespace whose name ends in `.ael`. What the reference engine passes over in silence
is said here.
"""

from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import NamedTuple

from aelang.diagnostics import Diagnostic, DiagnosticKind, Severity
from aelang.loader.read import INVALID_NAME, NAMESPACE_NAME, NAMESPACE_NAME_RULE
from aelang.loader.trees import NOT_A_DATASTORE, Entry, Listing
from aelang.loader.twins import twin
from aelang.names import fold
from aelang.source import Span

__all__ = ["ClassFolder", "DomainFolder", "Layout", "MethodFiles", "NamespaceFolder", "lay_out"]

MISSING_CLASS_FILE = DiagnosticKind(
    "missing-class-file", Severity.ERROR, "the class folder `{folder}` has no `__class__.yaml`: nothing in it is read"
)
MISSING_NAMESPACE_FILE = DiagnosticKind(
    "missing-namespace-file", Severity.ERROR, "the folder `{folder}` has no `__namespace__.yaml`: nothing in it is read"
)
CLASS_OUTSIDE_NAMESPACE = DiagnosticKind(
    "class-outside-namespace", Severity.ERROR, "the class in `{folder}` is in no namespace: it is never read"
)
NESTED_DOMAIN = DiagnosticKind(
    "nested-domain", Severity.WARNING, "the domain in `{folder}` is below the domain in `{outer}`: it is never read"
)
IGNORED_FILE = DiagnosticKind("ignored-file", Severity.WARNING, "this file is never read: {reason}")

_DOMAIN, _NAMESPACE, _CLASS, _METHODS = "__domain__.yaml", "__namespace__.yaml", "__class__.yaml", "__methods__"

Display = Callable[[str], str]
"""Gives the name under which people know a path of the tree."""


class MethodFiles(NamedTuple):
    """A method's declaration, and the code files beside it that have its stem."""

    declaration: Entry
    code: tuple[Entry, ...]


class ClassFolder(NamedTuple):
    """A folder with a class, or a `.ael` file with one: `folder` below the root, `namespace` below the domain as its
    folders are named. `code` are the files in which a class written in `.ael` may have the code of its methods."""

    folder: str
    namespace: str
    declaration: Entry
    instances: tuple[Entry, ...]
    methods: tuple[MethodFiles, ...]
    code: tuple[Entry, ...] = ()

    def is_ael(self) -> bool:
        """Whether the class is written in `.ael`."""
        return self.declaration.path.endswith(".ael")

    def files(self) -> tuple[Entry, ...]:
        """Every file the class is made of."""
        methods = tuple(each for method in self.methods for each in (method.declaration, *method.code))
        return (self.declaration, *self.instances, *methods, *self.code)

    def homes(self) -> tuple[str, ...]:
        """The folders in whose `__methods__` code of the class may stand."""
        return code_homes(self.folder)

    def code_files(self) -> tuple[Entry, ...]:
        """Those of them that hold code."""
        return (*(each for method in self.methods for each in method.code), *self.code)


def code_homes(folder: str) -> tuple[str, ...]:
    """The folders in whose `__methods__` code of the class in `folder` may stand."""
    if not folder.endswith(_AEL):
        return (folder,)
    return folder, f"{folder.removesuffix(_AEL)}.class", folder.rpartition("/")[0]


class NamespaceFolder(NamedTuple):
    """A namespace: `path` below its domain, as its folders are named."""

    path: str
    declaration: Entry


class DomainFolder(NamedTuple):
    """A domain: `folder` below the root, empty where the root itself is the domain."""

    folder: str
    declaration: Entry
    namespaces: tuple[NamespaceFolder, ...]
    classes: tuple[ClassFolder, ...]


class Layout(NamedTuple):
    """The domains of a tree in the order of their folders, and what is wrong with where things stand."""

    domains: tuple[DomainFolder, ...]
    diagnostics: tuple[Diagnostic, ...]


class _Folder(NamedTuple):
    """One folder of the tree: its files by name, its folders by name."""

    path: str
    files: dict[str, Entry]
    folders: "dict[str, _Folder]"


def lay_out(listing: Listing, display: Display) -> Layout:
    """The domains among the files of `listing`; `display` names a path for diagnostics.

    Diagnostics: those of the listing, not-a-datastore, nested-domain, missing-namespace-file, missing-class-file,
    class-outside-namespace, ignored-file, case-twins among namespaces.
    """
    top = _folder_tree(listing.entries)
    survey = _Survey(display, list(listing.diagnostics))
    domains = tuple(_domains(top, survey))
    if not domains:
        reason = "it has no folder with a `__domain__.yaml`"
        help_ = "name the folder that holds the domains, or put a `__domain__.yaml` into the domain's folder"
        survey.diagnostics.append(NOT_A_DATASTORE.at(Span(display("")), help_, root=display(""), reason=reason))
    return Layout(domains, tuple(survey.diagnostics))


class _Survey(NamedTuple):
    display: Display
    diagnostics: list[Diagnostic]

    def report(self, kind: DiagnosticKind, path: str, advice: str, **holes: str) -> None:
        self.diagnostics.append(kind.at(Span(self.display(path)), advice, (), **holes))


def _folder_tree(entries: tuple[Entry, ...]) -> _Folder:
    known = {"": _Folder("", {}, {})}
    for entry in sorted(entries, key=itemgetter(0)):  # of two that claim one name the first is kept, whoever lists them
        path, _, name = entry[0].rpartition("/")
        folder = known.get(path) or _folder(path, known)
        folder.files[name] = entry
    return known[""]


def _folder(path: str, known: dict[str, _Folder]) -> _Folder:
    found = known.get(path)
    if found is None:
        parent, _, name = path.rpartition("/")
        found = known[path] = _folder(parent, known).folders[name] = _Folder(path, {}, {})
    return found


def _domains(folder: _Folder, survey: _Survey) -> list[DomainFolder]:
    """The domains at or below `folder`, by the order of their paths."""
    waiting, found = [folder], []
    while waiting:
        here = waiting.pop()
        if _DOMAIN in here.files:
            found.append(_domain(here, survey))
        else:
            _misspelt(here, _DOMAIN, survey)
            waiting.extend(here.folders[name] for name in sorted(here.folders, reverse=True))
    return found


def _domain(folder: _Folder, survey: _Survey) -> DomainFolder:
    namespaces: list[NamespaceFolder] = []
    classes: list[ClassFolder] = []
    for name in folder.files:
        if name != _DOMAIN and name.endswith(_YAML) and name[0] != ".":
            survey.report(IGNORED_FILE, _join(folder, name), _IN_CLASS, reason="it is in no class folder")
        elif name.endswith(_AEL):
            _outside(_join(folder, name), survey)
    waiting = [(folder.folders[name], name) for name in sorted(folder.folders, reverse=True)]
    while waiting:
        here, path = waiting.pop()
        if _DOMAIN in here.files:
            _nested(here, folder, survey)
        elif _NAMESPACE in here.files:
            namespaces.append(NamespaceFolder(path, here.files[_NAMESPACE]))
            _check_name(here, survey)
            _look_at_namespace(here, path, classes, survey)
            waiting.extend((here.folders[name], f"{path}/{name}") for name in sorted(here.folders, reverse=True)
                           if not _is_class(here.folders[name]))  # fmt: skip
        else:
            _not_a_namespace(here, survey, at_top="/" not in path)
    _find_twins(namespaces, survey)
    return DomainFolder(folder.path, folder.files[_DOMAIN], tuple(namespaces), tuple(classes))


def _check_name(folder: _Folder, survey: _Survey) -> None:
    """A namespace is named by its folder, whatever its file says (ENGINE-FACTS 9.1)."""
    name = folder.path.rpartition("/")[2]
    if not NAMESPACE_NAME.match(name):
        survey.report(INVALID_NAME, folder.path, NAMESPACE_NAME_RULE, what="a namespace", name=name)


_AEL = ".ael"
_HIDDEN = "its name begins with a dot"
_YAML = (".yaml", ".yml", ".YAML", ".YML", ".Yaml", ".Yml")
_IN_NAMESPACE = "move it into a folder with a `__namespace__.yaml`"
_IN_CLASS = "move it into a class folder, beside its `__class__.yaml`, or take it away"


def _is_class(folder: _Folder) -> bool:
    """A folder that is a class and no namespace; one that ends in `.class` is meant to be one."""
    return _NAMESPACE not in folder.files and (_CLASS in folder.files or folder.path.endswith(".class"))


def _look_at_namespace(folder: _Folder, path: str, classes: list[ClassFolder], survey: _Survey) -> None:
    for name in folder.files:
        if _CLASS not in folder.files and name != _NAMESPACE and name.endswith(_YAML) and name[0] != ".":
            survey.report(IGNORED_FILE, _join(folder, name), _IN_CLASS, reason="it is in no class folder")
    for name in sorted(folder.folders):
        inner = folder.folders[name]
        if _CLASS in inner.files:
            classes.append(_class(inner, path, survey))
        elif f"{name.removesuffix('.class')}{_AEL}" in folder.files and name.endswith(".class"):
            _lost(inner, survey, "its class is written in `.ael`")
        elif _is_class(inner):
            _misses_class_file(inner, survey)
    classes.extend(_classes_in_ael(folder, path, survey))


def _classes_in_ael(folder: _Folder, namespace: str, survey: _Survey) -> Iterator[ClassFolder]:
    """The classes written in `.ael`. Code of one stands in the folder that its class would have, or beside the file."""
    beside = folder.folders.get(_METHODS)
    for name, entry in folder.files.items():
        if name[0] == "." and name.endswith(_AEL):
            survey.report(IGNORED_FILE, entry.path, "give it the name of its class", reason=_HIDDEN)
        elif name.endswith(_AEL):
            home = folder.folders.get(f"{name.removesuffix(_AEL)}.class")
            folders = (home.folders.get(_METHODS) if home else None, beside)
            code = [
                file for each in folders if each for name, file in each.files.items() if name.endswith((".py", ".rb"))
            ]
            yield ClassFolder(entry.path, namespace, entry, (), (), tuple(code))


def _misses_class_file(folder: _Folder, survey: _Survey) -> None:
    near = _near(folder, _CLASS)
    advice = (
        f"name its `{near}` `{_CLASS}`"
        if near
        else "write a `__class__.yaml` with `object_type: class`, `attributes` and `schema`"
    )
    survey.report(MISSING_CLASS_FILE, folder.path, advice, folder=survey.display(folder.path))


def _near(folder: _Folder, wanted: str) -> str | None:
    """The file of `folder` that is meant for `wanted`, but spelt otherwise."""
    return next((name for name in folder.files if fold(name).replace(".yml", ".yaml") == wanted), None)


def _misspelt(folder: _Folder, wanted: str, survey: _Survey) -> None:
    near = _near(folder, wanted)
    if near:
        reason = f"it is not called `{wanted}`"
        survey.report(IGNORED_FILE, _join(folder, near), f"name it `{wanted}`", reason=reason)


def _class(folder: _Folder, namespace: str, survey: _Survey) -> ClassFolder:
    instances = []
    for name, entry in folder.files.items():
        if name in (_CLASS, _NAMESPACE):
            continue
        if not name.endswith(_YAML):
            _misplaced_code(_join(folder, name), name, survey)
        elif name[0] == "." or not name.endswith(".yaml"):
            _ignored_spelling(_join(folder, name), name, survey)
        else:
            instances.append(entry)
    methods = folder.folders.get(_METHODS)
    for name, inner in folder.folders.items():
        if name != _METHODS and _NAMESPACE not in folder.files:
            _lost(inner, survey, "it is below a class folder")
    return ClassFolder(
        folder.path, namespace, folder.files[_CLASS], tuple(instances), _methods(methods, survey) if methods else ()
    )


def _methods(folder: _Folder, survey: _Survey) -> tuple[MethodFiles, ...]:
    found = []
    for name, entry in folder.files.items():
        if name.endswith(_YAML):
            if name[0] == "." or not name.endswith(".yaml"):
                _ignored_spelling(_join(folder, name), name, survey)
                continue
            stem = name.removesuffix(".yaml")
            code = (folder.files.get(f"{stem}.py"), folder.files.get(f"{stem}.rb"))
            found.append(MethodFiles(entry, tuple(filter(None, code))))
    for inner in folder.folders.values():
        _lost(inner, survey, "it is in a folder below `__methods__`")
    return tuple(found)


def _misplaced_code(path: str, name: str, survey: _Survey) -> None:
    if name.endswith((".rb", ".py")):
        survey.report(IGNORED_FILE, path, f"move it to `{_METHODS}/{name}`", reason=f"it is not in `{_METHODS}`")
    elif name.endswith(_AEL):
        survey.report(IGNORED_FILE, path, "move it beside the class folder", reason="it is in a class folder")


def _ignored_spelling(path: str, name: str, survey: _Survey) -> None:
    stem, _, suffix = name.lstrip(".").rpartition(".")
    right = f"{stem}.yaml"
    if name[0] == ".":
        right, reason = "_" + right, _HIDDEN
    else:
        reason = f"its name ends in `.{suffix}`"
    survey.report(IGNORED_FILE, path, f"name it `{right}`", reason=reason)


def _nested(folder: _Folder, outer: _Folder, survey: _Survey) -> None:
    advice = "move it beside the outer domain"
    inner_name, outer_name = survey.display(folder.path), survey.display(outer.path)
    survey.report(NESTED_DOMAIN, _join(folder, _DOMAIN), advice, folder=inner_name, outer=outer_name)


def _not_a_namespace(folder: _Folder, survey: _Survey, *, at_top: bool) -> None:
    """A folder of a domain without `__namespace__.yaml`: said only where something of a datastore is in it."""
    if at_top and _is_class(folder):
        _outside(folder.path, survey)
    elif _holds_datastore(folder):
        near = _near(folder, _NAMESPACE)
        advice = (
            f"name its `{near}` `{_NAMESPACE}`"
            if near
            else "write a `__namespace__.yaml` with `object_type: namespace` and the folder's name"
        )
        survey.report(MISSING_NAMESPACE_FILE, folder.path, advice, folder=survey.display(folder.path))
    elif not at_top:
        _lost(folder, survey, "it is in no class folder")


def _outside(path: str, survey: _Survey) -> None:
    advice = "move it into a namespace: a folder with a `__namespace__.yaml`"
    survey.report(CLASS_OUTSIDE_NAMESPACE, path, advice, folder=survey.display(path))


def _lost(folder: _Folder, survey: _Survey, reason: str) -> None:
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        for name in here.files:
            if name in (_NAMESPACE, _CLASS):
                survey.report(IGNORED_FILE, _join(here, name), "move its folder into a namespace", reason=reason)
            elif name.endswith(_YAML) and name[0] != ".":
                survey.report(IGNORED_FILE, _join(here, name), _IN_CLASS, reason=reason)
            elif name.endswith(_AEL):
                survey.report(IGNORED_FILE, _join(here, name), _IN_NAMESPACE, reason=reason)
        waiting.extend(here.folders.values())


def _holds_datastore(folder: _Folder) -> bool:
    """Whether a class or a namespace stands somewhere in `folder`, outside of domains of its own."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        if _CLASS in here.files or _NAMESPACE in here.files or here.path.endswith(".class"):
            return True
        if any(name.endswith(_AEL) for name in here.files):
            return True
        waiting.extend(each for each in here.folders.values() if _DOMAIN not in each.files)
    return False


def _find_twins(namespaces: list[NamespaceFolder], survey: _Survey) -> None:
    seen: dict[str, NamespaceFolder] = {}
    for each in namespaces:
        first = seen.setdefault(fold(each.path), each)
        if first is not each:
            span, other = (Span(survey.display(it.declaration.path)) for it in (each, first))
            survey.diagnostics.append(twin("the namespace", each.path, span, first.path, other))


def _join(folder: _Folder, name: str) -> str:
    return f"{folder.path}/{name}" if folder.path else name
