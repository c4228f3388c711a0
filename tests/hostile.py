"""Trees that were made to hurt: each fills a folder with a datastore, and says what is found there."""

import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

DOMAIN = "object_type: domain\nobject:\n  attributes: {name: D}\n"
NAMESPACE = "object_type: namespace\nobject:\n  attributes: {name: N}\n"
CLASS = "object_type: class\nobject:\n  attributes: {name: K}\n  schema:\n  - field: {name: a, aetype: attribute}\n"
INSTANCE = "object_type: instance\nobject:\n  attributes: {name: i}\n  fields:\n  - a: {value: x}\n"
METHOD = "object_type: method\nobject:\n  attributes: {name: m, scope: instance, language: LANG, location: inline}\n"
SOUND = {"D/__domain__.yaml": DOMAIN, "D/N/__namespace__.yaml": NAMESPACE, "D/N/K.class/__class__.yaml": CLASS}
FOLDER = "D/N/K.class"


class Ended(NamedTuple):
    """How a check ended: its exit code, output, complaints, and how much memory it had at most, in MB."""

    code: int
    out: bytes
    err: bytes
    memory: int


class Hostile(NamedTuple):
    """A tree: what fills a folder with it, given how large it is to be, and a kind that is to be found there."""

    fill: Callable[[Path, int], None]
    kind: str
    root: str = "."


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Writes `files` below `folder`."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)


