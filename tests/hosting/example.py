"""The programs of `examples/hosting`, which is no package."""

import sys

from tests.transcripts import ROOT

EXAMPLE = ROOT / "examples" / "hosting"
sys.path.insert(0, str(EXAMPLE))

from compare import differences  # noqa: E402 - it lies in the example
from device import DEVICES, FAULTS, PRODUCED, Device, Hangs, line, listing  # noqa: E402 - as above
from devices import Service  # noqa: E402 - as above

__all__ = ["DEVICES", "EXAMPLE", "FAULTS", "PRODUCED", "Device", "Hangs", "Service", "differences", "line", "listing"]
