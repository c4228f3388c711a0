"""A simulated provider: it makes machines of nothing, takes its time, tells of it, and fails where it is told to.

[providers.RHEVM]
module = "aelang.providers.simulated"
state = "rhevm.sqlite"                  # what it knows, beside aelang.toml; it outlives any worker
turn = 15                               # what has happened is told at the full 15 seconds of a minute

[providers.RHEVM.seconds]               # how long things take
clone = 235

[providers.RHEVM.faults]
refuse = ["start"]                      # operations that it refuses
fail = ["clone"]                        # operations that it begins, and that come to nothing
lose = ["USER_RUN_VM"]                  # events that it does not tell, the first time
twice = ["USER_RUN_VM"]                 # events that it tells twice
late = {USER_RUN_VM = 60}               # events that it tells so many seconds later, behind those that came after
"""

import os
from collections.abc import Mapping
from typing import Any

from aelang.providers.simulated.settings import read_settings
from aelang.providers.simulated.system import Simulated


def connect(settings: Mapping[str, Any], folder: str) -> Simulated:
    """The system that `settings` describe; its state is kept in `folder`. Raises ValueError for wrong settings."""
    read = read_settings(settings)
    return Simulated(os.path.join(folder, read.state), read)
