"""Methods: what two states of one method do differently: where they run, their code, their inputs."""

from collections.abc import Iterator

from aelang import ir
from aelang.analysis.differences import kinds, texts
from aelang.analysis.differences.code import is_same_code
from aelang.analysis.differences.groups import Change
from aelang.analysis.differences.kinds import ChangeKind
from aelang.interpreter.values import MASK
from aelang.ir.texts import text_of
from aelang.names import fold


def method_changes(old: ir.Method, new: ir.Method, where: str) -> Iterator[Change]:
    """In what `new`, a method of the class `where`, differs from `old`. Code and options are never shown."""
    what = f"method `{new.name}`"
    if old.name != new.name:
        yield Change(kinds.SPELLING_CHANGED, where, f"{what} name", old.name, new.name)
    for aspect in ("location", "language", "effect"):
        before, after = getattr(old, aspect), getattr(new, aspect)
        if before != after:
            yield Change(kinds.METHOD_CHANGED, where, f"{what} {aspect}", before or None, after or None)
    if old.embedded != new.embedded:
        was, now = (", ".join(each) or None for each in (old.embedded, new.embedded))
        yield Change(kinds.METHOD_CHANGED, where, f"{what} embedded methods", was, now)
    yield from _options(old, new, what, where)
    yield from _code(old, new, what, where)
    yield from _inputs(old, new, what, where)


def _options(old: ir.Method, new: ir.Method, what: str, where: str) -> Iterator[Change]:
    for key in dict.fromkeys((*old.options, *new.options)):
        if old.options.get(key) != new.options.get(key) or (key in old.options) != (key in new.options):
            yield Change(kinds.METHOD_CHANGED, where, f"{what} option `{key}`")


def _code(old: ir.Method, new: ir.Method, what: str, where: str) -> Iterator[Change]:
    if is_same_code(new.language, old.data, new.data):
        return
    if fold(new.location) == "builtin":
        yield Change(kinds.CODE_CHANGED, where, f"{what} builtin", texts.plain(old.data), texts.plain(new.data))
    elif old.data is None or new.data is None:
        was, now = ("code" if each.data else None for each in (old, new))
        yield Change(kinds.CODE_CHANGED, where, f"{what} code", was, now)
    else:
        yield Change(kinds.CODE_CHANGED, where, f"{what} code", None, _counted(old.data, new.data))


def _counted(old: str, new: str) -> str:
    """How many lines came and went."""
    from collections import Counter

    before, after = (Counter(map(str.rstrip, text.splitlines())) for text in (old, new))
    return f"+{(after - before).total()} -{(before - after).total()} lines"


# -- inputs --------------------------------------------------------------------------------------------------------


def _inputs(old: ir.Method, new: ir.Method, what: str, where: str) -> Iterator[Change]:
    before = {fold(each.name): each for each in old.inputs}
    after = {fold(each.name): each for each in new.inputs}
    for name, each in after.items():
        if name in before:
            yield from _input(before[name], each, what, where)
        else:
            kind = kinds.INPUT_REQUIRED if each.default is None else kinds.INPUT_NEW
            yield Change(kind, where, f"{what} input `{each.name}`", None, _default(each))
    for name, each in before.items():
        if name not in after:
            yield Change(kinds.INPUT_LOST, where, f"{what} input `{each.name}`", _default(each))
    orders = ([name for name in some if name in before and name in after] for some in (before, after))
    was, now = map(", ".join, orders)
    if was != now:
        yield Change(kinds.INPUT_MOVED, where, f"{what} inputs", was, now)


def _input(old: ir.Input, new: ir.Input, what: str, where: str) -> Iterator[Change]:
    what = f"{what} input `{new.name}`"
    if old.name != new.name:
        yield Change(kinds.SPELLING_CHANGED, where, f"{what} name", old.name, new.name)
    if old.datatype != new.datatype:
        yield Change(kinds.INPUT_CHANGED, where, f"{what} datatype", old.datatype, new.datatype)
    if old.default != new.default:
        kind, was, now = _defaults(old, new)
        yield Change(kind, where, f"{what} default", was, now)


def _defaults(old: ir.Input, new: ir.Input) -> tuple[ChangeKind, str | None, str | None]:
    was, now = _default(old), _default(new)
    if new.default is None:
        return kinds.INPUT_REQUIRED, was, now
    is_hidden = was == now or MASK in (was, now)
    return kinds.SECRET_CHANGED if is_hidden else kinds.INPUT_CHANGED, was, now


def _default(declared: ir.Input) -> str | None:
    """What a caller gets who does not say it, without secrets."""
    text = text_of(declared.default)
    return MASK if text and texts.is_secret(declared.name, declared.datatype) else texts.plain(text)
