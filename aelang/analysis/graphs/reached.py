"""Reached: what an instance, a class or a method leads to, step by step, under the messages that are sent.

The nearest comes first, so what a depth or a limit leaves out is what is farthest. A thing is drawn once, however
often it is reached; so a cycle is an arrow back. Where only a run knows what is meant, the target stands there as it
is written, and behind it the instances that fit, if these are few.
"""

from collections import deque
from collections.abc import Iterator

from aelang import ir
from aelang.analysis.edges import ANY, CALL, CODE, EMBEDS, HOOK, PATTERN, REFERENCE, Use, uses_of
from aelang.analysis.graphs import shapes
from aelang.analysis.graphs.machine import end_of
from aelang.analysis.graphs.shapes import Arrow, Box, Diagram, Row
from aelang.analysis.graphs.subjects import Subject, fields_of, guard_rows, link_of, span_of
from aelang.analysis.reaching import Node, Point, answers, fitting, is_of
from aelang.code.paths import HOLE
from aelang.names import MISSING_INSTANCE

USUAL_LIMIT = 100
FEW = 8
"""A pattern that more instances fit is not followed."""


def reached_from(image: ir.Image, subject: Subject, depth: int | None = None, limit: int = USUAL_LIMIT) -> Diagram:
    """What is reached from `subject`: not more than `depth` steps away, and not more than `limit` boxes."""
    return _Explorer(image, depth, limit).explore(subject)


class _Explorer:
    """A diagram that is being drawn."""

    def __init__(self, image: ir.Image, depth: int | None, limit: int) -> None:
        self.image = image
        self.depth = depth
        self.limit = limit
        self.boxes: dict[str, Box] = {}
        self.arrows: dict[Arrow, None] = {}
        self.refused: set[str] = set()
        self.uses: dict[str, tuple[Use, ...]] = {}
        self.queue: deque[tuple[Point, int]] = deque()
        self.seen: set[Point] = set()

    def explore(self, subject: Subject) -> Diagram:
        node, message = subject
        link = link_of(node, self.image)
        title = link.path + ("" if message == "create" or node.is_method else f"#{message}")
        self._enter(Point(node, ANY if node.is_method else message), 0)
        begin = self.boxes[_key(node)]
        self.boxes[begin.key] = begin._replace(title=title, marks=(shapes.BEGIN, *begin.marks))
        while self.queue:
            point, distance = self.queue.popleft()
            for use in self._uses_at(point):
                self._follow(use, point, distance)
        left_out = len(self.refused - self.boxes.keys())
        return Diagram(shapes.REACHED, title, tuple(self.boxes.values()), tuple(self.arrows), left_out)

    def _uses_at(self, point: Point) -> Iterator[Use]:
        """Where a run that comes to `point` may go."""
        node = point.node
        klass = self.image.class_at(node.klass)
        if klass is not None and node.klass not in self.uses:
            self.uses[node.klass] = _in_order(klass, uses_of(klass, self.image))
        for use in self.uses.get(node.klass, ()):
            is_said_here = use.is_method == node.is_method and is_of(use, node.name)
            is_processed = answers(use.messages, point.message) and (use.key == REFERENCE or not point.reads)
            if is_said_here and is_processed:
                yield use

    def _follow(self, use: Use, point: Point, distance: int) -> None:
        key, reads = _key(point.node), use.key == REFERENCE
        sent = _sent(use, point)
        arrow = Arrow(key, "", _kind(use), _label(use, point), use.shown, use.condition, _is_possible(use))
        end = end_of(use)
        if end is not None:
            self._draw(arrow, Point(end, sent, reads), distance + 1)
            return
        pattern = f"like {use.shown}"
        if pattern not in self.boxes and not self._has_room(pattern, distance + 1):
            self._leave_out(key)
            return
        self.arrows[arrow._replace(end=pattern, is_possible=True)] = None
        found = _instances_fitting(use, self.image.index)
        if pattern not in self.boxes:
            self.boxes[pattern] = Box(pattern, shapes.PATTERN, use.shown, rows=_fit_rows(use, len(found)))
        if len(found) <= FEW:
            for each in found:
                fits = Arrow(pattern, "", shapes.FITS, is_possible=True)
                self._draw(fits, Point(each, sent, reads), distance + 1)

    def _draw(self, arrow: Arrow, point: Point, distance: int) -> None:
        if self._enter(point, distance):
            self.arrows[arrow._replace(end=_key(point.node))] = None
        else:
            self._leave_out(arrow.begin)

    def _leave_out(self, key: str) -> None:
        self.boxes[key] = self.boxes[key]._replace(more=self.boxes[key].more + 1)

    def _enter(self, point: Point, distance: int) -> bool:
        """Whether there is a box for `point`, now or before."""
        key = _key(point.node)
        if key not in self.boxes:
            if not self._has_room(key, distance):
                return False
            self.boxes[key] = self._box(point)
        if point not in self.seen:
            self.seen.add(point)
            self.queue.append((point, distance))
        return True

    def _has_room(self, key: str, distance: int) -> bool:
        fits = len(self.boxes) < self.limit and (self.depth is None or distance <= self.depth)
        if not fits:
            self.refused.add(key)
        return fits

    def _box(self, point: Point) -> Box:
        node = point.node
        link, klass = link_of(node, self.image), self.image.class_at(node.klass)
        assert klass is not None, node
        kind = link.kind
        rows = () if node.is_method else guard_rows(fields_of(klass, node.name, point.message))
        own = klass.instances.get(node.name)
        marks = [shapes.MISSING] if node.name == MISSING_INSTANCE else []
        if not node.is_method and (klass.fault or (own and own.fault)):
            marks.append(shapes.FAULTY)
        return Box(_key(node), kind, link.path, link, rows, tuple(marks), span_of(node, self.image))


