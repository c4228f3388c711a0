"""Assembly: entries, in the order of the log, become runs.

Each context has a stack of what is open in it. `Following` opens a relationship that `Followed` closes, `Invoking` a
method that `Method exited` closes, `Processing State` a state that `Processed State` closes; `Instantiating` begins a
run, which lasts until the next one of its context. Where lines are missing, closing one thing closes what is open
inside of it; what ends without a beginning is there without a time. Lines of methods are kept only where somebody
wants all of them: they are most of a log.
"""

import re
from array import array
from collections.abc import Callable, Iterable
from sys import intern
from typing import NamedTuple

from aelang.logs.entries import ANYWHERE, Entry
from aelang.logs.links import Links
from aelang.logs.runs import CUT, OK, Context, Fault, Run, Shape

_MOST_FAULTS = 10_000
_MOST_LINES = 40  # of one fault
_NO_TIME = -1.0
_FAILED_EXITS = ("MIQ_ABORT", "Unknown")


class Log(NamedTuple):
    """What a log says: its contexts in the order in which they began, what went wrong, how many entries it has and
    from when to when."""

    contexts: tuple[Context, ...]
    faults: tuple[Fault, ...]
    entries: int
    begin: float | None
    end: float | None


class _Frame:
    """Something that is open: what it is, when it began, and what was done in it so far."""

    __slots__ = ("began", "kind", "parts", "text")

    def __init__(self, kind: str, text: str, began: float | None) -> None:
        self.kind = kind
        self.text = text
        self.began = began
        self.parts: list[Shape] = []


class _Thread:
    """What is open in one context, and the runs that ended in it."""

    __slots__ = ("failed", "last", "open", "result", "runs", "seconds", "uri")

    def __init__(self) -> None:
        self.open: list[_Frame] = []
        self.runs: list[Run] = []
        self.seconds: array[float] = array("d")
        self.uri = ""
        self.result = OK
        self.failed = False
        self.last: float | None = None


