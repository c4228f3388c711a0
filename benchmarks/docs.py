"""`aelang docs` of ManageIQ's domain: all pages of the site, into an empty folder."""

import shutil

from benchmarks.processes import Bench, Command, aelang, built_command, domain_copy
from benchmarks.report import Figure

_VALIDATED = frozenset((0, 1))  # 1: the datastore has findings, which is for the tests to judge


def cold(bench: Bench) -> Figure:
    """The whole process with an empty cache, against a cold `validate`."""
    command = built_command(bench, "docs")
    root, made = str(domain_copy(bench)), bench.scratch / "site"

    def begin() -> None:
        bench.forget_cache()
        shutil.rmtree(made, ignore_errors=True)

    checked = Command(aelang("validate", root), bench.forget_cache, _VALIDATED)
    written = Command(aelang(command, root, "-o", str(made)), begin)
    times = bench.best({"validate": checked, "docs": written}, max(3, bench.rounds // 5))
    files = [path for path in made.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in files)
    size = sum(path.stat().st_size for path in files) / 1e6
    return Figure(times["docs"], times["validate"], f"{pages:,} pages, {size:.1f} MB")
