"""Spellings: a class in YAML becomes its `.ael` file, and back, as the files to be written and those to be removed.

Nothing is touched here: a `Change` says what is to be done. It is read back first, and must say what the class said.
Code stays where it is, unless the other spelling would not find it there.
"""

from collections.abc import Callable, Iterator, Mapping
from posixpath import basename, dirname, splitext
from typing import NamedTuple

from aelang.loader.load import load_tree
from aelang.loader.trees import MemoryTree
from aelang.model import Class, Method
from aelang.names import fold
from aelang.syntax.ael import parse_ael
from aelang.writer.ael import print_ael
from aelang.writer.canonical import canonical, say_the_same
from aelang.writer.remarks import RemarksOf, with_remarks, yaml_with_remarks
from aelang.writer.surface import class_node
from aelang.writer.yaml import Dialect, class_yaml, instance_yaml, method_yaml, yaml_stem

__all__ = ["Change", "NotTheSame", "to_ael", "to_yaml"]

Read = Callable[[str], bytes]
"""Gives the content of a file of the tree."""


class NotTheSame(Exception):
    """The other spelling of a class would not say what it says. A fault of ours, found before anything was lost."""


class Change(NamedTuple):
    """What becomes of the files of the class that is shown as `klass`; paths are below the root of its tree. `mute`
    are those whose comments are lost."""

    klass: str
    writes: Mapping[str, bytes]
    removes: tuple[str, ...]
    mute: tuple[str, ...] = ()


class Place(NamedTuple):
    """A class with the tree that it is in: the path below the root that a source has, and what is in a file."""

    klass: Class
    path_of: Callable[[str], str]
    read: Read

    @property
    def path(self) -> str:
        """The path of the file that declares the class."""
        return self.path_of(self.klass.source)


def to_ael(place: Place) -> Change:
    """The change that puts a class of YAML files into one `.ael` file. Raises NotTheSame."""
    folder = dirname(place.path)
    stem = basename(folder).removesuffix(".class")
    target = f"{dirname(folder)}/{stem}.ael"
    klass = canonical(place.klass)
    removes = [klass.source, *(each.source for each in klass.instances), *(each.source for each in klass.methods)]
    texts = {source: place.read(place.path_of(source)).decode("utf-8-sig", "replace") for source in removes}
    node, mute = with_remarks(class_node(klass), klass, texts)
    writes = {target: print_ael(node).encode()}
    moved = _moved_code(place, f"{dirname(folder)}/{stem}.class/__methods__")
    change = Change(f"{klass.domain}/{klass.path}", {**writes, **{to: place.read(at) for at, to in moved.items()}},
                    (*map(place.path_of, removes), *moved), tuple(map(place.path_of, mute)))  # fmt: skip
    _check(place, change, target)
    return change


def _moved_code(place: Place, home: str) -> dict[str, str]:
    """The code files that the method's name would not find in the folder `home`, with where they go."""
    moved = {}
    for method in place.klass.methods:
        if not method.code_source:
            continue
        path = place.path_of(method.code_source)
        stem, suffix = splitext(basename(path))
        if dirname(path) != home or fold(stem) != fold(method.name):
            moved[path] = f"{home}/{yaml_stem(method.name)}{suffix}"
    return moved


def to_yaml(
    place: Place, dialect: Dialect, is_taken: Callable[[str, bytes], bool], is_shared: Callable[[str], bool]
) -> Change:
    """The change that puts a class of one `.ael` file into a folder of YAML files.

    `is_taken` tells whether something else than this content has a path already, `is_shared` whether another class has
    its code in that file. Raises NotTheSame.
    """
    klass = canonical(place.klass)
    folder = _Folder(f"{splitext(place.path)[0]}.class", is_taken, {})
    removes = [place.path]
    remarks = RemarksOf(parse_ael(place.read(place.path)).klass)
    for instance in klass.instances:
        said = remarks.of_instance(instance.name)
        text = yaml_with_remarks(instance_yaml(instance, dialect), ("object", "fields"), said)
        folder.add(yaml_stem(instance.name), {".yaml": text.encode()})
    for method in klass.methods:
        said = remarks.of_method(method.name)
        declaration = yaml_with_remarks(method_yaml(method, dialect), (), said).encode()
        path, code = _code(place, method)
        if path is not None and dirname(path) == f"{folder.path}/__methods__":
            folder.writes[f"{splitext(path)[0]}.yaml"] = declaration
            continue
        suffix = ".py" if method.get("language") == "python" else ".rb"
        files = {".yaml": declaration} if code is None else {".yaml": declaration, suffix: code}
        folder.add(f"__methods__/{yaml_stem(method.name)}", files)
        if path is not None and not is_shared(path):
            removes.append(path)
    text = yaml_with_remarks(class_yaml(klass, dialect), ("object", "schema"), remarks.of_class())
    folder.writes[f"{folder.path}/__class__.yaml"] = text.encode()  # last: it makes the class
    change = Change(f"{klass.domain}/{klass.path}", folder.writes, tuple(removes))
    _check(place, change, folder.path)
    return change


def _code(place: Place, method: Method) -> tuple[str | None, bytes | None]:
    """The path of the file with the code of `method`, None where it stands in the `.ael` file, and the code."""
    path = place.path_of(method.code_source) if method.code_source else place.path
    if path == place.path:
        return None, None if method.code is None else method.code.encode()
    return path, place.read(path)


class _Folder(NamedTuple):
    """The folder of a class being written, and the files in it so far."""

    path: str
    is_taken: Callable[[str, bytes], bool]
    writes: dict[str, bytes]

    def add(self, stem: str, files: Mapping[str, bytes]) -> None:
        """Adds files that are named alike, by their suffixes, under a name that nothing else has."""
        given = {fold(path) for path in self.writes}
        for each in _numbered(f"{self.path}/{stem}"):
            named = {each + suffix: content for suffix, content in files.items()}
            if not any(fold(path) in given or self.is_taken(path, content) for path, content in named.items()):
                self.writes.update(named)
                return


def _numbered(path: str) -> Iterator[str]:
    yield path
    number = 2
    while True:
        yield f"{path}_{number}"
        number += 1


def _check(place: Place, change: Change, target: str) -> None:
    """Raises NotTheSame unless the files as they will be say what the class says."""
    files = {f"D/N/{path.removeprefix(dirname(target)).lstrip('/')}": data for path, data in change.writes.items()}
    for method in place.klass.methods:
        path = place.path_of(method.code_source) if method.code_source else None
        if path is not None and path != place.path and path not in change.removes:
            files.setdefault(f"D/N/{path.removeprefix(dirname(target)).lstrip('/')}", place.read(path))
    files["D/__domain__.yaml"] = b"object_type: domain\nversion: 1.0\nobject:\n  attributes:\n    name: D\n"
    files["D/N/__namespace__.yaml"] = b"object_type: namespace\nversion: 1.0\nobject:\n  attributes:\n    name: N\n"
    found = [klass for domain in load_tree(MemoryTree("", files)).domains for klass in domain.classes.values()]
    if len(found) != 1 or not say_the_same(found[0], place.klass):
        raise NotTheSame(change.klass)