class Assembling:
    """Takes the entries of a log one after the other. `everything`: also what methods say, and where they are."""

    def __init__(self, *, everything: bool = False) -> None:
        self._everything = everything
        self._threads: dict[str, _Thread] = {}
        self._names: dict[str, str] = {}
        self._shapes: dict[tuple[object, ...], Shape] = {}
        self._faults: dict[tuple[str, str, str], Fault] = {}
        self._speaking: tuple[str, str, str] | None = None
        self._links = Links()
        self._entries = 0
        self._begin: float | None = None
        self._end: float | None = None
        self._takers: dict[str, Callable[[_Thread, Entry], None]] = {
            "Instantiating": self._instantiating,
            "Following": self._following,
            "Followed": self._followed,
            "Invoking": self._invoking,
            "Method": self._method_exited,
            "Processing": self._processing,
            "Processed": self._processed,
            "Instance": self._said_if("not found in MiqAeDatastore"),
            "Aborting": self._fault_of_run,
            "Stopping": self._said_if(""),
        }

    def take(self, entries: Iterable[Entry | str]) -> None:
        """Takes `entries`; a text goes on with the entry before it."""
        threads, takers, links = self._threads, self._takers, self._links
        count, last = 0, None
        for entry in entries:
            if isinstance(entry, str):
                self._goes_on(entry)
                continue
            count += 1
            at, level, context, process, text = entry
            key = context if context != ANYWHERE else f"{ANYWHERE}{process.partition(':')[0]}"
            thread = threads.get(key)
            if thread is None:
                thread = threads[key] = _Thread()
                self._names[key] = context
            links.note(context, text)
            if level in "EF":
                self._fault(thread, entry)
            else:
                self._speaking = None
                taker = takers.get(text[: text.find(" ")])
                if taker is not None:
                    taker(thread, entry)
                elif level == "W" or self._everything:
                    self._said(thread, f"warning: {text}" if level == "W" else text, at)
            if at is not None:
                last = thread.last = at
                if self._begin is None:
                    self._begin = at
        self._entries += count
        self._end = last if last is not None else self._end

    def log(self) -> Log:
        """What was taken, as a whole; what is open is cut off."""
        for thread in self._threads.values():
            self._end_run(thread)
        runs: dict[str, list[Run]] = {}
        for key, thread in self._threads.items():
            if thread.runs:
                runs.setdefault(self._names[key], []).extend(thread.runs)
        contexts = (Context(name, self._links.request_of(name), _in_order(found)) for name, found in runs.items())
        ordered = sorted(contexts, key=lambda context: context.runs[0].begin or 0.0)
        return Log(tuple(ordered), tuple(self._faults.values()), self._entries, self._begin, self._end)

    # -- what lines say ------------------------------------------------------------------------------------------

    def _instantiating(self, thread: _Thread, entry: Entry) -> None:
        self._end_run(thread)
        thread.uri = entry.text[15:-1]
        thread.open.append(_Frame("run", intern(_label(thread.uri)), entry.at))

    def _following(self, thread: _Thread, entry: Entry) -> None:
        self._open(thread, "relationship", _relationship(entry.text), entry.at)

    def _followed(self, thread: _Thread, entry: Entry) -> None:
        self._close(thread, "relationship", _relationship(entry.text), OK, entry.at)

    def _invoking(self, thread: _Thread, entry: Entry) -> None:
        found = _INVOKING.match(entry.text)
        self._open(thread, "method", found[1] if found else entry.text, entry.at)

    def _method_exited(self, thread: _Thread, entry: Entry) -> None:
        _, _, code = entry.text.partition("Method exited with rc=")
        if not code:
            return
        if code.startswith(_FAILED_EXITS):
            self._fault_of_run(thread, entry)
        self._close(thread, "method", None, OK if code == "MIQ_OK" else code, entry.at)

    def _processing(self, thread: _Thread, entry: Entry) -> None:
        if entry.text.startswith("Processing State=["):
            self._open(thread, "state", entry.text[18:-1], entry.at)

    def _processed(self, thread: _Thread, entry: Entry) -> None:
        found = _PROCESSED.match(entry.text)
        if found is None:
            return
        state, result = found[1], found[2]
        thread.result = OK if result in ("ok", "skip", "continue") else intern(result)
        if result == "error":
            self._fault_of_run(thread, entry)
        self._close(thread, "state", state, intern(result), entry.at)

    def _said_if(self, part: str) -> Callable[[_Thread, Entry], None]:
        def take(thread: _Thread, entry: Entry) -> None:
            if part in entry.text:
                self._said(thread, entry.text, entry.at)

        return take

    # -- what is open --------------------------------------------------------------------------------------------

    def _open(self, thread: _Thread, kind: str, text: str, at: float | None) -> None:
        if not thread.open and kind != "run":
            thread.open.append(_Frame("run", "", at))
        thread.open.append(_Frame(kind, intern(text), at))

    def _close(self, thread: _Thread, kind: str, text: str | None, result: str, at: float | None) -> None:
        """Closes the innermost open thing of that kind and text, and what is open inside of it."""
        frames = thread.open
        for position in range(len(frames) - 1, -1, -1):
            frame = frames[position]
            if frame.kind == kind and (text is None or frame.text == text):
                while len(frames) > position + 1:
                    self._leave(thread, CUT, at)
                self._leave(thread, result, at)
                return
        if text is not None:  # it began before the log did
            self._open(thread, kind, text, None)
            self._leave(thread, result, None)

    def _leave(self, thread: _Thread, result: str, at: float | None) -> None:
        frame = thread.open.pop()
        shape = self._shape(frame.kind, frame.text, result, frame.parts)
        thread.seconds.append(_NO_TIME if at is None or frame.began is None else max(0.0, at - frame.began))
        if thread.open:
            thread.open[-1].parts.append(shape)

    def _said(self, thread: _Thread, text: str, at: float | None) -> None:
        if not thread.open:
            thread.open.append(_Frame("run", "", at))
        thread.open[-1].parts.append(self._shape("said", text, OK, []))
        thread.seconds.append(_NO_TIME)

    def _shape(self, kind: str, text: str, result: str, parts: list[Shape]) -> Shape:
        key = (kind, text, result, *map(id, parts))
        found = self._shapes.get(key)
        if found is None:
            size = 1 + sum(part.size for part in parts)
            found = self._shapes[key] = Shape(kind, text, result, tuple(parts), size)
        return found

    def _end_run(self, thread: _Thread) -> None:
        """Ends the run that is open in `thread`; one that is like the one before it is counted there."""
        if not thread.open:
            return
        while len(thread.open) > 1:
            self._leave(thread, CUT, thread.last)
        frame = thread.open.pop()
        result = "error" if thread.failed and thread.result != "retry" else thread.result
        shape = self._shape("run", frame.text, result, frame.parts)
        began, ended = frame.began, thread.last
        thread.seconds.append(_NO_TIME if began is None or ended is None or began == ended else max(0.0, ended - began))
        run = Run(thread.uri, began, ended, shape, thread.seconds, 1)
        before = thread.runs[-1] if thread.runs else None
        if before is not None and before.shape is shape:
            thread.runs[-1] = before._replace(end=ended, times=before.times + 1)
        else:
            thread.runs.append(run)
        thread.seconds, thread.uri, thread.result, thread.failed = array("d"), "", OK, False

    # -- what went wrong -----------------------------------------------------------------------------------------

    def _fault(self, thread: _Thread, entry: Entry) -> None:
        """An error that the log tells; lines that follow one another are one error."""
        text = _said_by_method(entry.text)
        if self._speaking is not None and self._speaking[0] == entry.context:
            if len(self._faults[self._speaking].lines) == 1:
                self._say_better(thread, self._speaking[2], text)
            self._goes_on(text)
            return
        thread.failed = True
        self._said(thread, f"error: {text}", entry.at)
        self._add_fault(Fault(entry.at, entry.context, _inside(thread), (text,), 1))

    def _say_better(self, thread: _Thread, before: str, text: str) -> None:
        """Says `text` of a failure in place of a line that only announces it."""
        parts = thread.open[-1].parts if thread.open else []
        if before.endswith(":") and parts and parts[-1].text == f"error: {before}":
            parts[-1] = self._shape("said", f"error: {text.strip()}", OK, [])

    def _fault_of_run(self, thread: _Thread, entry: Entry) -> None:
        """A sign that the run failed, told where nothing before said why."""
        if not thread.failed:
            thread.failed = True
            self._add_fault(Fault(entry.at, entry.context, _inside(thread), (entry.text,), 1))

    def _add_fault(self, fault: Fault) -> None:
        key = (fault.context, fault.inside, fault.lines[0])
        known = self._faults.get(key)
        if known is not None:
            self._faults[key] = known._replace(times=known.times + 1)
        elif len(self._faults) < _MOST_FAULTS:
            self._faults[key] = fault
            self._speaking = key

    def _goes_on(self, text: str) -> None:
        if self._speaking is not None:
            fault = self._faults[self._speaking]
            if fault.times == 1 and len(fault.lines) < _MOST_LINES:
                self._faults[self._speaking] = fault._replace(lines=(*fault.lines, text))


