"""Confines itself, and becomes the program that its arguments name: what holds for a process holds for what it starts.

The last argument is the settings, as of the zygote; they go to the program too.
"""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import sandbox  # type: ignore[import-not-found]  # noqa: E402 - beside this file; it is no part of a package here

settings = json.loads(sys.argv[-1])
sandbox.adopt_orphans()
sandbox.forbid_new_privileges()
if not settings["network"]:
    sandbox.forbid_network()
settings["readable"] = sandbox.readable_beside(settings["base"]) if settings["fence"] else []
settings["landlock"] = sandbox.landlock_version() if settings["fence"] else 0
os.execv(sys.argv[1], [*sys.argv[1:-1], json.dumps(settings)])
