"""Comparing: two images become the changes from one to the other.

The order matters only for what is left out: who answers for which name comes first, so that a target which now leads
elsewhere is told once, at what it names, with the fields that lead there. Then class by class what each says. A class
that answers to nobody before and after, since it is hidden by higher domains or its domain is not enabled, is told to
have changed, not how; unless a target names it by its full path.

What takes part in a run is in the image, and nothing else: no display name, no description, no comment, no order of
keys. Whatever is in the image and is not equal is told as some change.
"""

from collections.abc import Collection, Iterator

from aelang import ir
from aelang.analysis.differences import kinds
from aelang.analysis.differences.classes import Both, class_changes
from aelang.analysis.differences.fields import target_key, targets
from aelang.analysis.differences.groups import Change
from aelang.analysis.differences.names import name_changes
from aelang.names import fold


def compare(old: ir.Image, new: ir.Image) -> list[Change]:
    """What `new` does otherwise than `old`. Raises ir.ImageError where the record of a class is damaged."""
    names = name_changes(old.index, new.index)
    users: dict[str, list[str]] = {}
    pinned: set[str] = set()
    for image in (old, new):
        for klass in _classes(image):
            _note_targets(klass, names.moved.keys(), users if image is new else None, pinned)
    changes = list(names.changes)
    for key, number in names.moved.items():
        if number is not None and key in users:
            found = changes[number]
            changes[number] = found._replace(users=tuple(dict.fromkeys((*found.users, *users[key]))))
    changes.extend(_contents(old, new, set(names.moved), pinned))
    return changes


def _classes(image: ir.Image) -> Iterator[ir.Class]:
    for entry in image.index:
        klass = image.class_at(entry.path)
        if klass is not None:
            yield klass


def _note_targets(
    klass: ir.Class, moved: Collection[str], users: dict[str, list[str]] | None, pinned: set[str]
) -> None:
    """Adds to `users` who leads to what is `moved`, to `pinned` the classes that are named by their full paths."""
    said = [("", field) for field in klass.fields]
    said += [(f"/{each.name}", field) for each in klass.instances.values() for field in each.fields.values()]
    for instance, field in said:
        for action in targets(field):
            key = target_key(action)
            if key is None:
                continue
            if users is not None and key in moved:
                users.setdefault(key, []).append(f"/{klass.path}{instance} {field.name}")
            leads_to = action.meaning.leads_to if isinstance(action.meaning, ir.Target) else None
            if leads_to is not None and key.startswith(fold(leads_to) + "/"):
                pinned.add(fold(leads_to))


def _contents(old: ir.Image, new: ir.Image, moved: set[str], pinned: set[str]) -> Iterator[Change]:
    for entry in new.index:
        before = old.index.class_at(entry.path)
        if before is None:
            continue
        was, now = old.class_at(entry.path), new.class_at(entry.path)
        if was is None or now is None:
            continue
        changes = list(class_changes(Both(was, now, moved)))
        if (
            changes
            and fold(entry.path) not in pinned
            and _is_hidden(old.index, before)
            and _is_hidden(new.index, entry)
        ):
            yield Change(kinds.HIDDEN_CHANGED, entry.path, "class", None, "changed")
        else:
            yield from changes


def _is_hidden(index: ir.Index, entry: ir.ClassEntry) -> bool:
    """Whether nobody gets to the class, its instances and its methods without its domain's name."""
    relative = entry.path.partition("/")[2]
    layers = index.layers(relative)
    if entry not in layers:
        return True
    if not entry.instances and not entry.methods:
        return layers[0] is not entry
    return all(index.instance_home(relative, name) is not entry for name in entry.instances) and all(
        index.method_home(relative, name) is not entry for name in entry.methods
    )