_INVOKING = re.compile(r"Invoking \[[^\]]*\] method \[([^\]]*)\]")
_PROCESSED = re.compile(r"Processed State=\[([^\]]*)\] with Result=\[([^\]]*)\]")
_SAID_BY = re.compile(r"<AEMethod ([^>]*)> ?")


def _in_order(runs: list[Run]) -> tuple[Run, ...]:
    """Runs of several threads, in the order in which they began."""
    return tuple(sorted(runs, key=lambda run: run.begin or 0.0))


def _label(uri: str) -> str:
    """A URI without what is different at each delivery: `/Ns/Class/instance#message`."""
    path, _, rest = uri.partition("?")
    _, mark, message = rest.partition("#")
    return path + mark + message


def _relationship(text: str) -> str:
    """The target in a line about a relationship."""
    begin = text.find("[") + 1
    return text[begin:-1].removeprefix("miqaedb:")


def _said_by_method(text: str) -> str:
    return _SAID_BY.sub("", text, count=1)


def _inside(thread: _Thread) -> str:
    """The state that is open, and the method or else the relationship."""
    innermost: dict[str, str] = {frame.kind: frame.text for frame in thread.open}
    parts = [innermost.get("state"), innermost.get("method") or innermost.get("relationship") or innermost.get("run")]
    return ", ".join(part for part in parts if part)
