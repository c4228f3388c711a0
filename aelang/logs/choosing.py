"""Choosing: what of a log belongs to one request or one context."""

import re
from collections.abc import Collection, Iterable, Iterator

from aelang.logs.assemble import Log
from aelang.logs.entries import ANYWHERE, Entry
from aelang.logs.links import Links
from aelang.logs.runs import Context, Run

_REQUEST_IN_URI = re.compile(r"miq_request=(\d+)(?:&|#|$)")


def of_request(log: Log, request: int) -> Log:
    """`log` with what belongs to that request: its own context, its tasks', and events about it."""
    kept, whole = [], set()
    for context in log.contexts:
        runs = context.runs if context.request == request else _about(context, request)
        if runs:
            kept.append(context._replace(runs=runs))
            if len(runs) == len(context.runs):
                whole.add(context.name)
    return _of(log, kept, whole)


def of_context(log: Log, name: str) -> Log:
    """`log` with that context alone."""
    return _of(log, [context for context in log.contexts if context.name == name], {name})


def _about(context: Context, request: int) -> tuple[Run, ...]:
    """The runs that belong to no task and are about the request."""
    if context.name != ANYWHERE:
        return ()
    return tuple(run for run in context.runs if is_about(run.uri, request))


def is_about(uri: str, request: int) -> bool:
    """Whether `uri` delivers that request."""
    return any(int(found) == request for found in _REQUEST_IN_URI.findall(uri))


def _of(log: Log, contexts: list[Context], whole: Collection[str]) -> Log:
    """`log` with these `contexts`, and with the faults of those that are there with all their runs."""
    times = [(run.begin, run.end) for context in contexts for run in context.runs]
    begins = [begin for begin, _ in times if begin is not None]
    ends = [end for _, end in times if end is not None]
    faults = tuple(fault for fault in log.faults if fault.context in whole)
    return log._replace(
        contexts=tuple(contexts), faults=faults, begin=min(begins, default=None), end=max(ends, default=None)
    )


class Choice:
    """Chooses entries while a log grows; None is all."""

    def __init__(self, request: int | None, context: str | None) -> None:
        self._request = request
        self._context = context
        self._links = Links()
        self._is_about = False

    def choose(self, entries: Iterable[Entry | str]) -> Iterator[Entry | str]:
        """Those of `entries` that are wanted, each with the texts that go on with it."""
        wanted = False
        for entry in entries:
            if isinstance(entry, Entry):
                wanted = self._wants(entry)
            if wanted:
                yield entry

    def _wants(self, entry: Entry) -> bool:
        if self._context is not None and entry.context != self._context:
            return False
        if self._request is None:
            return True
        self._links.note(entry.context, entry.text)
        if entry.context == ANYWHERE:
            if entry.text.startswith("Instantiating ["):
                self._is_about = is_about(entry.text[15:-1], self._request)
            return self._is_about
        return self._links.request_of(entry.context) == self._request
