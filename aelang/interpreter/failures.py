"""What goes wrong in a run. The names are those of the reference engine, so that operators can look them up."""

from aelang.source import NOWHERE, Span


class AutomateError(Exception):
    """A run, or a part of it, came to an end. `span` is the place in the datastore, where one is known; `detail` is
    what a person wants to know beside the message, which is kept in the words of the reference engine."""

    def __init__(self, message: str, span: Span = NOWHERE) -> None:
        super().__init__(message)
        self.message = message
        self.span = span
        self.detail = ""


class DatastoreError(AutomateError):
    """Something is not in the datastore, or is there in vain. The object in hand is cut short, its parent goes on."""


class ClassNotFound(DatastoreError):
    """No class of that path."""


class InstanceNotFound(DatastoreError):
    """The class has neither that instance nor a `.missing`."""


class InvalidClass(DatastoreError):
    """A data type that does not exist."""


class InvalidCondition(DatastoreError):
    """A condition that is outside the grammar."""


class InvalidInheritance(DatastoreError):
    """A class or an instance that inherits from itself."""


class AssertionFailure(AutomateError):
    """An assertion said no: the object is dropped, its parent goes on."""


class StopInstantiation(AutomateError):
    """A method ended with 8: the object is dropped, its parent goes on."""


class AbortInstantiation(AutomateError):
    """A method ended with 16, or the datastore asked for what cannot be: the run ends."""


class UnknownMethodRc(AutomateError):
    """A method ended with a code that means nothing: the run ends."""


class ObjectNotFound(AutomateError):
    """A path names no object of the run."""


class AttributeNotFound(AutomateError):
    """An assertion needs an attribute that is not set."""


class MethodNotFound(AutomateError):
    """No method of that name."""


class MethodParmMissing(AutomateError):
    """A declared input of a method got no value."""


class InvalidMethod(AutomateError):
    """A text that is no method call, or a method that nothing can run."""


class InvalidCollection(AutomateError):
    """A text that is no collect."""


class InvalidPathFormat(AutomateError):
    """A text that is no path or URI."""


class CyclicalRelationship(AutomateError):
    """An object is about to be instantiated inside itself, with the same message."""


class ServiceNotFound(AutomateError):
    """No record of that id."""


class ConversionError(AutomateError):
    """A value that cannot be made one of the data type asked for (D3)."""


class LimitExceeded(AutomateError):
    """The run is deeper, larger or longer than `Limits` allows."""


BY_NAME: dict[str, type[AutomateError]] = {
    each.__name__: each
    for each in (
        DatastoreError, ClassNotFound, InstanceNotFound, InvalidClass, InvalidCondition,
        InvalidInheritance, AssertionFailure, StopInstantiation,
        AbortInstantiation, UnknownMethodRc, ObjectNotFound, AttributeNotFound, MethodNotFound, MethodParmMissing,
        InvalidMethod, InvalidCollection, InvalidPathFormat, CyclicalRelationship, ServiceNotFound, ConversionError,
        LimitExceeded,
    )
}  # fmt: skip
"""The failures that a `Faulty` node may name."""
