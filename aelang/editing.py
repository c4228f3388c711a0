"""Editing: methods change instances of a datastore that is a directory, and the run goes on with what came of it.

What the reference engine answers with false is false here too: an instance that is there already or is not there, a
class that is not there, a domain that is locked. What it would do and nobody could want is refused with the reason:
a name that is none, a field that the class does not have, a value that is no text, a tree that nobody can write to.

A file is written beside the old one and takes its place at once, so that nobody ever reads half of one; before that
it is read back, and thrown away unless it says what it should.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from aelang import ir, shipped
from aelang.cache import CacheError
from aelang.interpreter.ports import Locked
from aelang.interpreter.values import MASK, Password, RunValue, Symbol, remember_secret, to_text
from aelang.names import MISSING_INSTANCE, fold, split_path

if TYPE_CHECKING:
    from aelang import model
    from aelang.loader.records import FileRecord
    from aelang.project import Compilation

_NAME = r"[\w.-]+"  # not compiled here: every run imports this, and hardly any edits
_CIPHERTEXT = r"v[12]:\{[^}]*\}"
_LOCKED_SOURCES = frozenset(("system", "user_locked", "remote"))
_TRUE = frozenset(("t", "true", "1"))


class DirectoryEditor:
    """Fills `ports.DatastoreEditor` for a compiled project; `encrypt` makes the ciphertext of a password."""

    def __init__(self, compilation: "Compilation", encrypt: Callable[[str], str] | None = None) -> None:
        self._compilation = compilation
        self._encrypt = encrypt
        self._is_stale = False

    def image(self) -> ir.Image:
        """The datastore as it is after the edits. Raises ValueError where it can no longer be read."""
        return self._current().image

    def create(self, path: str, values: Mapping[str, RunValue]) -> bool:
        """Makes the instance; False where it is there already or its class is not. Raises ValueError, Locked."""
        home = self._home(path)
        if home is None or home.instance is not None:
            return False
        if (home.written.get("type") or "").strip().lower() == "abstract":
            raise ValueError(f"`/{home.path}` is an abstract class: it has no instances of its own")
        if not re.fullmatch(_NAME, home.name, re.ASCII):
            raise ValueError(f"an instance cannot be named `{home.name}`: use letters, digits, `_`, `.` and `-`")
        texts = {field: text for field, text in self._texts(home, values) if text is not _KEPT}
        if home.is_ael:
            self._rewrite(home.written.source, home.name, _Edit(new=True, values=texts), is_ael=True)
            return True
        from aelang.syntax.instance_text import new_instance

        content = new_instance(home.name, texts).encode()
        _check(content, {"name": home.name}, texts)
        _write_new(os.path.dirname(home.written.source), home.name, content)
        self._is_stale = True
        return True

    def update(self, path: str, values: Mapping[str, RunValue]) -> bool:
        """Sets values of the instance; False where it is not there. Raises ValueError, Locked."""
        home = self._home(path)
        if home is None or home.instance is None:
            return False
        texts = {field: text for field, text in self._texts(home, values) if text is not _KEPT}
        self._rewrite(home.instance.source, home.name, _Edit(values=texts), is_ael=home.is_ael)
        return True

    def delete(self, path: str) -> bool:
        """Takes the instance away; False where it is not there. Raises ValueError, Locked."""
        home = self._home(path)
        if home is None or home.instance is None:
            return False
        if home.is_ael:
            self._rewrite(home.written.source, home.name, _Edit(gone=True), is_ael=True)
            return True
        try:
            os.unlink(home.instance.source)
        except OSError as fault:
            raise _cannot(home.instance.source, fault) from None
        self._is_stale = True
        return True

    def display_name(self, path: str) -> str | None:
        """The display name of the instance, None where it has none or is not there. Raises ValueError."""
        parts = split_path(path)
        if parts.klass is None or parts.instance is None:
            return None
        try:
            written = self._current().model_class(f"{parts.namespace}/{parts.klass}")
        except CacheError as fault:
            raise _busy(fault) from None
        found = None if written is None else _instance(written, parts.instance)
        said = None if found is None else found.attributes.get("display_name")
        return None if said is None else said.value

    def set_display_name(self, path: str, name: str) -> bool:
        """Sets the display name of the instance; False where it is not there. Raises ValueError, Locked."""
        home = self._home(path)
        if home is None or home.instance is None:
            return False
        edit = _Edit(attributes={"display_name": name})
        self._rewrite(home.instance.source, home.name, edit, is_ael=home.is_ael)
        return True

    def _current(self) -> "Compilation":
        """The project as its files now are."""
        if self._is_stale:
            from aelang.project import ProjectError

            try:
                self._compilation = self._compilation.reopened()
            except ProjectError as fault:
                raise ValueError(f"after the edit the datastore cannot be read: {fault}") from None
            self._is_stale = False
        return self._compilation

    def _home(self, path: str) -> "_Home | None":
        """The class in which the instance at the full `path` is or would be; None where there is no such class.

        Raises ValueError where it cannot be edited, Locked where its domain may not be.
        """
        try:
            return self._find(path)
        except CacheError as fault:
            raise _busy(fault) from None

    def _find(self, path: str) -> "_Home | None":
        parts = split_path(path)
        domain = self._domain(parts.namespace.partition("/")[0])
        if domain is None or parts.klass is None or parts.instance is None:
            return None
        _refuse_unwritable(domain, self._compilation)
        full = f"{parts.namespace}/{parts.klass}"
        written = self._current().model_class(full)
        meaning = self._current().image.class_at(full)
        if written is None or meaning is None:
            return None
        return _Home(full, parts.instance, written, meaning, _instance(written, parts.instance))

    def _domain(self, name: str) -> "model.Domain | None":
        return next((each for each in self._current().datastore.domains if fold(each.name) == fold(name)), None)

    def _texts(self, home: "_Home", values: Mapping[str, RunValue]) -> "Iterable[tuple[str, str | None]]":
        """The fields of `values`, spelt as in the class, with their texts."""
        known = {fold(field.name): field.name for field in (*home.written.schema, *home.meaning.fields)}
        secret = {
            fold(field.name)
            for field in home.meaning.fields
            if isinstance(field, ir.AttributeField) and field.datatype == "password"
        }
        for name, value in values.items():
            if fold(name) not in known:
                raise ValueError(f"the class `/{home.path}` has no field `{name}`")
            text = _text(name, value)
            is_secret = fold(name) in secret or isinstance(value, Password)
            yield known[fold(name)], self._password(text) if is_secret else text

    def _password(self, text: str | None) -> str | None:
        """A password as it is kept: its ciphertext. The mask, which a method reads, stands for what is there."""
        if text is None or not text or re.fullmatch(_CIPHERTEXT, text):
            return text
        if text == MASK:
            return _KEPT
        remember_secret(text)
        if self._encrypt is None:
            from aelang.services.passwords import KeyFile

            self._encrypt = KeyFile().encrypt
        return self._encrypt(text)

    def _rewrite(self, source: str, name: str, edit: "_Edit", *, is_ael: bool) -> None:
        """Does `edit` to the instance `name` in the file `source`."""
        file = os.path.realpath(source)
        try:
            with open(file, "rb") as stream:
                old = stream.read()
            content = (_in_ael(old.decode(), name, edit) if is_ael else _in_yaml(old.decode(), edit)).encode()
            if is_ael:
                _check_ael(content, name, edit, old)
            else:
                _check(content, edit.attributes, edit.values, old)
            if content != old:
                from aelang.writer.files import put_file

                put_file(file, content)
        except (OSError, UnicodeDecodeError) as fault:
            raise _cannot(source, fault) from None
        except ValueError as fault:
            raise ValueError(f"{source} cannot be changed: {fault}") from None
        self._is_stale = True


class _Edit(NamedTuple):
    """What is done to an instance: made, taken away, or given attributes and values."""

    new: bool = False
    gone: bool = False
    attributes: Mapping[str, str] = {}
    values: Mapping[str, str | None] = {}


def _in_yaml(text: str, edit: _Edit) -> str:
    from aelang.syntax.instance_text import with_attribute, with_value

    for key, value in edit.attributes.items():
        text = with_attribute(text, key, value)
    for field, said in edit.values.items():
        text = with_value(text, field, said)
    return text


def _in_ael(text: str, name: str, edit: _Edit) -> str:
    from aelang.syntax.ael_nodes import InstanceNode, Scalar
    from aelang.writer.edit_ael import with_display_name, with_instance, with_value, without_instance

    if edit.gone:
        return without_instance(text, name)
    if edit.new:
        text = with_instance(text, InstanceNode(Scalar(name, 0, 0), None, None, (), (), 0, 0))
    for value in edit.attributes.values():  # an instance's display name is the only one that is ever set
        text = with_display_name(text, name, value)
    for field, said in edit.values.items():
        text = with_value(text, name, field, said)
    return text


class _Home(NamedTuple):
    """The class at the full `path`, as written and as it is run, and its instance `name`, None where it has none."""

    path: str
    name: str
    written: "model.Class"
    meaning: ir.Class
    instance: "model.Instance | None"

    @property
    def is_ael(self) -> bool:
        """Whether the class is written in one `.ael` file."""
        return self.written.source.endswith(".ael")


_KEPT = "\0kept"
"""The text of a password that stays as it is."""


def _busy(fault: CacheError) -> ValueError:
    return ValueError(f"{fault}, perhaps because another process holds it: try again")


def _instance(written: "model.Class", name: str) -> "model.Instance | None":
    return next((each for each in written.instances if fold(each.name) == fold(name)), None)


def _text(name: str, value: RunValue) -> str | None:
    """The text that the value of an instance is."""
    match value:
        case None | str():
            return value
        case bool():
            return "t" if value else "f"  # as a text column takes them
        case Password():
            return value.ciphertext
        case Symbol() | int() | float() | datetime() | date():
            return to_text(value)
        case _:
            raise ValueError(f"the value for `{name}` is no text")


def _refuse_unwritable(domain: "model.Domain", project: "Compilation") -> None:
    root = domain.root
    if root in project.settings.references and root not in project.settings.roots:
        raise ValueError(f"the domain `{domain.name}` is of a reference, which is only looked up in")
    if root == shipped.datastore_folder():
        raise ValueError(f"the domain `{domain.name}` comes with aelang: copy it, and name the copy with -d")
    if not os.path.isdir(root):
        raise ValueError(f"the domain `{domain.name}` is in {root}, which is no directory: it stays as it is")
    said = [(domain.get(key) or "").strip().lower() for key in ("source", "system")]
    if said[0] in _LOCKED_SOURCES or said[1] in _TRUE or fold(domain.name) == "manageiq":
        raise Locked(f"the domain `{domain.name}` is locked: nothing in it is changed")


def _check(
    content: bytes, attributes: Mapping[str, str], values: Mapping[str, str | None], old: bytes | None = None
) -> None:
    """Raises ValueError unless `content` says what `old` said, but for `attributes` and `values`."""
    from aelang.loader.read import read_file
    from aelang.loader.records import Role

    after = read_file(Role.INSTANCE, content)
    wanted: dict[tuple[str, str], str | None] = {**_NEW} if old is None else _says(read_file(Role.INSTANCE, old))
    wanted.update({("", key): text for key, text in attributes.items()})
    wanted.update({(fold(field), "value"): text for field, text in values.items()})
    if not after.readable or _says(after) != wanted:
        raise ValueError("it is written in a way that cannot be changed safely: edit it by hand")


def _check_ael(content: bytes, name: str, edit: _Edit, old: bytes) -> None:
    """Raises ValueError unless the `.ael` file `content` says what `old` said, but for `edit` of instance `name`."""
    from aelang.loader.ael import read_ael
    from aelang.loader.records import Role

    before, after = read_ael(old), read_ael(content)
    wanted, found = ({fold(each.name.value or ""): _says(each) for each in file.inner if each.role is Role.INSTANCE}
                     for file in (before, after))  # fmt: skip
    said = wanted.pop(fold(name), {})
    if not edit.gone:
        said = {**_NEW, ("", "name"): name} if edit.new else said
        said.update({("", key): text for key, text in edit.attributes.items()})
        said.update({(fold(field), "value"): text for field, text in edit.values.items()})
        wanted[fold(name)] = said
    methods = [[each for each in file.inner if each.role is Role.METHOD] for file in (before, after)]
    kept = before.attributes == after.attributes and before.parts == after.parts and methods[0] == methods[1]
    if not after.readable or not kept or wanted != found:
        raise ValueError("it is written in a way that cannot be changed safely: edit it by hand")


_NEW = {("", key): None for key in ("display_name", "name", "inherits", "description")}


def _says(record: "FileRecord") -> dict[tuple[str, str], str | None]:
    """All that the file of an instance says, by field and key; its attributes are those of the field ""."""
    from aelang.model import Value

    said: dict[tuple[str, str], str | None] = {("", key): text.value for key, text in record.attributes.items()}
    for part in record.parts:
        if isinstance(part, Value):
            said.update({(fold(part.name.value or ""), key): text.value for key, text in part.attributes.items()})
    return said


# -- files -------------------------------------------------------------------------------------------------------


def _write_new(folder: str, name: str, content: bytes) -> None:
    """Writes the file of a new instance in `folder`, over no other one."""
    from aelang.writer.files import add_file

    stem = "_missing" if fold(name) == MISSING_INSTANCE else f"instance{name}" if name.startswith("__") else name
    try:
        for number in count(1):
            file = f"{stem}.yaml" if number == 1 else f"{stem}_{number}.yaml"
            if add_file(os.path.join(folder, file), content):
                break
    except OSError as fault:
        raise _cannot(folder, fault) from None


def _cannot(name: str, fault: OSError | UnicodeDecodeError) -> ValueError:
    reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return ValueError(f"{name} cannot be changed: {reason.lower()}")
