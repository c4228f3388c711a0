"""Which providers are connected: the table `[providers]` of aelang.toml.

    [providers.RHEVM]                        # by the name of the provider in the inventory
    module = "aelang.providers.simulated"    # or a file: "site/rhevm.py"
    state = "rhevm.sqlite"                   # what else the module asks for

The module has `connect(settings, folder) -> Provider`. It is imported by workers, and by nothing that only reads or
checks a datastore.
"""

import os
from collections.abc import Mapping
from typing import Any

from aelang.providers.ports import Provider


def connect_all(table: Mapping[str, Any], folder: str) -> dict[str, Provider]:
    """The providers of `table`, by name; paths in it are relative to `folder`. Raises ValueError, told for people."""
    return {name: _connect(name, settings, folder) for name, settings in table.items()}


def _connect(name: str, settings: Any, folder: str) -> Provider:  # as it was written
    if not isinstance(settings, Mapping) or not isinstance(settings.get("module"), str):
        raise ValueError(f"[providers.{name}] needs a `module`, such as aelang.providers.simulated")
    others = {key: value for key, value in settings.items() if key != "module"}
    connect = getattr(_module(name, settings["module"], folder), "connect", None)
    if connect is None:
        raise ValueError(f"[providers.{name}]: the module {settings['module']} has no `connect(settings, folder)`")
    try:
        made: Provider = connect(others, folder)
    except ValueError as fault:
        raise ValueError(f"[providers.{name}]: {fault}") from None
    return made


def _module(name: str, wanted: str, folder: str) -> Any:  # a module
    from importlib import import_module
    from importlib.util import module_from_spec, spec_from_file_location

    try:
        if not wanted.endswith(".py"):
            return import_module(wanted)
        spec = spec_from_file_location(f"aelang_provider_{name}", os.path.join(folder, wanted))
        assert spec is not None and spec.loader is not None  # its name ends in .py
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    except (ImportError, OSError, SyntaxError) as fault:
        raise ValueError(f"[providers.{name}]: the module {wanted} cannot be imported: {fault}") from None
    return module
