"""Kept: classes between the survey and their compilation, as they are; of a large datastore, packed small.

A class as a model takes fifty times the room of the same class packed, and is four times quicker had from there than
from its files. Classes are much alike, so they are packed by what they share with the first one.
"""

import marshal
import zlib
from collections.abc import Callable
from functools import partial
from typing import Any

from aelang import model

MANY_FILES = 20_000
"""A datastore with more files than this is a large one: the classes of so many take a hundred megabytes."""

_text: Callable[[Any], model.Text] = partial(tuple.__new__, model.Text)  # half the time of `Text._make`


class KeptClasses:
    """Classes by their keys, each of which is taken out once; packed where there are `many`."""

    def __init__(self, *, many: bool) -> None:
        self._many = many
        self._classes: dict[str, model.Class] = {}
        self._packed: dict[str, bytes] = {}
        self._first = b""

    def keep(self, key: str, klass: model.Class) -> None:
        """Keep `klass`."""
        if self._many:
            self._packed[key] = self._pack(klass)
        else:
            self._classes[key] = klass

    def peek(self, key: str) -> model.Class | None:
        """The class of `key`, if it still is here; it stays."""
        packed = self._packed.get(key)
        return self._classes.get(key) if packed is None else self._unpack(packed)

    def _pack(self, klass: model.Class) -> bytes:
        """`klass` as bytes that only this object reads."""
        plain = marshal.dumps(_plain_class(klass))
        self._first = self._first or plain
        packer = zlib.compressobj(1, zdict=self._first)
        return packer.compress(plain) + packer.flush()

    def _unpack(self, packed: bytes) -> model.Class:
        return _class(marshal.loads(zlib.decompressobj(zdict=self._first).decompress(packed)))

    def drop(self, key: str) -> None:
        """Let go of the class of `key`."""
        self._classes.pop(key, None)
        self._packed.pop(key, None)


def _plain_class(klass: model.Class) -> Any:  # Any: what `marshal` takes
    return (
        klass.domain,
        klass.path,
        _plain(klass.attributes),
        [_plain(field.attributes) for field in klass.schema],
        [
            (_plain(each.attributes), [(tuple(value.name), _plain(value.attributes)) for value in each.values],
             each.source)
            for each in klass.instances
        ],
        [
            (_plain(each.attributes), [_plain(given.attributes) for given in each.inputs],
             list(map(tuple, each.embedded)), *each[3:])
            for each in klass.methods
        ],
        klass.source,
    )  # fmt: skip


def _plain(attributes: model.Attributes) -> dict[str, tuple[object, ...]]:
    return {key: tuple(text) for key, text in attributes.items()}


def _class(plain: Any) -> model.Class:
    domain, path, attributes, schema, instances, methods, source = plain
    return model.Class(
        domain,
        path,
        _attributes(attributes),
        tuple(model.Field(_attributes(each)) for each in schema),
        tuple(
            model.Instance(
                _attributes(own), tuple(model.Value(_text(name), _attributes(said)) for name, said in values), where
            )
            for own, values, where in instances
        ),
        tuple(
            model.Method(
                _attributes(own), tuple(model.Input(_attributes(each)) for each in inputs), tuple(map(_text, embedded)),
                *rest,
            )
            for own, inputs, embedded, *rest in methods
        ),
        source,
    )  # fmt: skip


def _attributes(plain: dict[str, Any]) -> model.Attributes:
    return {key: _text(said) for key, said in plain.items()}
