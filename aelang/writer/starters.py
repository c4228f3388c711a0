"""First versions: what `aelang new` writes, as models, so that both spellings say the same."""

from aelang.model import Class, Field, Instance, Method, Text, Value
from aelang.writer.canonical import canonical, canonical_instance, canonical_method
from aelang.writer.scalars import key_text

__all__ = ["CODE", "first_class", "first_domain", "first_instance", "first_method", "first_namespace"]

CODE = {
    "python": '''"""{name}: a method of the class {klass}."""


def main(evm):
    evm.log("info", "{name} of {klass} was called")
''',
    "ruby": """# {name}: a method of the class {klass}

$evm.log("info", "{name} of {klass} was called")
""",
}
"""The code of a new method, by language."""

_DOMAIN = """---
object_type: domain
version: 1.0
object:
  attributes:
    name: {name}
    description:
    display_name:
    priority: {priority}
    enabled: true
    source: user
"""
_NAMESPACE = """---
object_type: namespace
version: 1.0
object:
  attributes:
    name: {name}
    description:
    display_name:
    priority:
    enabled:
"""


def first_domain(name: str, priority: int) -> str:
    """The `__domain__.yaml` of a new domain."""
    return _DOMAIN.format(name=key_text(name), priority=priority)


def first_namespace(name: str) -> str:
    """The `__namespace__.yaml` of a new namespace."""
    return _NAMESPACE.format(name=key_text(name))


def first_class(domain: str, path: str) -> Class:
    """A class with an attribute, and an instance that gives it a value."""
    name = path.rpartition("/")[2]
    fields = (
        Field({"aetype": Text("attribute"), "name": Text("greeting"), "datatype": Text("string"), "priority": Text("1"),
               "default_value": Text("Hello")}),
    )  # fmt: skip
    instance = Instance({"name": Text("hello")}, (_value("greeting", f"Hello from {name}"),), "")
    return canonical(Class(domain, path, {"name": Text(name)}, fields, (instance,), (), ""))


def first_instance(klass: Class, name: str) -> Instance:
    """An instance of `klass` that gives its first attribute the value that it has anyway."""
    first = next((field for field in klass.schema if field.get("aetype") == "attribute" and field.name), None)
    values = () if first is None else (_value(first.name, first.get("default_value")),)
    return canonical_instance(Instance({"name": Text(name)}, values, ""))


def first_method(name: str, language: str) -> Method:
    """A method in `language` without inputs."""
    said = {"name": name, "scope": "instance", "language": language, "location": "inline"}
    return canonical_method(Method({key: Text(value) for key, value in said.items()}, (), (), {}, None, ""))


def _value(name: str, text: str | None) -> Value:
    return Value(Text(name), {"value": Text(text)})
