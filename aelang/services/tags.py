"""Tags: of requests and tasks in their options, as ids of classifications; of everything else as `category/name`."""

from collections.abc import Callable, Mapping

from aelang.interpreter.values import RunValue, Symbol, to_text
from aelang.services.options import option, put
from aelang.services.record import Record, word


def _add_tag(record: Record, name: str, category: RunValue, tag: RunValue) -> RunValue:
    """Adds a tag that exists; a category or a tag that does not is passed over, as in the reference engine."""
    found = _entry(record, category, tag)
    if found is None:
        return None
    ids = _ids(record)
    if found.id not in ids:
        put(record, _key(record), [*ids, found.id])
    return True


def _clear_tag(record: Record, name: str, category: RunValue = None, tag: RunValue = None) -> RunValue:
    """Takes away all tags, those of `category`, or one of them."""
    if category is None:
        put(record, _key(record), None)
        return None
    kept = [each.id for each in _entries(record) if not _is_meant(each, category, tag)]
    put(record, _key(record), kept)
    return None


def _get_tags(record: Record, name: str) -> RunValue:
    return _by_category(record, lambda each: each.column("name"))


def _get_tag(record: Record, name: str, category: RunValue) -> RunValue:
    found: RunValue = _by_category(record, lambda each: each.column("name")).get(Symbol(word(category)))
    return found


def _get_classifications(record: Record, name: str) -> RunValue:
    return _by_category(record, _told)


def _get_classification(record: Record, name: str, category: RunValue) -> RunValue:
    found: RunValue = _by_category(record, _told).get(Symbol(word(category)))
    return found


def _told(entry: Record) -> RunValue:
    return {Symbol("name"): entry.column("name"), Symbol("description"): entry.column("description")}


def _by_category(record: Record, told: Callable[[Record], RunValue]) -> dict[Symbol, RunValue]:
    """A value for a category with one tag, a list for one with several."""
    found: dict[Symbol, list[RunValue]] = {}
    for each in _entries(record):
        category = each.one("parent")
        if category is not None:
            found.setdefault(Symbol(to_text(category.column("name"))), []).append(told(each))
    return {category: values[0] if len(values) == 1 else values for category, values in found.items()}


def _entries(record: Record) -> list[Record]:
    found = (record.catalog.find("Classification", each) for each in _ids(record))
    return [each for each in found if each is not None]


def _ids(record: Record) -> list[int]:
    found = option(record, _key(record))
    return [each for each in found if isinstance(each, int)] if isinstance(found, list) else []


def _key(record: Record) -> str:
    return "vm_tags" if record.model_is("MiqProvisionRequest") or record.model_is("MiqProvision") else "tag_ids"


def _entry(record: Record, category: RunValue, tag: RunValue) -> Record | None:
    wanted = to_text(tag).lower()
    for each in record.many("Classification", name=word(category), parent_id=None):
        for entry in each.all("entries"):
            if to_text(entry.column("name")).lower() == wanted:
                return entry
    return None


def _is_meant(entry: Record, category: RunValue, tag: RunValue) -> bool:
    parent = entry.one("parent")
    if parent is None or to_text(parent.column("name")).lower() != word(category).lower():
        return False
    return tag in (None, "") or to_text(entry.column("name")).lower() == to_text(tag).lower()


# -- `category/name` on every record -----------------------------------------------------------------------------


def _tags(record: Record, name: str, category: RunValue = None) -> RunValue:
    """All of them as `category/name`, or the names in one category."""
    found = _assigned(record.columns)
    if category is None:
        return list(found)
    begin = word(category) + "/"
    return [each.removeprefix(begin) for each in found if each.startswith(begin)]


def _tagged_with(record: Record, name: str, category: RunValue, tag: RunValue) -> RunValue:
    return f"{word(category)}/{word(tag)}" in _assigned(record.columns)


def _tag_assign(record: Record, name: str, tag: RunValue) -> RunValue:
    wanted = _path(tag)
    record.change(lambda columns: {"tags": sorted({*_assigned(columns), wanted})})
    return True


def _tag_unassign(record: Record, name: str, tag: RunValue) -> RunValue:
    wanted = _path(tag)
    record.change(lambda columns: {"tags": [each for each in _assigned(columns) if each != wanted]})
    return True


def _path(tag: RunValue) -> str:
    found = word(tag).removeprefix("/managed/").strip("/")
    if found.count("/") != 1:
        raise ValueError(f"a tag is written `category/name`, not {found!r}")
    return found


def _assigned(columns: Mapping[str, RunValue]) -> list[str]:
    found = columns.get("tags")
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


FUNCTIONS: dict[str, Callable[..., RunValue]] = {
    each.__name__[1:]: each
    for each in (
        _add_tag, _clear_tag, _get_tags, _get_tag, _get_classifications, _get_classification, _tags, _tagged_with,
        _tag_assign, _tag_unassign,
    )
}  # fmt: skip
"""Every function by the name that the tables use, without `?`."""
