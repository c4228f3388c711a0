"""The workspace written out: as XML in the reference engine's form."""

from datetime import datetime

from aelang.interpreter.values import (
    MASK,
    Password,
    RunValue,
    Symbol,
    inspect,
    mask_secrets,
    masked,
    to_text,
    type_name,
)
from aelang.interpreter.workspace import Workspace, WorkspaceObject


def workspace_xml(workspace: Workspace, *, private: bool = False) -> str:
    """The roots of `workspace` as XML, two blanks a level; private attributes only where `private` asks for them."""
    lines = ["<MiqAeWorkspace>"]
    for root in workspace.roots:
        _object_xml(root, 1, lines, private=private)
    return mask_secrets("\n".join([*lines, "</MiqAeWorkspace>"]) + "\n")


def shown_attributes(obj: WorkspaceObject, *, private: bool = False) -> dict[str, RunValue]:
    """The attributes of `obj` as its caller may see them, sorted by name; passwords in them are masked by value."""
    return {name: masked(obj.attributes[name]) for name in sorted(obj.attributes) if private or name not in obj.private}


def shown_variables(workspace: Workspace) -> dict[str, RunValue]:
    """The state variables as the caller may see them: passwords in them are masked by value."""
    return {name: masked(value) for name, value in workspace.state_vars.items()}


def _object_xml(obj: WorkspaceObject, depth: int, lines: list[str], *, private: bool) -> None:
    pad = "  " * depth
    names = f'namespace="{_escape(obj.namespace)}" class="{_escape(obj.klass)}" instance="{_escape(obj.instance)}"'
    lines.append(f"{pad}<MiqAeObject {names}>")
    for name, value in shown_attributes(obj, private=private).items():
        _element("MiqAeAttribute", f'name="{_escape(name)}"', value, depth + 1, lines)
    for child in obj.children:
        _object_xml(child, depth + 1, lines, private=private)
    lines.append(f"{pad}</MiqAeObject>")


def _element(tag: str, named: str, value: RunValue, depth: int, lines: list[str]) -> None:
    pad = "  " * depth
    lines.append(f"{pad}<{tag} {named}>")
    _value_xml(value, depth + 1, lines)
    lines.append(f"{pad}</{tag}>")


def _value_xml(value: RunValue, depth: int, lines: list[str]) -> None:
    pad = "  " * depth
    if type(value) is str:  # most are
        lines.append(f"{pad}<String>{_escape(value)}</String>")
        return
    match value:
        case Password():
            lines.append(f"{pad}<Password>{MASK}</Password>")
        case bool() | int() | str() | Symbol():
            name = type_name(value)
            lines.append(f"{pad}<{name}>{_escape(to_text(value))}</{name}>")
        case list():
            lines.append(f"{pad}<Array>")
            for at, each in enumerate(value, 1):
                _element("Element", f'index="{at}"', each, depth + 1, lines)
            lines.append(f"{pad}</Array>")
        case dict():
            lines.append(f"{pad}<Hash>")
            for key, each in value.items():
                _element("Key", f'name="{_escape(to_text(key))}"', each, depth + 1, lines)
            lines.append(f"{pad}</Hash>")
        case None | float() | datetime():
            name = type_name(value)
            text = inspect(value).replace("]]>", "]]]]><![CDATA[>")
            lines.extend((f"{pad}<{name}>", f"{pad}  <![CDATA[{text}]]>", f"{pad}</{name}>"))
        case _:
            tag = value.class_name.replace("::", "-")
            lines.append(f'{pad}<{tag} object_id="{value.id}" id="{value.id}"/>')


def _escape(text: str) -> str:
    if text.isascii() and text.isprintable() and not ("&" in text or "<" in text or ">" in text or '"' in text):
        return text
    clean = "".join(character if character >= " " or character in "\t\n\r" else "\ufffd" for character in text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
