"""What holds for all tests."""

import os

# Hundreds of processes are started: the first of them keeps for the others what it compiles.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
