"""Confines itself, and becomes the program that its arguments name: the settings first, then the command."""

import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import sandbox  # type: ignore[import-not-found]

settings = json.loads(sys.argv[1])
sandbox.forbid_new_privileges()
if not settings["network"]:
    sandbox.forbid_network()
fence = None
if settings["fence"]:
    readable = sandbox.readable_beside(settings["scratch"])
    fence = sandbox.Fence([*readable, *settings["readable"]], ["/dev/null", "/dev/full", "/dev/shm", "/dev/tty"])
limits = {**settings["limits"], "processes": settings["limits"]["processes"] + sandbox.processes_of_user()}
sandbox.limit(limits)
if fence is not None:
    fence.close_in(settings["scratch"])
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as fault:
    sys.exit(f"{sys.argv[2]} cannot be run: {fault.strerror}")
