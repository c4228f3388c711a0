"""Retries at the command line: kept in a checkpoint, waited out, gone on with.

The interpreter only says when a run is to go on; the waiting is done here, and the clock that the run sees moves with
it: where an hour is waited out in a minute, an hour has passed for the run.
"""

import math
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from aelang.cli.console import Console, printable
from aelang.cli.options import Given, Hindered, Misused, Option
from aelang.interpreter.outcome import Checkpoint, Finished, Outcome, Retry
from aelang.interpreter.values import sanitize, to_text

if TYPE_CHECKING:
    from aelang.checkpoints import Document, Held
    from aelang.engine import Engine
    from aelang.interpreter.trace import Event

_LONGEST = 3600.0
_NOT_REPEATED = frozenset(("checkpoint", "resume", "attr", "message", "user"))


class RunClock:
    """The clock of a run: the time of the machine, and ahead of it by the waiting that was cut short."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The time, in UTC."""
        return _later(datetime.now(UTC), self._ahead.total_seconds())

    def move(self, seconds: float) -> None:
        """Puts the clock forward."""
        self._ahead = _later(self.now(), seconds) - datetime.now(UTC)

    def catch_up(self, moment: datetime) -> None:
        """Sees to it that the time is not before `moment`: for a run the clock never goes back."""
        self.move(max(0.0, (moment - self.now()).total_seconds()))


def _later(moment: datetime, seconds: float) -> datetime:
    try:
        return moment + timedelta(seconds=seconds)
    except OverflowError:  # such an interval is never over
        return datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


class Retries:
    """What `--checkpoint`, `--resume`, `--until-done` and `--speed` ask for, read and carried out.

    `again` is the command line that goes on, without what is about retries. Raises Misused, and Hindered for files
    that will not do.
    """

    def __init__(self, given: Given, console: Console, again: str) -> None:
        self._speed = _speed(given)
        self._waits = given.flag("until_done")
        self._file = given.text("checkpoint")
        self._console = console
        self._again = again
        self._document = _document(given)
        self._is_ours = self._document is not None and self._document.name == self._file
        self.clock = RunClock()
        if self._document is not None:
            self.clock.catch_up(self._document.at)
        self.user = given.number("user", 1 if self._document is None else self._document.user)
        self._held: Held | None = None
        self.failed = False
        """Whether a checkpoint that was asked for could not be written."""

    def target(self, uri: str, arguments: Mapping[str, str]) -> str:
        """What is run: `uri`, or what the checkpoint says, with `arguments` in the place of its own."""
        if self._document is None or not arguments:
            return uri if self._document is None else self._document.uri
        from aelang.names import InvalidUri, join_uri, read_query, split_uri, write_query

        try:
            found = split_uri(self._document.uri, None)
            return join_uri(found._replace(query=write_query({**read_query(found.query), **arguments})))
        except InvalidUri as fault:
            raise Hindered(f"the target in {self._document.name} takes no arguments: {fault}") from None

    def run(self, engine: "Engine", uri: str, *, skip_methods: bool, trace: "Callable[[Event], None]") -> Outcome:
        """Runs `uri`, or goes on with it, until it ends or asks for a retry that is not waited out.

        Raises Hindered, and KeyboardInterrupt where the waiting was broken off; how to go on has then been told.
        """
        self._hold()
        try:
            return self._run(engine, uri, skip_methods=skip_methods, trace=trace)
        finally:
            if self._held is not None:
                self._held.close()

    def _hold(self) -> None:
        """The files are this process's: of two that went on with one checkpoint, each would do everything."""
        document = self._document
        if self._file is None and document is None:
            return
        from aelang.checkpoints import CheckpointError, Held, read_checkpoint

        self._held = Held()
        try:
            for path in filter(None, (document and document.name, self._file)):
                self._held.take(path)
            if document is not None and read_checkpoint(document.name) != document:
                raise CheckpointError(f"another process has gone on with the checkpoint {document.name} meanwhile")
        except CheckpointError as fault:
            self._held.close()
            raise Hindered(str(fault)) from None

    def _run(self, engine: "Engine", uri: str, *, skip_methods: bool, trace: "Callable[[Event], None]") -> Outcome:
        resume = partial(engine.resume, skip_methods=skip_methods, trace=trace)
        if self._document is None:
            outcome = engine.run(uri, skip_methods=skip_methods, trace=trace)
        else:
            outcome = resume(self._restored(self._document, engine)._replace(uri=uri))
        while isinstance(outcome, Retry):
            self._keep(outcome)
            if not self._waits or self.failed:
                self._tell_how()
                return outcome
            self._wait(outcome)
            outcome = resume(outcome.checkpoint)
        if isinstance(outcome, Finished):
            self._forget()
        else:
            self._tell_how()
        return outcome

    def _restored(self, document: "Document", engine: "Engine") -> Checkpoint:
        from aelang.checkpoints import CheckpointError, restore

        try:
            checkpoint, gone = restore(document, engine.catalog)
        except CheckpointError as fault:
            raise Hindered(str(fault)) from None
        for record in gone:
            self._console.note(f"note: there is no {record} any more: nil stands where the checkpoint has it")
        return checkpoint

    # -- the file

    def _keep(self, outcome: Retry) -> None:
        """Writes the checkpoint before anything is waited for, so that nothing that happens meanwhile loses it."""
        if self._file is None:
            return
        from aelang.checkpoints import CheckpointError, Kept, write_checkpoint

        now = self.clock.now()
        kept = Kept(outcome.checkpoint, self.user, now, _later(now, outcome.after))
        try:
            masked = write_checkpoint(self._file, kept, self._held)
        except CheckpointError as fault:
            self._console.error(str(fault))
            self.failed = True
            return
        self._is_ours = True
        if masked:
            self._console.note("note: a password in the clear is masked in the checkpoint: a run that goes on lacks it")

    def _forget(self) -> None:
        """Takes the checkpoint away once the run has come to its end: from there nothing must be done again."""
        import os

        if not self._is_ours or self._file is None:
            return
        try:
            os.unlink(self._file)
        except OSError as fault:
            self._console.note(f"note: {self._file} is no longer needed: {fault.strerror or fault}")
        else:
            self._console.note(f"note: {self._file} is no longer needed, and was removed")

    def _tell_how(self) -> None:
        from shlex import quote

        if self._is_ours and self._file is not None and not self.failed:
            file = quote(self._file)
            self._console.note(f"note: to go on: {self._again} --resume {file} --checkpoint {file}")

    # -- the waiting

    def _wait(self, outcome: Retry) -> None:
        after = max(0.0, outcome.after)
        due = _later(self.clock.now(), after)
        seconds = after / self._speed
        try:
            self._sleep(seconds, f"waiting: {_stand(outcome)}, next at {due:%Y-%m-%d %H:%M:%S} UTC")
        except KeyboardInterrupt:
            self._console.tell("interrupted while waiting" + ("" if self._is_ours else ": nothing is kept"))
            self._tell_how()
            raise
        self.clock.move(after - seconds)

    def _sleep(self, seconds: float, said: str) -> None:
        """Sleeps; on a terminal the line counts down."""
        end = time.monotonic() + seconds
        if seconds <= 0:
            self._console.note(f"{said} (at once)")
        elif not sys.stderr.isatty():
            self._console.note(f"{said} (in {_span(seconds)})")
        while (left := end - time.monotonic()) > 0:
            if sys.stderr.isatty():
                self._console.progress(f"{said} (in {_span(left)})")
            time.sleep(min(left, 1.0 if sys.stderr.isatty() else _LONGEST))
        if seconds > 0 and sys.stderr.isatty():
            self._console.progress("")


