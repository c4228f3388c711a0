"""Moves: what is to be done next with a transaction. It follows from how its commands stand, and from nothing else
(REQUESTS 6.3, 6.4).

Commands are executed by their places. When one has failed for good, or someone wants the request cancelled, those that
were executed are undone, the last one first. A command that is found in progress was cut short by a crash: it is
done again where its effect allows that, and waits for an operator where it does not.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from aelang.requests.transactions import words
from aelang.requests.transactions.rows import Command, Transaction

_REPEATABLE = ("none", "idempotent")


class Begin(NamedTuple):
    """The transaction is taken up."""


class Execute(NamedTuple):
    """A command is executed on its resource."""

    command: Command


class Undo(NamedTuple):
    """A command is undone on its resource."""

    command: Command


class CleanUp(NamedTuple):
    """What a command needed until all was done is tidied up."""

    command: Command


class Repeat(NamedTuple):
    """A command that a crash cut short is to be done again: it goes back to `status`."""

    command: Command
    status: str


class Ask(NamedTuple):
    """Only an operator knows what became of a command that a crash cut short."""

    command: Command


class RollBack(NamedTuple):
    """What was done is undone from now on."""


class End(NamedTuple):
    """The transaction comes to rest with `status`."""

    status: str


class Rest(NamedTuple):
    """There is nothing to do, or nothing that could be done without an operator."""


Move: TypeAlias = Begin | Execute | Undo | CleanUp | Repeat | Ask | RollBack | End | Rest


def next_move(transaction: Transaction, commands: Sequence[Command], *, cancelled: bool = False) -> Move:
    """What is to be done next with `transaction`, whose `commands` are in the order of their places."""
    match transaction.status:
        case words.PENDING:
            return End(words.FAILED) if cancelled else Begin()
        case words.PROVISIONING:
            return _forward(transaction, commands, cancelled)
        case words.ROLLBACK:
            return _backward(commands)
        case _:
            return Rest()


def _forward(transaction: Transaction, commands: Sequence[Command], cancelled: bool) -> Move:
    for each in commands:
        if each.status == words.IN_PROGRESS:
            return Repeat(each, words.PENDING) if each.effect in _REPEATABLE else Ask(each)
    if cancelled or any(each.status == words.FAILED for each in commands):
        return RollBack()
    for each in commands:
        if each.status == words.PENDING:
            return Execute(each)
    for each in commands:
        if each.cleans:
            return CleanUp(each)
    return End(words.OK)


def _backward(commands: Sequence[Command]) -> Move:
    for each in commands:
        if each.status == words.ROLLBACK:
            return Repeat(each, words.OK) if each.undo_effect in _REPEATABLE else Ask(each)
    for each in reversed(commands):
        if each.status == words.OK or (each.status == words.FAILED and each.partial):
            return Undo(each)
    failed = any(each.status == words.NOT_UNDONE for each in commands)
    return End(words.ROLLBACK_ERROR if failed else words.FAILED)


def after_failure(transaction: Transaction, command: Command) -> str:
    """The status of `command` after one more failure: it is tried again while it has attempts left, and the
    transaction may have more failures."""
    attempts = command.attempts + 1
    failures = transaction.failures + 1
    enough = transaction.most_failures is not None and failures > transaction.most_failures
    return words.FAILED if enough or attempts >= command.most_attempts else words.PENDING


def allowed_repairs(transaction: Transaction, command: Command) -> tuple[str, ...]:
    """What an operator may write of `command` (REQUESTS 6.5); nothing where it is not the one to be repaired."""
    match (transaction.status, command.status):
        case (words.PROVISIONING, words.IN_PROGRESS):
            return words.OK, words.PENDING
        case (words.ROLLBACK, words.ROLLBACK) | (words.ROLLBACK_ERROR, words.NOT_UNDONE):
            return words.UNDONE, words.OK
        case _:
            return ()
