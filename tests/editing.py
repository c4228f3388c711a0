"""A datastore of two classes whose instances methods edit."""

from pathlib import Path

HEAD = "object_type: {}\nversion: 1.0\nobject:\n  attributes:\n    name: {}\n"
THING = (
    HEAD.format("class", "Thing")
    + """\
  schema:
  - field:
      aetype: attribute
      name: Color
      default_value: grey
  - field:
      aetype: attribute
      name: size
  - field:
      aetype: attribute
      name: pin
      datatype: password
"""
)
WRITTEN = """\
--- # an author's own file
object_type: instance
version: 1.0
object:
  attributes:
    # what it is called
    name: 'one'
    display_name: \n    inherits:

  fields:
  - size:
      value: 12   # centimetres
      description: how long
  - color: # as it was painted
      value: "red"
# the end
"""
RUN = (
    HEAD.format("class", "Run")
    + """\
  schema:
  - field:
      aetype: method
      name: work
      priority: 1
      default_value: work
  - field:
      aetype: relationship
      name: then
      priority: 2
      default_value: /Test/Thing/new
      collect: seen = color
"""
)
METHOD = (
    "object_type: method\nversion: 1.0\nobject:\n  attributes:\n    name: work\n"
    "    scope: instance\n    location: inline\n    language: {}\n  inputs: []\n"
)
DOMAIN = HEAD.format("domain", "Demo")
FILES = {
    "Demo/__domain__.yaml": DOMAIN,
    "Demo/Test/__namespace__.yaml": HEAD.format("namespace", "Test"),
    "Demo/Test/Thing.class/__class__.yaml": THING,
    "Demo/Test/Thing.class/one.yaml": WRITTEN,
    "Demo/Test/Run.class/__class__.yaml": RUN,
    "Demo/Test/Run.class/go.yaml": HEAD.format("instance", "go") + "  fields: []\n",
}
ONE = "/Demo/Test/Thing/one"
NEW = "/Demo/Test/Thing/new"


def write(root: Path, files: dict[str, str]) -> Path:
    """Writes `files` below `root`."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def things(store: Path) -> Path:
    """The folder of the class that is edited."""
    return store / "Demo/Test/Thing.class"
