#!/usr/bin/env python3
"""The simulated devices: dns, web, databases, mail. What they have is in the folder $HOSTING_STATE, else in `state`.

- `devices.py serve` answers orders, a line of JSON each; it prints its address.
- `devices.py list` prints what is there.
- `devices.py tell DEVICE FAULT [ACTION] [TIMES]` has the next orders, those for ACTION alone, go wrong.
- `devices.py remove DEVICE ID` is what somebody does by hand.
"""

import json
import os
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from device import CHANGES, DEVICES, FAULTS, Device, Hangs, listing  # noqa: E402 - it lies beside this program

_LONGEST = 1 << 20


class Service(socketserver.ThreadingTCPServer):
    """Answers orders for the devices in `folder`, at a port that is free."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path) -> None:
        self.devices = {name: Device(folder, name) for name in DEVICES}
        self.turn = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Order)

    @property
    def address(self) -> str:
        """Where it answers."""
        host, port = self.server_address[:2]
        return f"{host!s}:{port}"


class _Order(socketserver.StreamRequestHandler):
    server: Service

    def handle(self) -> None:
        """Answers one order; one that hangs holds on until whoever gave it hangs up."""
        try:
            order: dict[str, Any] = json.loads(self.rfile.readline(_LONGEST))
            with self.server.turn:
                answer = self.server.devices[order["device"]].answer(order)
        except Hangs:
            self.rfile.read()
            return
        except (ValueError, KeyError, TypeError) as fault:
            answer = {"error": f"not understood: {fault}", "nothing_done": True}
        self.wfile.write(json.dumps(answer).encode() + b"\n")


def main(arguments: list[str]) -> int:
    """Does what `arguments` say: 0; 2 where they say nothing that can be done."""
    folder = Path(os.environ.get("HOSTING_STATE") or "state")
    folder.mkdir(exist_ok=True)
    match arguments:
        case ["serve"]:
            with Service(folder) as service:
                print(service.address, flush=True)
                service.serve_forever()
        case ["list"]:
            for line in listing(folder):
                print(line)
        case ["tell", name, fault, *more] if name in DEVICES and fault in FAULTS and _is_sound(more):
            action = more[0] if more and not more[0].isdecimal() else ""
            times = int(more[-1]) if more and more[-1].isdecimal() else 1
            Device(folder, name).tell(fault, action, times)
        case ["remove", name, number] if name in DEVICES:
            answer = Device(folder, name).answer({"action": "delete", "id": number})
            print(answer.get("error", f"{name} has no service {number} any more"))
        case _:
            sys.stderr.write(f"{__doc__}\nFAULT is one of:\n")
            sys.stderr.writelines(f"  {name:<12}{what}\n" for name, what in FAULTS.items())
            return 2
    return 0


def _is_sound(more: list[str]) -> bool:
    rest = more[1:] if more and more[0] in CHANGES else more
    return not rest or (len(rest) == 1 and rest[0].isdecimal())


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
