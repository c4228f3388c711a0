"""A PostgreSQL server of one's own: on a socket in a folder that goes with it, as an unprivileged user."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = "nobody"


def program(name: str) -> str | None:
    """The program of PostgreSQL called `name`, in the path or where Debian has it."""
    return shutil.which(name) or next(iter(sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))), None)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a new, empty server, which is gone afterwards."""
    folder = tempfile.mkdtemp(prefix="aelang-pg-")
    who = NOBODY if os.geteuid() == 0 else None
    try:
        if who is not None:
            found = pwd.getpwnam(who)
            os.chown(folder, found.pw_uid, found.pw_gid)
        data = os.path.join(folder, "data")
        _run(who, folder, "initdb", "-D", data, "-U", "aelang", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        _run(who, folder, "pg_ctl", "-D", data, "-w", "-l", os.path.join(folder, "log"), "-o", options, "start")
        try:
            yield f"postgresql://aelang@/postgres?host={folder}"
        finally:
            _run(who, folder, "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(who: str | None, folder: str, name: str, *arguments: str) -> None:
    found = program(name)
    assert found is not None
    command = (found, *arguments)
    group = None if who is None else pwd.getpwnam(who).pw_gid
    done = subprocess.run(
        command, user=who, group=group, extra_groups=[] if who else None, cwd=folder, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
