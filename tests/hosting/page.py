"""The page of the example, which shows what `examples/hosting/run` prints. `python -m tests.hosting.page` writes that
anew."""

import re
import subprocess
import sys
import time

from tests.hosting.example import EXAMPLE
from tests.transcripts import at_noon

PAGE = EXAMPLE / "README.md"
_STORY = re.compile(r"(?<=\n```text\n).*?(?=\n```\n)", re.DOTALL)


def story() -> str:
    """What the example prints, its times as pages show them."""
    began = int(time.time())
    done = subprocess.run(
        [sys.executable, str(EXAMPLE / "run")], capture_output=True, text=True, check=False, timeout=120, cwd="/"
    )
    assert (0, "") == (done.returncode, done.stderr), done.stderr
    return "\n".join(map(str.rstrip, at_noon(done.stdout, began).splitlines())).strip()


def shown() -> str:
    """What the page shows."""
    found = _STORY.search(PAGE.read_text("utf-8"))
    assert found is not None
    return found[0]


if __name__ == "__main__":
    today = story()
    PAGE.write_text(_STORY.sub(lambda _: today, PAGE.read_text("utf-8")), "utf-8")
