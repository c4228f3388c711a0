"""What follows a state: a table with no clock and no workspace in it (LANGUAGE 6, ENGINE-FACTS part 8)."""

from enum import Enum


class After(Enum):
    """What is done when entry and main part of a state are over."""

    EXIT = "run on_exit"
    ADVANCE = "go on without on_exit"
    COUNT_AND_EXIT = "count a retry, run on_exit"
    COUNT_AND_WAIT = "count a retry, ask for one, no on_exit"
    HANDLE = "run on_error"


class Move(Enum):
    """Where the machine stands when a state is over."""

    NEXT = "the next state, or the one asked for"
    RESTART = "the first state, or the one asked for, after a retry"
    STAND = "where it is"


def after_main(result: object) -> After:
    """What the result of entry and main part leads to. An unknown result, and `continue`, only run on_exit."""
    match result:
        case "skip":
            return After.ADVANCE
        case "retry" | "restart":
            return After.COUNT_AND_EXIT
        case "async_launch":
            return After.COUNT_AND_WAIT
        case "error":
            return After.HANDLE
        case _:
            return After.EXIT


def after_exit(result: object) -> Move:
    """Where the result of a whole state leads."""
    match result:
        case "ok" | "skip":
            return Move.NEXT
        case "restart":
            return Move.RESTART
        case _:
            return Move.STAND


def next_state(states: tuple[str, ...], current: str, asked_for: str) -> str:
    """The state after `current`, or the one asked for; blank after the last one."""
    if asked_for:
        return asked_for
    at = states.index(current) + 1 if current in states else len(states)
    return states[at] if at < len(states) else ""
