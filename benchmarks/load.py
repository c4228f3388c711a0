"""Reading and compiling datastores: cold, warm, one file changed, ten and a hundred times as large, all the corpus."""

import itertools
import json
import platform
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from benchmarks import datastores
from benchmarks.processes import (
    BARE,
    Bench,
    Command,
    aelang,
    checker,
    checker_note,
    child,
    corpus_folder,
    domain_copy,
    settle,
)
from benchmarks.report import Broken, Figure, Skipped

_CODES = frozenset((0, 1))  # 1: the datastore has findings, which is for the tests to judge


class Cold(NamedTuple):
    """Milliseconds of a cold compilation, whole process and after imports, and of what they are held against."""

    bare: float
    whole: float
    parse: float
    after_imports: float


class Warm(NamedTuple):
    """Milliseconds of the whole process when the cache knows the datastore, and of a bare start."""

    bare: float
    unchanged: float
    one_changed: float
    counts: str


def cold_after_imports(bench: Bench) -> Figure:
    """Compiling the domain with all modules loaded and an empty cache, against the bare parse of its files."""
    cold = bench.once("cold", _cold)
    return Figure(
        cold.after_imports, cold.parse, "in process: aelang.project.open_project, all its modules imported first"
    )


def cold_to_parse(bench: Bench) -> Figure:
    """The whole process with an empty cache, against the bare parse."""
    cold = bench.once("cold", _cold)
    return Figure(cold.whole, cold.parse, checker_note(bench))


def cold_to_start(bench: Bench) -> Figure:
    """The whole process with an empty cache, against a bare start."""
    cold = bench.once("cold", _cold)
    return Figure(cold.whole, cold.bare, checker_note(bench))


