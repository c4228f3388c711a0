"""Look-up: the class or the instance that answers for a path, read from the index alone."""

from aelang import ir
from aelang.analysis.listing import scope_of
from aelang.names import MISSING_INSTANCE, fold


def is_known(index: ir.Index, path: str) -> bool:
    """Whether `path` names an instance, one that `.missing` would answer for, or a class."""
    return find_instance(index, path) is not None or find_class(index, path) is not None


def find_class(index: ir.Index, path: str) -> tuple[ir.ClassEntry, tuple[str, ...]] | None:
    """The class at `path` that answers first, and the domains that have one there; None without any."""
    scope = scope_of(index, path)
    if scope.domain is None:
        found = index.layers(scope.relative)
    else:
        one = index.class_at(f"{scope.domain}/{scope.relative}")
        found = () if one is None else (one,)
    return (found[0], _domains(found)) if found else None


def find_instance(index: ir.Index, path: str) -> tuple[ir.ClassEntry, str, tuple[str, ...]] | None:
    """The class that answers for the instance at `path`, the name it is asked for, and the domains that have it.

    Where none has it, `.missing` answers, and the domain is that one's. None where nothing answers.
    """
    scope = scope_of(index, path)
    klass, _, name = scope.relative.rpartition("/")
    if scope.domain is None:
        layers = tuple(entry for entry in index.layers(klass) if fold(name) in entry.instances)
        home = index.instance_home(klass, name)
    else:
        home = index.class_at(f"{scope.domain}/{klass}")
        layers = (home,) if home is not None and fold(name) in home.instances else ()
    if home is None or not (layers or MISSING_INSTANCE in home.instances):
        return None
    return home, name, _domains(layers or (home,))


def _domains(entries: tuple[ir.ClassEntry, ...]) -> tuple[str, ...]:
    return tuple(entry.path.partition("/")[0] for entry in entries)
