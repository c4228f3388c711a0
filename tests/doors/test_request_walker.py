"""The dump that a method makes of its automation task and request, in a run of a worker, has every line of one that was
made on an appliance."""

import json
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.doors.stores import Aelang
from tests.transcripts import write_files

_SHARED = Path(os.environ.get("AELANG_GOLDEN", Path(__file__).resolve().parents[3] / "shared" / "golden")).parent
SAMPLE = _SHARED / "walker-sample.txt"

REGION_2 = 2_000_000_000_000
FILES = {
    "people.yaml": f"User:\n  - {{id: {REGION_2 + 1}, userid: admin, name: Administrator}}\n",
    "Bit63/Discovery/Methods.ael": """\
class Methods
  method execute
  instance ObjectWalker  execute = object_walker
  method object_walker() python
    code
      def main(evm):
          for line in evm.walk():
              evm.log("info", line)
""",
}

_ADDRESS = re.compile(r"0x[0-9a-f]+|druby://[\d.]+:\d+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_LEVELS = re.compile(r"^(?:\|    )+")


def _in_region_2(store: str) -> None:
    """Gives ids of the sample's region to all rows that are made from now on; its administrator is loaded."""
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("DELETE FROM users")
        for table in ("requests", "tasks", "approvals"):
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, REGION_2))


def _bare(line: str) -> str:
    """A line without ids, times, the address of a process and its level."""
    line = _ADDRESS.sub("@", _TIME.sub("TIME", _LEVELS.sub("", line)))
    return re.sub(r"\b\d{13}\b", "ID", line).rstrip()


def _dump(aelang: Aelang) -> list[str]:
    """What the walker said, line by line, of a request that was made, approved and worked."""
    write_files(Path.cwd(), FILES)
    aelang("store", "init")
    _in_region_2("store.sqlite")
    aelang("store", "load", "people.yaml")
    aelang("request", "create", "automation", "/Bit63/Discovery/Methods/ObjectWalker", "--approve")
    aelang("worker", "-d", ".", "--drain")
    told = aelang("request", "trace", str(REGION_2 + 1), "--json", "--context", f"automation_task_{REGION_2 + 1}")
    events = [json.loads(line) for line in told.out.splitlines()]
    said = "<AEMethod object_walker> "
    return [each["text"].removeprefix(said) for each in events if each.get("text", "").startswith(said)]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample of a dump is not here: set AELANG_GOLDEN")
def test_every_line_of_the_sample_is_in_the_dump_of_a_worked_request(
    aelang: Aelang, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AELANG_STORE", str(tmp_path / "store.sqlite"))
    found = set(map(_bare, _dump(aelang)))
    assert [] == [line for line in map(_bare, SAMPLE.read_text("utf-8").splitlines()) if line and line not in found]
