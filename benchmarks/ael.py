"""Reading `.ael`: against the YAML of the same classes, and files that are broken.

The clock is the processor time of this process, as for runs in memory.
"""

import gc
import random
import time
from collections.abc import Callable

from aelang.diagnostics import Diagnostic
from aelang.loader.layout import lay_out
from aelang.loader.load import load_tree, roles_of
from aelang.loader.read import read_file
from aelang.loader.records import Role
from aelang.loader.trees import open_tree
from benchmarks.processes import Bench, corpus_folder
from benchmarks.report import Broken, Figure

_ROUNDS = 12
_EDITS = 400
_PIECES = ("'", '"', "(", ")", "=", ":", "  ", "\t", "#", "|", "- ", "off ", "\\", "  if ", "\n", "\n      ", "")


_MISTAKES = tuple(
    f"class A{line}\n".encode()
    for line in (
        " ?",
        "\n  state x ?",
        "\n  instance x ?",
        "\n  method x( ?",
        "\n  state x\n    y ?\t=",
        "\n  instance x\n    ?",
        "\n  method x() python\n    embeds ,",
        "\n  method x() playbook\n    options\n      = ?\n      - ' ?",
    )
)
"""A mistake for each rule of the grammar."""


def reading(bench: Bench) -> Figure:
    """Milliseconds for the `.ael` files of all classes of ManageIQ's domain; for their YAML files."""
    written, texts = _both(bench)
    found = [each for text in texts for each in read_file(Role.AEL, text).diagnostics]
    if found:
        raise Broken(f"a class was converted to what cannot be read: {found[0].message}")
    lines = sum(text.count(b"\n") for text in texts)
    note = f"{len(texts)} classes: {len(written)} files of YAML, {lines} lines of .ael"
    ael, yaml = _best(
        lambda: [read_file(Role.AEL, text) for text in texts], lambda: [read_file(*each) for each in written]
    )
    return Figure(ael, yaml, note)


def broken(bench: Bench) -> Figure:
    """The longest that it takes to read a file with random deletions, insertions and cuts, in milliseconds.

    The first mistakes of a process import lark and make its parsers; that is told apart.
    """
    _, texts = _both(bench)
    first = _taken(lambda: [read_file(Role.AEL, text) for text in _MISTAKES])
    chance = random.Random(5)  # the same files every time
    longest, most = 0.0, ""
    for _ in range(_EDITS):
        text = _edited(chance.choice(texts).decode(), chance).encode()
        taken = _taken(lambda text=text: read_file(Role.AEL, text))  # type: ignore[misc]
        if taken > longest:
            longest, most = taken, f"{len(text)} bytes"
    note = f"the longest of {_EDITS}, of {most}; {first / len(_MISTAKES):.0f} ms more where a parser is made first"
    return Figure(longest, None, note)


def _edited(text: str, chance: random.Random) -> str:
    text = text[: chance.randrange(len(text))] if chance.random() < 0.3 else text
    for _ in range(chance.choice((1, 1, 3, 10))):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(_PIECES) + text[at + chance.choice((0, 0, 1, 5, 20)) :]
    return text


def _both(bench: Bench) -> tuple[list[tuple[Role, bytes]], list[bytes]]:
    """The YAML files of the classes of the domain with their roles, and the same classes in `.ael`."""
    return bench.once("both spellings", _convert)


def _convert(bench: Bench) -> tuple[list[tuple[Role, bytes]], list[bytes]]:
    from aelang.writer.ael import print_ael
    from aelang.writer.canonical import canonical
    from aelang.writer.surface import class_node

    tree = open_tree(str(corpus_folder("manageiq-content")))
    if isinstance(tree, Diagnostic):
        raise Broken("the domain cannot be opened")
    written = [
        (role, data)
        for domain in lay_out(tree.listing(), tree.display).domains
        for folder in domain.classes
        for entry, role in roles_of(folder).items()
        for data in tree.read([entry.path])
        if isinstance(data, bytes)
    ]
    classes = (klass for domain in load_tree(tree).domains for klass in domain.classes.values())
    return written, [print_ael(class_node(canonical(klass))).encode() for klass in classes]


def _best(*works: Callable[[], object]) -> list[float]:
    """The least milliseconds of each of `works`, which take turns."""
    best = [float("inf")] * len(works)
    for _ in range(_ROUNDS):
        for at, work in enumerate(works):
            best[at] = min(best[at], _taken(work))
    return best


def _taken(work: Callable[[], object]) -> float:
    gc.collect()
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1000
