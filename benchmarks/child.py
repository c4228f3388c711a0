"""Jobs that have to be measured from inside a fresh process; each prints one line of JSON.

modules ROOT        the modules that are loaded once ROOT has been compiled
after-imports ROOT  seconds of the bare parse of ROOT's YAML, and of its compilation once all modules are loaded;
                    the names of the modules are read from stdin's file, the path in AELANG_BENCH_MODULES
parse ROOT          seconds of the bare parse alone
memory ROOT         the peak of resident memory in bytes, after `aelang compile ROOT` or what AELANG_BENCH_COMMAND names
"""

import contextlib
import gc
import importlib
import io
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    """Runs the job that the first argument names."""
    job, root = sys.argv[1:3]
    sys.stdout.write(json.dumps(JOBS[job](root)) + "\n")


def modules(root: str) -> object:
    """The names of all modules that compiling `root` loads."""
    _compile(root)
    return [name for name in sys.modules if name != "__main__"]


def after_imports(root: str) -> object:
    """Seconds, of the processor, of the bare parse and of the compilation with everything imported."""
    for name in json.loads(Path(os.environ["AELANG_BENCH_MODULES"]).read_text(encoding="utf-8")):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    parsed = bare_parse(root)
    begin = time.process_time()
    _compile(root)
    return {"parse": parsed, "compile": time.process_time() - begin}


def parse(root: str) -> object:
    """Seconds of the bare parse."""
    return {"parse": min(bare_parse(root) for _ in range(5))}


def bare_parse(root: str) -> float:
    """Seconds of the processor to open and read every YAML file below `root` and pull its events out of clib.

    The collector is off, and the names are known before the clock starts: walking the tree is the loader's work.
    """
    from _ruamel_yaml import CParser

    names = [f"{folder}/{name}" for folder, _, files in os.walk(root) for name in files if name.endswith(".yaml")]
    gc.disable()
    begin = time.process_time()
    for name in names:
        with open(name, "rb") as file:
            parser = CParser(file.read())
        next_event = parser.get_event
        while next_event() is not None:
            pass
    taken = time.process_time() - begin
    gc.enable()
    return taken


def memory(root: str) -> object:
    """The peak of resident memory of the process after the compilation of `root` by the command line."""
    from aelang.__main__ import main as aelang

    sys.argv = ["aelang", os.environ.get("AELANG_BENCH_COMMAND", "compile"), root]
    begin = time.perf_counter()
    code: object = 0
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = aelang()  # type: ignore[func-returns-value,unused-ignore]  # some doors return, some exit
        except SystemExit as ended:
            code = ended.code
    return {"bytes": _peak(), "seconds": time.perf_counter() - begin, "code": code}


def _peak() -> int:
    # ru_maxrss would count what the parent had before this program was loaded; VmHWM is this program's own.
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise SystemExit("no VmHWM in /proc/self/status")


def _compile(root: str) -> None:
    from aelang.project import open_project

    compilation = open_project([root], remarks=True)
    _ = compilation.image, compilation.diagnostics, compilation.remarks


JOBS: dict[str, Callable[[str], object]] = {
    "modules": modules,
    "after-imports": after_imports,
    "parse": parse,
    "memory": memory,
}

if __name__ == "__main__":
    main()
