"""Cases of pages as our tests use them: read as `aelang test` reads them, written to a folder with what they lack."""

import subprocess
from pathlib import Path

from aelang.testing import pages
from aelang.testing.pages import Case, Complaint

__all__ = ["Case", "Complaint", "read_cases", "write_case"]


def read_cases(page: Path) -> list[Case]:
    """The cases of the page at `page`, in order; headings without files and commands are left out."""
    return pages.read_cases(page.read_text("utf-8"))


def write_case(folder: Path, case: Case) -> None:
    """Writes the files of `case` below `folder`, and the domain and namespace files it lacks; runs its commands."""
    files = dict(case.files)
    for path in case.files:
        for needed, text in pages.needed_files(path) if path.startswith("Demo/") else ():
            if needed not in case.without:
                files.setdefault(needed, text)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())
    for command in case.commands:
        subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True, capture_output=True)
