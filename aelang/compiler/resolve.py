"""Resolve: a fixed target is led to the class that answers for it.

A target names an instance by a path without domain, and the overlay says whose instance that is: the highest enabled
domain that has the instance itself, else the highest that has a `.missing` (ENGINE-FACTS 3.1, 3.4). Only when no
enabled domain answers is the path read as one that begins with a domain, and then that domain answers even if it is
disabled (ENGINE-FACTS 3.3). The order matters: a namespace that is called like a domain goes before the domain.

What is found depends on names alone, never on what stands in another class. So each look-up leaves behind the paths
whose names it asked for; a class needs compiling again only when the names under one of them have changed.

A target that leads nowhere stays without an answer: to say so is the business of a rule, and a run raises there what
the reference engine raises.
"""

from aelang import ir
from aelang.names import MISSING_INSTANCE, InstancePath, fold, split_path

WILDCARD = "*"


def resolve_target(target: ir.Target, index: ir.Index, needs: set[str]) -> ir.Target:
    """`target` with `leads_to` filled in where a class of `index` answers; `needs` takes the folded paths asked for."""
    if target.scheme != "miqaedb" or WILDCARD in target.path:
        return target
    path = split_path(target.path)
    if not path.klass or not path.namespace:
        return target
    home = _home(path, index, needs)
    return target if home is None else target._replace(leads_to=home.path)


def _home(path: InstancePath, index: ir.Index, needs: set[str]) -> ir.ClassEntry | None:
    relative = fold(f"{path.namespace}/{path.klass}")
    needs.add(relative)
    if path.instance is None:  # a class without instance is found through a `.missing` (ENGINE-FACTS 2.4)
        return index.missing_home(relative) or index.class_at(relative)
    found = index.instance_home(relative, path.instance)
    return found if found is not None else _pinned(relative, fold(path.instance), index)


def _pinned(path: str, instance: str, index: ir.Index) -> ir.ClassEntry | None:
    entry = index.class_at(path)
    if entry is None or not (instance in entry.instances or MISSING_INSTANCE in entry.instances):
        return None
    return entry