def _in_order(klass: ir.Class, uses: tuple[Use, ...]) -> tuple[Use, ...]:
    """`uses` in the order in which the fields of `klass` are processed."""
    order = {field.name: at for at, field in enumerate(klass.fields)}
    return tuple(sorted(uses, key=lambda use: order.get(use.field, len(order))))


def _key(node: Node) -> str:
    return f"{node.klass}{'.' if node.is_method else '/'}{node.name}"


def _sent(use: Use, point: Point) -> str:
    """The message that the object gets to which `use` leads."""
    if use.end == CALL or HOLE in (use.message or ""):
        return ANY
    return use.message or point.message


def _kind(use: Use) -> str:
    if use.key in _KINDS:
        return _KINDS[use.key]
    return shapes.CALLS if use.end == CALL else shapes.LEADS


_KINDS = {CODE: shapes.CODE, REFERENCE: shapes.READS}


def _label(use: Use, point: Point) -> str:
    """The field, what of it, and the message where it is another than the one in hand."""
    said = "" if use.is_method else use.field
    if use.key in _WORDS:
        said = f"{said} {_WORDS[use.key]}".strip()
    if use.message is not None and use.message != point.message and use.end != CALL:
        said += " #${...}" if HOLE in use.message else f" #{use.message}"
    return said.strip()


_WORDS = {
    "on_entry": "on entry",
    "on_exit": "on exit",
    "on_error": "on error",
    "undo": "undo",
    CODE: "in code",
    EMBEDS: "embeds",
    REFERENCE: "reads",
    HOOK: "around it",
}


def _is_possible(use: Use) -> bool:
    """Whether only a run can tell that `use` is followed."""
    return bool(use.condition) or use.end == PATTERN or HOLE in use.target or use.key in (CODE, "on_error", "undo")


def _instances_fitting(use: Use, index: ir.Index) -> list[Node]:
    """The instances that the pattern of `use` may mean; none where nothing of it stands fast."""
    return fitting(use.target, index) if use.end == PATTERN and use.target.strip(HOLE + "/") else []


def _fit_rows(use: Use, count: int) -> tuple[Row, ...]:
    """What is said of a pattern whose instances are not drawn."""
    if use.end == CALL:
        return (Row("calls", "a method that only a run knows"),)
    if not use.target.strip(HOLE + "/"):
        return (Row("leads to", "what only a run knows"),)
    return (Row("fits", f"{count} instances" if count else "no instance"),) if not 0 < count <= FEW else ()
