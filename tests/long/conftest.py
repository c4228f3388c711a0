"""The long proofs run only when they are asked for: `AELANG_LONG=20 pytest tests/long`."""

import os

from tests.requests.conftest import databases, either, server, stores

__all__ = ["databases", "either", "server", "stores"]

collect_ignore_glob = [] if os.environ.get("AELANG_LONG") else ["test_*.py"]