def _stand(outcome: Retry) -> str:
    checkpoint, root = outcome.checkpoint, outcome.root
    if checkpoint.rollback is not None and checkpoint.undos:
        return f"undo of state {printable(checkpoint.undos[-1].state)}"
    state = printable(sanitize(to_text(root.get("ae_state")))) or "-"
    tried = to_text(root.get("ae_state_retries"))
    return f"state {state}, try {int(tried) + 1 if tried.isdecimal() else 2}"


def _span(seconds: float) -> str:
    if seconds < 100:
        return f"{math.ceil(seconds)} s"
    return str(timedelta(seconds=math.ceil(seconds))) if seconds < 1e9 else "ages"


def _document(given: Given) -> "Document | None":
    file, resumed = given.text("checkpoint"), given.text("resume")
    if file is None and resumed is None:
        return None
    from aelang.checkpoints import CheckpointError, check_place, read_checkpoint

    try:
        document = None if resumed is None else read_checkpoint(resumed)
        if file is not None:
            check_place(file)
    except CheckpointError as fault:
        raise Hindered(str(fault)) from None
    return document


def _speed(given: Given) -> float:
    text = given.text("speed")
    if text is None:
        return 1.0
    if not given.flag("until_done"):
        raise Misused("`--speed` is about the waiting of `--until-done`: give that too")
    try:
        speed = math.inf if text.strip().lower() == "max" else float(text)
    except ValueError:
        speed = 0.0
    if not speed > 0:
        raise Misused(f"`--speed {text}` is no speed: write a number above 0, such as 60, or `max`")
    return speed


def words_again(given: Given, options: tuple[Option, ...]) -> str:
    """`aelang run` with those of `options` that were given and hold for the rest of the run too."""
    from shlex import quote

    words = ["aelang run"]
    for option in options:
        if option.key in _NOT_REPEATED:
            continue
        if not option.takes_value:
            words += [option.names[-1]] if given.flag(option.key) else []
        else:
            values = given.many(option.key) if option.many else (given.value(option.key),)
            words += [f"{option.names[0]} {quote(str(value))}" for value in values if value is not None]
    return " ".join(words)
