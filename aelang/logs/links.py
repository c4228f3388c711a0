"""Links: which request a context belongs to, as far as a log says so.

A context's name may have it (`r603_service_template_provision_task_1683`, `..._request_59`). Else it belongs to the
request of the context that mentions it first: a request's context delivers its tasks, a task's those below it.
"""

import re

from aelang.logs.entries import ANYWHERE

_PREFIX = re.compile(r"r(\d+)_")
_REQUEST = re.compile(r"(?:.*_)?request_(\d+)$")
_TASKS = re.compile(
    r"((?:[A-Za-z]+Task|MiqProvision|MiqHostProvision)(?:::|%3A%3A)([a-z_]+)=(\d+))|[Tt]ask[ _][Ii]d: \[([a-z0-9_]+)\]"
)


class Links:
    """Notes what lines mention."""

    def __init__(self) -> None:
        self._mentioned_by: dict[str, str] = {}

    def note(self, context: str, text: str) -> None:
        """Notes which tasks `text`, told in `context`, mentions."""
        if context == ANYWHERE or "ask" not in text:
            return
        for found in _TASKS.finditer(text):
            task = found[4] or f"{found[2]}_{found[3]}"
            if task != context:
                self._mentioned_by.setdefault(task, context)

    def request_of(self, context: str) -> int | None:
        """The number of the request that `context` belongs to; None where nothing tells."""
        seen: set[str] = set()
        while context not in seen:
            seen.add(context)
            found = _PREFIX.match(context) or _REQUEST.match(context)
            if found:
                return int(found[1])
            context = self._mentioned_by.get(context, context)
        return None