def validate(folder: Path, root: str, shape: str = "json") -> Ended:
    """`aelang validate` of `root` in `folder`, in a child with 10 s of processor time and 1 GB of address space.

    The child has a parent of its own: what a process had at most counts its parent, if it was forked from a large one.
    """
    ours = Path(__file__).resolve().parent.parent
    setting = {**os.environ, "PYTHONPATH": str(ours), "AELANG_CACHE": str(folder.parent / "cache")}
    command = [sys.executable, "-S", "-c", _LAUNCHER, sys.executable, "-m", "aelang", "validate", root]
    done = subprocess.run([*command, "--format", shape], cwd=folder, env=setting, capture_output=True, check=False)
    err, _, memory = done.stderr.rpartition(b"\n")
    return Ended(done.returncode, done.stdout, err, int(memory) // 1024)


_LAUNCHER = """
import os, resource, sys
child = os.fork()
if not child:
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    os.execv(sys.argv[1], sys.argv[1:])
_, status, used = os.wait4(child, 0)
sys.stderr.write("\\n%d" % used.ru_maxrss)
sys.stderr.flush()
os._exit(os.waitstatus_to_exitcode(status) & 255)
"""


def _instance(**texts: str | bytes) -> Callable[[Path, int], None]:
    def fill(folder: Path, size: int) -> None:
        write(folder, {**SOUND, **{f"{FOLDER}/{name}.yaml": text for name, text in texts.items()}})

    return fill


def _laughs(folder: Path, size: int) -> None:
    levels = "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 10))
    write(folder, {**SOUND, f"{FOLDER}/i.yaml": "a0: &a0 [x]\n" + levels + INSTANCE})


def _aliases(folder: Path, size: int) -> None:
    write(folder, {**SOUND, f"{FOLDER}/i.yaml": INSTANCE.replace("name: i", "name: &n i") + "  - a: *n\n" * size})


def _long(folder: Path, size: int) -> None:
    write(folder, {**SOUND, f"{FOLDER}/i.yaml": ""})
    with open(folder / FOLDER / "i.yaml", "wb") as file:
        file.truncate(size * 1000)


def _wide(folder: Path, size: int) -> None:
    listed = "[" + "x," * size + "]"
    write(folder, {**SOUND, f"{FOLDER}/i.yaml": INSTANCE.replace("x}", listed + "}")})


def _deep(folder: Path, size: int) -> None:
    texts = {"a": "[" * size, "b": "{a: " * size, "c": "- " * size, "d": "? " * size, "e": "&a " * size}
    texts["f"] = "".join(" " * depth + "a:\n" for depth in range(min(size, 2000)))
    write(folder, {**SOUND, **{f"{FOLDER}/{name}.yaml": text for name, text in texts.items()}})


def _links(folder: Path, size: int) -> None:
    write(folder, SOUND)
    places = {"__methods__": ".", "a.yaml": "b.yaml", "b.yaml": "a.yaml", "self.yaml": "self.yaml"}
    places |= {"out.yaml": "/etc/passwd", "zero.yaml": "/dev/zero", "gone.yaml": "gone", "../up": "..", "../top": "/"}
    for name, target in places.items():
        os.symlink(target, folder / FOLDER / name)
    for at in range(size):
        (folder / f"D/N/f{at}").mkdir()
        for other in range(size):
            os.symlink(f"../f{other}", folder / f"D/N/f{at}/l{other}")


def _special(folder: Path, size: int) -> None:
    write(folder, {**SOUND, f"{FOLDER}/__methods__/m.yaml": METHOD.replace("LANG", "ruby")})
    (folder / FOLDER / "folder.yaml").mkdir()
    for path in (f"{FOLDER}/fifo.yaml", f"{FOLDER}/__methods__/m.rb", "D/N/__class__.yaml"):
        os.mkfifo(folder / path)
    here = os.getcwd()
    os.chdir(folder / FOLDER)  # the name of a socket has to be short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind("socket.yaml")
    finally:
        os.chdir(here)


NAMES = (
    *(
        b"\xff\xfe",
        b"a\nb",
        b"a\x1b[31mred",
        b'<&">',
        b"\x01\x02",
        b"a%0Ab::error",
        b"-x",
        b".",
        b" ",
        b"]]>",
        b"x" * 250,
    ),
    "\U0001f600\u202e\ufffe".encode(),
)


def _names(folder: Path, size: int) -> None:
    write(folder, SOUND)
    for name in NAMES:
        place = os.path.join(os.fsencode(folder / FOLDER), name + b".yaml")
        with open(place, "wb") as file:
            file.write(INSTANCE.replace("- a:", '- "\\x01\\u2028\\uffff<]]>":').encode())


def _contents(folder: Path, size: int) -> None:
    texts: dict[str, str | bytes] = {
        "utf16": INSTANCE.encode("utf-16"),
        "latin": INSTANCE.replace("x", "é").encode("latin-1"),
        "nul": INSTANCE.replace("x", "a\0b"),
        "escapes": INSTANCE.replace("name: i", 'name: "a\\0\\x01\\e\\ud800\\ufffe<&>"'),
        "bytes": bytes(range(256)) * 40,
        "tag": INSTANCE.replace("x}", "!!python/object/apply:os.getpid []}"),
        "bom": "\ufeff" + INSTANCE,
        "empty": "",
    }
    write(folder, {**SOUND, **{f"{FOLDER}/{name}.yaml": text for name, text in texts.items()}})


def _long_words(folder: Path, size: int) -> None:
    texts = {
        "line": INSTANCE.replace("x}", '"' + "${/#a} " * (size // 7) + '"}'),
        "open": INSTANCE.replace("x}", '"' + "${" * size + '"}'),
        "key": INSTANCE.replace("- a:", f"- ? {'k' * size}\n    :"),
        "name": INSTANCE.replace("name: i", f"name: {'n' * size}"),
        "path": INSTANCE.replace("x}", f'"{"/a" * size}"' + "}"),
    }
    write(folder, {**SOUND, **{f"{FOLDER}/{name}.yaml": text for name, text in texts.items()}})


def _expressions(folder: Path, size: int) -> None:
    texts = ("(" * size + "1" + ")" * size, "!" * size + "true", "1+" * size + "1", "'a' == 'b' && " * size + "true")
    fields = "".join(f'  - field: {{name: f{at}, aetype: assertion, default_value: "{text}"}}\n'
                     for at, text in enumerate(texts))  # fmt: skip
    fields += f'  - field: {{name: m, aetype: method, default_value: "foo({"a => 1," * size})"}}\n'
    fields += f'  - field: {{name: s, aetype: state, on_entry: "{"m();" * size}"}}\n'
    write(folder, {**SOUND, f"{FOLDER}/__class__.yaml": CLASS + fields})


def _code(folder: Path, size: int) -> None:
    texts = (
        "a" + "+a" * size,
        "a;" * size,
        "(" * size,
        "x.instantiate('/" * size,
        '"#{' * size,
        "é" * size,
        "\0" * size,
    )
    files: dict[str, str | bytes] = {}
    for language, suffix in (("ruby", "rb"), ("python", "py")):
        for at, text in enumerate(texts):
            stem = f"{FOLDER}/__methods__/m{at}{suffix}"
            files[f"{stem}.yaml"] = METHOD.replace("LANG", language).replace("name: m", f"name: m{at}{suffix}")
            files[f"{stem}.{suffix}"] = text
    write(folder, {**SOUND, **files})


def _crowd(folder: Path, size: int) -> None:
    write(folder, {**SOUND, **{f"{FOLDER}/i{at}.yaml": INSTANCE for at in range(size)}})


def _circle(folder: Path, size: int) -> None:
    files = {**SOUND, f"{FOLDER}/__class__.yaml": CLASS.replace("attribute}", "relationship}")}
    for at in range(size):
        text = INSTANCE.replace("name: i", f"name: i{at}").replace("value: x", f"value: /N/K/i{(at + 1) % size}")
        files[f"{FOLDER}/i{at}.yaml"] = text
    write(folder, files)


def _heirs(folder: Path, size: int) -> None:
    """Each class inherits from the one before, says one word anew and one of its own; the last one's is no good."""
    files = {"D/__domain__.yaml": DOMAIN, "D/N/__namespace__.yaml": NAMESPACE}
    for at in range(size):
        fields = f"  - field: {{name: b{at}, aetype: attribute}}\n"
        head = "K" if at == 0 else f"K{at}, inherits: {f'K{at - 1}' if at > 1 else 'K'}"
        files[f"D/N/K{at or ''}.class/__class__.yaml"] = CLASS.replace("name: K", f"name: {head}") + fields
        text = INSTANCE if at == 0 else INSTANCE.replace("name: i", "name: i, inherits: i")
        files[f"D/N/K{at or ''}.class/i.yaml"] = text.replace("- a:", "- gone:") if at == size - 1 else text
    write(folder, files)


def _bomb(folder: Path, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("D/__domain__.yaml", DOMAIN)
        for at in range(12):
            archive.writestr(f"{FOLDER}/b{at}.yaml", bytes(7_000_000))


def _zip_names(folder: Path, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for path, text in SOUND.items():
            archive.writestr(path, text)
        for path in (
            "../../up.yaml",
            "/root.yaml",
            f"{FOLDER}/../../../../x.yaml",
            "C:\\x.yaml",
            f"{FOLDER}/\x1b\n.yaml",
        ):
            archive.writestr(path, INSTANCE)


def _git_names(folder: Path, size: int) -> None:
    """A tree that git itself would not write: its entries are called `..` and `.git`."""
    folder.mkdir(parents=True, exist_ok=True)

    def git(*words: str, feed: bytes = b"") -> str:
        done = subprocess.run(("git", "-C", str(folder), *words), input=feed, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def tree(*entries: tuple[str, str, bytes]) -> str:
        raw = b"".join(mode.encode() + b" " + name + b"\0" + bytes.fromhex(id_) for mode, id_, name in entries)
        return git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", feed=raw)

    git("init", "-q")
    blob, domain = (git("hash-object", "-w", "--stdin", feed=text.encode()) for text in (INSTANCE, DOMAIN))
    inner = tree(("100644", blob, b"x\n\x1b.yaml"), ("100644", blob, b"\xff.yaml"), ("120000", blob, b"z.yaml"))
    git("tag", "hostile", tree(("40000", inner, b".."), ("100644", domain, b"__domain__.yaml"), ("40000", inner, b"x")))


HOSTILE: Mapping[str, Hostile] = {
    "laughs": Hostile(_laughs, "unreadable-yaml"),
    "aliases": Hostile(_aliases, "unreadable-yaml"),
    "a long file": Hostile(_long, "unreadable-file"),
    "a wide list": Hostile(_wide, "unreadable-yaml"),
    "deep nesting": Hostile(_deep, "unreadable-yaml"),
    "links": Hostile(_links, "outside-link"),
    "what is no file": Hostile(_special, "unreadable-file"),
    "names": Hostile(_names, "unreadable-file"),
    "contents": Hostile(_contents, "unreadable-yaml"),
    "long words": Hostile(_long_words, "name-differs-from-file"),
    "expressions": Hostile(_expressions, "invalid-expression"),
    "code": Hostile(_code, "invalid-code"),
    "a crowd of one name": Hostile(_crowd, "duplicate-name"),
    "a circle": Hostile(_circle, "relationship-cycle"),
    "a line of heirs": Hostile(_heirs, "unknown-field"),
    "a zip bomb": Hostile(_bomb, "not-a-datastore", "x.zip"),
    "names in a zip": Hostile(_zip_names, "unsafe-path", "x.zip"),
    "names in git": Hostile(_git_names, "outside-link", ".@hostile"),
}
