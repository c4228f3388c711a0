"""The statuses of transactions, in the words of REQUESTS 6.1, and the other words that there are for them."""

CREATION = "CreationInProgress"
PENDING = "Pending"
PROVISIONING = "ProvisioningInProgress"
ROLLBACK = "RollbackInProgress"
OK = "Ok"
FAILED = "Failed"
ROLLBACK_ERROR = "FailedRollbackError"

IN_PROGRESS = "InProgress"
UNDONE = "FailedUndoDone"
NOT_UNDONE = "FailedUndoFailed"
UNKNOWN = "Unknown"

DIRTY, DELETED = "Dirty", "Deleted"

UNDO_IN_PROGRESS = "RollBackInProgress"
UNDO_OK = "RollBackSuccessful"
UNDO_FAILED = "RollBackFailed"
"""What the journal says of an undo."""

FINAL = frozenset((OK, FAILED))
"""How a transaction ends: it has no locks then, and nothing is done with it any more."""

TRANSACTION_STATUSES = (CREATION, PENDING, PROVISIONING, OK, ROLLBACK, FAILED, ROLLBACK_ERROR, UNKNOWN)
COMMAND_STATUSES = (PENDING, IN_PROGRESS, OK, FAILED, ROLLBACK, UNDONE, NOT_UNDONE, UNKNOWN)

_ALIASES = {"provisioned": OK, "rollbackfailed": ROLLBACK_ERROR}
_COMMAND_ALIASES = {"provisioned": OK, "rollbackfailed": NOT_UNDONE, "rollbacksuccessful": UNDONE}


def transaction_status(text: str) -> str | None:
    """The status of a transaction that `text` means, in whatever case; None where it is none."""
    wanted = text.lower()
    known = {each.lower(): each for each in TRANSACTION_STATUSES}
    return _ALIASES.get(wanted) or known.get(wanted)


def command_status(text: str) -> str | None:
    """The status of a command that `text` means, in whatever case; None where it is none."""
    wanted = text.lower()
    known = {each.lower(): each for each in COMMAND_STATUSES}
    return _COMMAND_ALIASES.get(wanted) or known.get(wanted)
