"""`evm`: what a Python method sees of its run (docs/methods.md). `$evm` in Ruby has the same members."""

from collections.abc import Mapping
from typing import Any, NoReturn, TypeAlias

from aelang.methods.child.objects import Finder, Model, ServiceModel, WorkspaceObject
from aelang.methods.child.wire import Conversation, EvmError, Password, Wire, decode, encode

Value: TypeAlias = object
"""Whatever a method may keep: text, symbols, numbers, true and false, None, times, lists, hashes, service models."""

OK, WARN, STOP, ABORT = 0, 4, 8, 16


class MethodExit(BaseException):
    """The method is over: with `code`, and for people `message`. Not an Exception, so that none swallows it."""

    def __init__(self, code: int, message: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class Evm:
    """The handle. Objects are asked for once and remembered until the run may have changed them."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._looks: dict[int, dict[str, Any]] = {}
        self._begin: dict[str, Any] = self._value(conversation.ask("begin"))

    # -- the run and its objects

    @property
    def root(self) -> WorkspaceObject:
        """The object that the run was asked for."""
        found: WorkspaceObject = self._begin["root"]
        return found

    @property
    def current(self) -> WorkspaceObject:
        """The object whose field called the method."""
        found: WorkspaceObject = self._begin["object"]
        return found

    @property
    def current_object(self) -> WorkspaceObject:
        """The same as `current`."""
        return self.current

    @property
    def parent(self) -> WorkspaceObject | None:
        """The object from which the current one was reached."""
        found: WorkspaceObject | None = self._begin["parent"]
        return found

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs of the method, by name."""
        return dict(self._begin["inputs"])

    @property
    def object(self) -> "Finder":
        """The current object, or called with a path the object there: `evm.object("/")["x"]`, `evm.object["x"]`."""
        return Finder(self, self.current._number)

    @property
    def objects(self) -> list[WorkspaceObject]:
        """All objects of the run, in the order in which they were built."""
        found: list[WorkspaceObject] = self._ask("objects")
        return found

    def instantiate(self, uri: str) -> WorkspaceObject | None:
        """Builds `uri` below the current object; None where that failed, for whatever reason."""
        found: WorkspaceObject | None = self._ask("instantiate", uri, changes=True)
        return found

    def log(self, level: str, message: Value) -> None:
        """Writes a line to the trace; `level` is debug, info, warn or error."""
        self._ask("log", str(level), message if isinstance(message, str) else str(message))

    def decrypt(self, value: Any) -> Any:
        """The text of a password input; any other value as it is."""
        return value.decrypt() if isinstance(value, Password) else value

    @property
    def current_namespace(self) -> str:
        """`Domain/Ns` of the current object."""
        return str(self._begin["namespace"])

    @property
    def current_class(self) -> str:
        """The class of the current object."""
        return str(self._begin["class"])

    @property
    def current_instance(self) -> str:
        """The instance of the current object."""
        return str(self._begin["instance"])

    @property
    def current_message(self) -> str:
        """The message in hand."""
        return str(self._begin["message"])

    @property
    def current_method(self) -> str:
        """The name of this method."""
        return str(self._begin["method"])

    @property
    def field_timeout(self) -> int:
        """The seconds that the state may take in all. Raises EvmError outside a state with max_retries."""
        return int(self._ask("field_timeout"))

    # -- the end

    def stop(self, message: str = "") -> NoReturn:
        """Ends the method and drops the current object (exit code 8)."""
        raise MethodExit(STOP, message)

    def abort(self, reason: str = "") -> NoReturn:
        """Ends the method and the run (exit code 16)."""
        raise MethodExit(ABORT, reason)

    def retry(self, after: Value = None) -> NoReturn:
        """Ends the method and asks for the state again, `after` seconds or "5.minutes"."""
        self.root["ae_result"] = "retry"
        if after is not None:
            self.root["ae_retry_interval"] = after
        raise MethodExit(OK)

    def skip(self) -> NoReturn:
        """Ends the method and skips the rest of the state."""
        self.root["ae_result"] = "skip"
        raise MethodExit(OK)

    # -- variables

    def set_state_var(self, name: str, value: Value) -> None:
        """Sets a state variable: it lives as long as the whole run, retries included."""
        self._ask("set_variable", encode(name), encode(value))

    def get_state_var(self, name: str) -> Any:
        """The state variable, None where it is not set."""
        return self.get_state_vars().get(str(name))

    def state_var_exist(self, name: str) -> bool:
        """Whether the state variable is set."""
        return str(name) in self.get_state_vars()

    def delete_state_var(self, name: str) -> Any:
        """Takes the state variable away, and gives its value."""
        return self._ask("delete_variable", encode(name))

    def get_state_vars(self) -> dict[str, Any]:
        """A copy of all state variables."""
        found: dict[str, Any] = self._ask("get_variables")
        return found

    @property
    def ansible_stats_vars(self) -> dict[str, Any]:
        """What playbooks have left behind, by the names that they gave it."""
        found: dict[str, Any] = self._ask("ansible_stats")
        return found

    def set_service_var(self, name: str, value: Value) -> None:
        """Sets a variable of the service in hand."""
        self._ask("set_service_variable", str(name), encode(value))

    def get_service_var(self, name: str) -> Any:
        """The variable of the service in hand, None where it is not set."""
        return self._ask("service_variables").get(str(name))

    def service_var_exists(self, name: str) -> bool:
        """Whether the variable of the service in hand is set."""
        return str(name) in self._ask("service_variables")

    def delete_service_var(self, name: str) -> Any:
        """Takes the variable of the service in hand away."""
        return self._ask("delete_service_variable", str(name))

    # -- service models

    def vmdb(self, name: str, id: Any = None) -> Any:  # noqa: A002 - the records' own word
        """The model `name`, to find records with; with an `id` the record."""
        model = Model(self, self._ask("model", str(name)))
        return model if id is None else model.find(id)

    def execute(self, command: str, *arguments: Value) -> Any:
        """Does `command`: `create_automation_request`, `create_provision_request`, ..."""
        return self._ask("execute", str(command), [encode(each) for each in arguments], changes=True)

    def create_notification(self, values: Mapping[str, Value] | None = None, **more: Value) -> Any:
        """Notifies people (type or level and audience, subject, message); None where that failed."""
        try:
            return self.create_notification_or_fail(values, **more)
        except EvmError:
            return None

    def create_notification_or_fail(self, values: Mapping[str, Value] | None = None, **more: Value) -> Any:
        """The same; raises EvmError where it failed (in Ruby: `create_notification!`)."""
        return self.execute("create_notification", {**(values or {}), **more})

    def enable_rbac(self) -> None:
        """From now on this method finds only what the run's user may see."""
        self._ask("rbac", True)

    def disable_rbac(self) -> None:
        """From now on it finds everything."""
        self._ask("rbac", False)

    @property
    def rbac_enabled(self) -> bool:
        """Whether it finds only what the run's user may see."""
        return bool(self._ask("rbac", None))

    # -- instances of the datastore, queries

    def instance_get(self, path: str) -> dict[str, Any] | None:
        """The values of an instance by field, None where there is none."""
        found: dict[str, Any] | None = self._ask("instance_get", path)
        return found

    def instance_find(self, path: str, path_names: bool = False) -> dict[str, dict[str, Any]]:
        """The values of the instances whose name matches the end of `path`, by name or by whole path."""
        found: dict[str, dict[str, Any]] = self._ask("instance_find", path, path_names)
        return found

    def instance_exists(self, path: str) -> bool:
        """Whether there is an instance."""
        return self.instance_get(path) is not None

    def instance_create(self, path: str, values: Mapping[str, Value] | None = None) -> bool:
        """Makes an instance. False where it is there already."""
        return bool(self._ask("instance_create", path, encode(dict(values or {}))))

    def instance_update(self, path: str, values: Mapping[str, Value]) -> bool:
        """Sets values of an instance. False where it is not there."""
        return bool(self._ask("instance_update", path, encode(dict(values))))

    def instance_delete(self, path: str) -> bool:
        """Takes an instance away. False where it is not there."""
        return bool(self._ask("instance_delete", path))

    def instance_get_display_name(self, path: str) -> str | None:
        """The display name of an instance."""
        found: str | None = self._ask("instance_get_display_name", path)
        return found

    def instance_set_display_name(self, path: str, name: str) -> bool:
        """Sets the display name of an instance. False where it is not there."""
        return bool(self._ask("instance_set_display_name", path, name))

    def hash_to_query(self, values: Mapping[str, Value]) -> str:
        """`values` as the query of a URI."""
        return str(self._ask("to_query", encode(dict(values))))

    def walk(self) -> list[str]:
        """Writes to the log all that a method can see; gives the lines."""
        return [str(each) for each in self._ask("walk")]

    def query_to_hash(self, query: str) -> dict[str, str]:
        """The arguments in the query of a URI."""
        found: dict[str, str] = self._ask("from_query", query)
        return found

    # -- the conversation

    def _ask(self, what: str, *arguments: Wire, changes: bool = False) -> Any:
        if changes:
            self._looks.clear()
        try:
            return self._value(self._conversation.ask(what, *arguments))
        finally:
            if changes:
                self._looks.clear()

    def _look(self, number: int) -> dict[str, Any]:
        known = self._looks.get(number)
        if known is None:
            answer = self._conversation.ask("look", {"o": number})
            known = dict(answer["h"])
            known["attributes"] = dict(known["attributes"]["h"])
            self._looks[number] = known
        return known

    def _set(self, number: int, name: str, value: Value) -> None:
        wire = encode(value)
        self._conversation.ask("set", {"o": number}, name, wire)
        known = self._looks.get(number)
        if known is not None:
            known["attributes"][name.lower()] = wire

    def _value(self, wire: Wire) -> Any:
        if isinstance(wire, list | dict):
            return decode(wire, self._make)
        return wire

    def _make(self, tag: str, inner: Any) -> Value:
        match tag:
            case "o":
                return WorkspaceObject(self, inner)
            case "m":
                return ServiceModel(self, *inner)
            case "p":
                return Password(self._conversation.ask, inner)
            case _:
                raise ValueError(f"no value is written with the tag {tag!r}")
