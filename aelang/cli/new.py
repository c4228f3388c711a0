"""`aelang new`: a first version of a domain, a class, an instance or a method, in its right place."""

import os
from typing import TYPE_CHECKING

from aelang.cli.console import Console
from aelang.cli.options import DATASTORE, HOW, Argument, Command, Given, Misused, Option

if TYPE_CHECKING:
    from aelang.writer.new import Start

COMMAND = Command(
    text="""Writes a first version of something that works, and says which files it wrote. NAME is a domain's name, else
a path: `/DOMAIN/NAMESPACE/CLASS`, with the name of an instance or method behind it. The domain may be left out where
there is only one. Namespaces on the way are made; nothing that is there is written over.

A class is written as most classes of its domain are, in an empty domain in `.ael`; instances and methods follow their
class. The domain is looked for in the roots of aelang.toml, without one in this folder.""",
    arguments=(
        Argument("what", "domain|class|instance|method", choices=("domain", "class", "instance", "method")),
        Argument("name", "NAME", completes="names"),
    ),
    options=(
        DATASTORE._replace(help="The folder with the domains.", many=False),
        Option(("--ael",), "Write the class in `.ael`."),
        Option(("--yaml",), "Write the class in YAML."),
        Option(("--language",), "The language of a method; `python` if not said.", choices=("python", "ruby")),
        *HOW,
    ),
    examples=(
        ("aelang new domain Shop", "a domain in this folder"),
        ("aelang new domain Shop && aelang new class /Shop/Orders/Order", "a class, in `.ael`"),
        ("aelang new domain Shop && aelang new class /Orders/Order --yaml && aelang new method /Orders/Order/notify",
         "a class in YAML, and a method of it in Python"),
    ),
)  # fmt: skip


def execute(given: Given) -> int:
    """Writes; 1 where something stands in the way. Raises Misused."""
    from aelang.writer.new import NotNew

    console = Console(given)
    try:
        start = _start(given)
        _write(start)
    except NotNew as fault:
        console.error(str(fault))
        return 1
    except ValueError as fault:
        console.error(f"the class cannot be changed: {fault}")
        return 1
    except OSError as fault:
        console.error(f"{fault.filename}: {(fault.strerror or str(fault)).lower()}")
        return 1
    for path in (*start.changed, *start.files):
        console.result(path)
    console.note(_next(given, start))
    return 0


def _start(given: Given) -> "Start":
    from aelang.writer.new import start_class, start_domain, start_instance, start_method

    what, name = given.text("what"), given.text("name") or ""
    if given.flag("ael") and given.flag("yaml"):
        raise Misused("`--ael` and `--yaml` are two spellings: leave one out")
    spelling = "ael" if given.flag("ael") else "yaml" if given.flag("yaml") else None
    if spelling and what in ("instance", "method"):
        raise Misused(f"{what} is written as its class is: leave out `--{spelling}`")
    if given.text("language") and what != "method":
        raise Misused("`--language` is for methods")
    roots = _roots(given)
    match what:
        case "domain":
            return start_domain(roots, name)
        case "class":
            return start_class(roots, name, spelling)
        case "instance":
            return start_instance(roots, name)
        case _:
            return start_method(roots, name, given.text("language") or "python")


def _roots(given: Given) -> list[str]:
    """The folders with domains: that of `-d`, those of aelang.toml, else this one."""
    from aelang.config import find_config, read_config

    said = given.text("datastore")
    if said is not None:
        return [said]
    path = find_config(".")
    if path is None:
        return ["."]
    config, _ = read_config(path)
    folders = [os.path.relpath(os.path.join(config.folder, root)) for root in config.roots]
    return [folder for folder in folders if os.path.isdir(folder)] or [os.path.relpath(config.folder)]


def _write(start: "Start") -> None:
    from aelang.writer.files import add_file, put_file
    from aelang.writer.new import NotNew

    for path, text in start.files.items():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        if not add_file(path, text.encode()):
            raise NotNew(f"there is a file {path} already: move it away first")
    for path, text in start.changed.items():
        put_file(os.path.realpath(path), text.encode())


def _next(given: Given, start: "Start") -> str:
    """What to do with what is new."""
    from aelang.config import find_config

    said = given.text("datastore")
    root = said or ("" if find_config(".") else ".")
    where = f"-d {root} " if root else ""
    match given.text("what"):
        case "domain":
            return f"next: aelang new class {where if said else ''}{start.path}/NAMESPACE/CLASS"
        case "class":
            return f"next: aelang run {where}{start.path}/hello"
        case "instance":
            return f"next: aelang run {where}{start.path}"
        case _:
            return f"next: name it in a field of the class: `method FIELD = {start.path.rpartition('/')[2]}`"
