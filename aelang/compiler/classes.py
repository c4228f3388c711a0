"""Classes: a class and its instances become fields that say what to do.

The rules, in the order in which they are carried out (ENGINE-FACTS 1.4, 5.1, 5.2, 5.9; LANGUAGE 2):

1. Fields go by priority; one without a priority that can be read goes last, and equals keep the order of the file.
   Inherited ones come first (`inherit`). A field without a kind, or of a kind that no run knows, takes no part.
2. A value is the instance's unless that is blank, else the class's default. With the data type "null coalescing" it
   is the instance's unless that is nil. Collect, on_entry, on_exit, on_error, max_retries and max_time follow the
   first rule, and so do condition and undo. Values find their fields by name, in any case.
3. What is left is text, and `lower` says what it means. A fixed target is led to the class that answers for it
   (`resolve`).

An instance holds only the fields in which it says something of its own; all others are the class's.
"""

from typing import Any, NamedTuple

from aelang import ir, model
from aelang.compiler import lower
from aelang.compiler.frames import COALESCING, Bench, Kin, Said, Slot, Text, frames_of, substitutes
from aelang.compiler.inherit import Effective, Layer, inherit, priority
from aelang.compiler.inherit_values import values_of
from aelang.compiler.library import Library, ReadClass, no_class
from aelang.compiler.overlay import by_folded_name
from aelang.diagnostics import Diagnostic
from aelang.names import is_blank


class Compiled(NamedTuple):
    """A compiled class, what was found on the way, and what it depends on: the folded paths whose names were asked
    for (`needs`), and the folded full paths of the classes whose content was read (`reads`). What its parent depends
    on is not among them. `heir` is what the class has beyond its parent, None where it is stored as a whole."""

    klass: ir.Class
    diagnostics: tuple[Diagnostic, ...]
    needs: frozenset[str]
    reads: frozenset[str] = frozenset()
    heir: ir.Heir | None = None


def compile_class(klass: model.Class, index: ir.Index, read: ReadClass = no_class, kin: Kin | None = None) -> Compiled:
    """What `klass` means. A class can be compiled whatever is in it.

    `index` has every name of the datastore; `read` gives the classes that others inherit from, by their full paths.
    Who compiles several hands the same `kin` on: what was found of a parent is used again.
    """
    kin = kin or Kin()
    library = Library(index, read, kin.known)
    effective = inherit(klass, library)
    frame, above = frames_of(effective, library, kin)
    bench = Bench(f"{klass.domain}/{klass.path}", library, frame.sources)
    library.needs |= frame.needs
    bench.diagnostics += [*effective.diagnostics, *frame.diagnostics]
    instances = {
        name: _instance(instance, effective, frame.slots, bench)
        for name, instance in by_folded_name(klass.instances).items()
    }
    methods = {name: _method(method, bench) for name, method in by_folded_name(klass.methods).items()}
    compiled = ir.Class(
        bench.path, tuple(bench.sources), frame.fields, instances, methods, frame.ancestors, effective.fault
    )
    heir = None if above is None else ir.heir_of(compiled, above.fields, len(above.sources))
    return Compiled(compiled, tuple(bench.diagnostics), frozenset(library.needs), frozenset(library.reads), heir)


# -- instances and methods ---------------------------------------------------------------------------------------


def _instance(instance: model.Instance, effective: Effective, slots: dict[str, Slot], bench: Bench) -> ir.Instance:
    values = values_of(instance, effective, bench.parents)
    bench.diagnostics.extend(values.diagnostics)
    speaker = f"/{bench.path}/{instance.name}"
    own: dict[int, ir.Field] = {}
    for name, layers in values.layers.items():
        slot = slots.get(name)
        if slot is not None and any(_says_something(layer, slot.coalesces) for layer in layers):
            own[slot.at] = slot.make(Said(slot.written, speaker, layers), bench)
    name_said = instance.attributes.get("name", model.Text(None))
    place = bench.place(instance.source, name_said.line, name_said.column)
    return ir.Instance(instance.name, place, dict(sorted(own.items())), values.fault)


_OVERRIDING = frozenset(("collect", "on_entry", "on_exit", "on_error", "max_retries", "max_time", "condition", "undo"))


def _says_something(layer: Layer, coalesces: bool) -> bool:
    for key, said in layer.attributes.items():
        text = said.value
        if key == "value" and text is not None and (coalesces or not is_blank(text)):
            return True
        if key in _OVERRIDING and not is_blank(text):
            return True
    return False


def _method(method: model.Method, bench: Bench) -> ir.Method:
    name = method.attributes.get("name", model.Text(None))
    location = (method.get("location") or "").strip()
    effect = (method.get("effect") or "").strip().lower()
    inputs = sorted(method.inputs, key=lambda each: priority(each.get("priority")))
    return ir.Method(
        path=f"{bench.path}/{method.name}",
        location=location,
        language=method.get("language") or "",
        data=method.code if location == "inline" and method.code is not None else method.get("data"),
        inputs=tuple(_input(each, method.source, bench) for each in inputs),
        embedded=tuple(each.value for each in method.embedded if each.value),
        place=bench.place(method.source, name.line, name.column),
        effect=effect if effect in ("none", "once") else "idempotent",
        options=_frozen(dict(method.options)),
        code_line=method.code_line if method.code_source == method.source else 0,
    )


def _frozen(data: Any) -> Any:  # Any: an author's own tree of JSON data
    """`data` with tuples for its lists."""
    if isinstance(data, dict):
        return {key: _frozen(value) for key, value in data.items()}
    return tuple(map(_frozen, data)) if isinstance(data, list | tuple) else data


def _input(declared: model.Input, source: str, bench: Bench) -> ir.Input:
    default = declared.attributes.get("default_value", model.Text(None))
    datatype = declared.get("datatype")
    text = bench.lowered(
        lower.lower_text,
        Text(default.value, source, default.line, default.column),
        substitute=substitutes(declared.attributes),
        coalesce=datatype == COALESCING,
    )
    return ir.Input(declared.name, datatype, text)
