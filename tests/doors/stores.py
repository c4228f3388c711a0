"""A small datastore of two enabled domains and a disabled one, in files; and what a command gave."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

DOMAIN = """\
object_type: domain
version: 1.0
object:
  attributes:
    name: {name}
    priority: {priority}
    enabled: {enabled}
"""
NAMESPACE = "object_type: namespace\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n"

REQUEST = """\
object_type: class
version: 1.0
object:
  attributes:
    name: Request
    description: What people ask for
  schema:
  - field:
      aetype: attribute
      name: greeting
      datatype: string
      priority: 1
      default_value: Hello
  - field:
      aetype: attribute
      name: secret
      datatype: password
      priority: 2
      default_value: v2:{abcdef==}
  - field:
      aetype: attribute
      name: inner
      datatype: integer
      priority: 3
      visibility: private
      default_value: 7
  - field:
      aetype: relationship
      name: rel1
      priority: 4
"""
LEAF = """\
object_type: class
version: 1.0
object:
  attributes:
    name: Leaf
  schema:
  - field:
      aetype: attribute
      name: color
      datatype: symbol
      priority: 1
      default_value: green
"""
HELLO = """\
object_type: instance
version: 1.0
object:
  attributes:
    name: hello
  fields:
  - greeting:
      value: "{greeting}"
  - rel1:
      value: /System/Leaf/one
"""
PLAIN = "object_type: instance\nversion: 1.0\nobject:\n  attributes:\n    name: {name}\n  fields: []\n"
FAILING = """\
object_type: instance
version: 1.0
object:
  attributes:
    name: failing
  fields:
  - rel1:
      value: /System/Leaf/one#${..#x}
"""
METHOD = """\
object_type: method
version: 1.0
object:
  attributes:
    name: check
    location: builtin
    language: ruby
    scope: instance
  inputs: []
"""

FILES = {
    "Low/__domain__.yaml": DOMAIN.format(name="Low", priority=1, enabled="true"),
    "Low/System/__namespace__.yaml": NAMESPACE.format(name="System"),
    "Low/System/Request.class/__class__.yaml": REQUEST,
    "Low/System/Request.class/hello.yaml": HELLO.format(greeting="Hello from below"),
    "Low/System/Request.class/failing.yaml": FAILING,
    "Low/System/Request.class/__methods__/check.yaml": METHOD,
    "Low/System/Leaf.class/__class__.yaml": LEAF,
    "Low/System/Leaf.class/one.yaml": PLAIN.format(name="one"),
    "Low/System/Leaf.class/_missing.yaml": PLAIN.format(name=".missing"),
    "High/__domain__.yaml": DOMAIN.format(name="High", priority=2, enabled="true"),
    "High/System/__namespace__.yaml": NAMESPACE.format(name="System"),
    "High/System/Request.class/__class__.yaml": REQUEST,
    "High/System/Request.class/hello.yaml": HELLO.format(greeting="Hello from above"),
    "Spare/__domain__.yaml": DOMAIN.format(name="Spare", priority=3, enabled="false"),
}


class Done(NamedTuple):
    """What a command gave."""

    code: int
    out: str
    err: str


Aelang = Callable[..., Done]


def write(root: Path, files: dict[str, str]) -> Path:
    """Writes `files` below `root`."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def commit(folder: Path) -> None:
    """Makes `folder` a git repository with all that is in it committed."""
    who = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "-m", "All")):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