def _cold(bench: Bench) -> Cold:
    command = checker(bench)
    root = str(domain_copy(bench))
    whole = {
        "bare": Command(BARE),
        "whole": Command(aelang(command, root), bench.forget_cache, _CODES),
    }
    rounds = max(3, bench.rounds // 2)
    best = bench.best(whole, rounds)
    parse, compiled = _inside(bench, root, rounds)
    return Cold(best["bare"], best["whole"], parse, compiled)


def _inside(bench: Bench, root: str, rounds: int) -> tuple[float, float]:
    names = bench.scratch / "modules.json"
    bench.forget_cache()
    names.write_text(bench.output(Command(child("modules", root)))[0], encoding="utf-8")
    job = Command(child("after-imports", root), bench.forget_cache, environment={"AELANG_BENCH_MODULES": str(names)})
    bench.output(job)
    found = [json.loads(bench.output(job)[0]) for _ in range(rounds)]
    return min(each["parse"] for each in found) * 1000, min(each["compile"] for each in found) * 1000


def warm_unchanged(bench: Bench) -> Figure:
    """The whole process when nothing changed since the last one."""
    warm = bench.once("warm", _warm)
    return Figure(warm.unchanged, warm.bare, checker_note(bench))


def warm_one_changed(bench: Bench) -> Figure:
    """The whole process when one instance file was edited since the last one."""
    warm = bench.once("warm", _warm)
    return Figure(warm.one_changed, warm.bare, "; ".join(filter(None, (warm.counts, checker_note(bench)))))


def _warm(bench: Bench) -> Warm:
    command = checker(bench)
    root = domain_copy(bench)
    run = aelang(command, str(root))
    edit = _editor(root)
    bench.forget_cache()
    bench.time(Command(run, codes=_CODES))
    unchanged = bench.best({"bare": Command(BARE), "warm": Command(run, codes=_CODES)})
    changed = bench.best({"bare": Command(BARE), "warm": Command(run, edit, _CODES)})
    said = bench.output(Command((*run, "-v"), edit, _CODES))[1].splitlines()
    counts = "; ".join(line for line in said if line.startswith(("files:", "classes:")))
    return Warm(min(unchanged["bare"], changed["bare"]), unchanged["warm"], changed["warm"], counts)


def _editor(root: Path) -> Callable[[], object]:
    """Gives the instance file in the middle of `root` another description each time it is called."""
    instances = sorted(each for each in root.rglob("*.class/*.yaml") if not each.name.startswith("__"))
    file = instances[len(instances) // 2]
    written = file.read_text(encoding="utf-8")
    numbers = itertools.count(1)
    return lambda: file.write_text(
        written.replace("    description:\n", f"    description: edit {next(numbers)}\n", 1), encoding="utf-8"
    )


def ten_times_speed(bench: Bench) -> Figure:
    """Files a second of the whole process over ten times the domain, cold."""
    one, ten = bench.once("linear", _linear)
    return Figure(ten, one, checker_note(bench))


def ten_times_linear(bench: Bench) -> Figure:
    """The time for a file at ten times the size, against that at once the size."""
    one, ten = bench.once("linear", _linear)
    return Figure(1e6 / ten, 1e6 / one, "microseconds a file, whole process less a bare start")


def _linear(bench: Bench) -> tuple[float, float]:
    """Files a second at once and ten times the size, the bare start taken off, so that only the work is compared."""
    command = checker(bench)
    folders = [bench.scratch / "generated-1", bench.scratch / "generated-10"]
    counts = [datastores.write_large(folder, scale) for folder, scale in zip(folders, (1, 10), strict=True)]
    settle(bench.scratch / "generated-10")
    best = bench.best(
        {
            "bare": Command(BARE),
            **{folder.name: Command(aelang(command, str(folder)), bench.forget_cache, _CODES) for folder in folders},
        },
        rounds=4,
    )
    shutil.rmtree(folders[1], ignore_errors=True)
    one, ten = (
        count / (best[folder.name] - best["bare"]) * 1000 for folder, count in zip(folders, counts, strict=True)
    )
    return one, ten


def hundred_times_memory(bench: Bench) -> Figure:
    """The largest peak of resident memory in MB over a hundred times the domain: cold, warm, or one file changed."""
    if platform.system() != "Linux":
        raise Skipped("the peak of memory is read from /proc/self/status, which only Linux has")
    command = checker(bench)
    folder = bench.scratch / "generated-100"
    count = datastores.write_large(folder, 100)
    settle(folder)
    found = {
        name: _peak(bench, command, folder, before)
        for name, before in (("cold", bench.forget_cache), ("warm", None), ("one file changed", _editor(folder)))
    }
    shutil.rmtree(folder, ignore_errors=True)
    peaks = ", ".join(f"{name} {each.megabytes:.0f} MB in {each.seconds:.1f} s" for name, each in found.items())
    note = f"{peaks}; cold {count / found['cold'].seconds:,.0f} files/s"
    return Figure(
        max(each.megabytes for each in found.values()), None, "; ".join(filter(None, (note, checker_note(bench))))
    )


class Peak(NamedTuple):
    """The peak of resident memory of one process, and how long it took."""

    megabytes: float
    seconds: float


def _peak(bench: Bench, command: str, folder: Path, before: Callable[[], object] | None) -> Peak:
    job = Command(child("memory", str(folder)), before, environment={"AELANG_BENCH_COMMAND": command})
    found = json.loads(bench.output(job)[0])
    if found["code"] not in (0, 1, None):
        raise Broken(f"exit code {found['code']}")
    return Peak(found["bytes"] / 1e6, found["seconds"])


class Loads(NamedTuple):
    """Milliseconds of the whole process over one folder, cold and warm, and of a bare start; the number of files."""

    bare: float
    cold: float
    warm: float
    files: int


def corpus_cold(name: str) -> Callable[[Bench], Figure]:
    """The measure of a cold load of the corpus folder `name`."""

    def measure(bench: Bench) -> Figure:
        loads = _corpus(bench, name)
        return Figure(loads.cold, loads.bare, f"{loads.files:,} YAML files")

    return measure


def corpus_warm(name: str) -> Callable[[Bench], Figure]:
    """The measure of a warm load of the corpus folder `name`."""

    def measure(bench: Bench) -> Figure:
        loads = _corpus(bench, name)
        return Figure(loads.warm, loads.bare, f"{loads.files:,} YAML files")

    return measure


def _corpus(bench: Bench, name: str) -> Loads:
    return bench.once(f"corpus {name}", lambda bench: _measure_corpus(bench, corpus_folder(name)))


def _measure_corpus(bench: Bench, folder: Path) -> Loads:
    load = aelang(checker(bench), str(folder))
    cold = bench.best({"bare": Command(BARE), "load": Command(load, bench.forget_cache, _CODES)}, rounds=3)
    warm = bench.best({"bare": Command(BARE), "load": Command(load, codes=_CODES)}, rounds=5)
    files = sum(1 for _ in folder.rglob("*.yaml"))
    return Loads(min(cold["bare"], warm["bare"]), cold["load"], warm["load"], files)
