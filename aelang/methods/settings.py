"""How far a method may go: the table `[methods]` of aelang.toml, and what holds where it says nothing."""

from collections.abc import Mapping
from typing import Any, NamedTuple

MEGABYTE = 1 << 20


class Settings(NamedTuple):
    """`timeout` is in seconds of wall clock while the method works for itself, `cpu` in seconds of processor time;
    `memory`, `file`, `output` and `message` are in bytes; `nested` is how many methods may wait for each other.

    `network` and `fence` (files out of reach, by Landlock) hold where the kernel can. `user` False leaves methods of a
    root's run to root. `programs` are those that a method of location `uri` may be. `readable` paths may be read though
    they lie in the folder of temporary files. `environment` names variables that methods get to see."""

    timeout: float = 600.0
    cpu: int = 600
    memory: int = 512 * MEGABYTE
    file: int = 256 * MEGABYTE
    output: int = 4 * MEGABYTE
    message: int = 16 * MEGABYTE
    processes: int = 64
    files: int = 256
    nested: int = 32
    network: bool = True
    fence: bool = True
    user: bool = True
    programs: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The settings that `table` has, the usual ones beside. Raises ValueError for a wrong key or value."""
    usual = Settings()
    unknown = sorted(set(table) - set(Settings._fields))
    if unknown:
        raise ValueError(f"[methods] has no `{unknown[0]}`: it has {', '.join(Settings._fields)}")
    return usual._replace(**{name: _fitting(name, getattr(usual, name), value) for name, value in table.items()})


def _fitting(name: str, usual: object, value: object) -> Any:  # Any: of the type of `usual`
    match usual:
        case bool():
            if isinstance(value, bool):
                return value
        case tuple() if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        case float() if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        case int() if isinstance(value, int) and not isinstance(value, bool | float) and value > 0:
            return value
    kind = "true or false" if isinstance(usual, bool) else "a list of texts" if usual == () else "a number above 0"
    raise ValueError(f"`{name}` in [methods] is {value!r}, and not {kind}")
