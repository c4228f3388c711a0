"""Confines itself, and becomes the program that its arguments name: what holds for a process holds for what it starts.

The last argument is the settings, as of the zygote; they go to the program too.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import sandbox  # type: ignore[import-not-found]

settings = json.loads(sys.argv[-1])
sandbox.adopt_orphans()
sandbox.forbid_new_privileges()
if not settings["network"]:
    sandbox.forbid_network()
settings["readable"] = [*sandbox.readable_beside(settings["base"]), *settings["readable"]] if settings["fence"] else []
settings["user"] = settings["user"] and sandbox.can_become(65519)
settings["users_filter"] = sandbox.USERS_FILTER.code.hex()
settings["landlock"] = sandbox.landlock_version() if settings["fence"] else 0
os.execv(sys.argv[1], [*sys.argv[1:-1], json.dumps(settings)])
