"""A Python and a Ruby method that do the same leave the same workspace behind; together the pairs use every member."""

import re
from collections.abc import Iterator
from shutil import which
from typing import Any, NamedTuple

import pytest

from aelang.interpreter.values import Password, RunValue
from aelang.methods import Runners
from aelang.methods.child.evm import Evm
from aelang.methods.child.objects import Model, WorkspaceObject
from aelang.services import Inventory
from aelang.services.catalog import Catalog
from aelang.services.inventory import default_rows
from tests.datastores import field
from tests.methods import Ran, constants, engine, method, passwords, run, told

needs_ruby = pytest.mark.skipif(which("ruby") is None, reason="no Ruby on the PATH")


class Pair(NamedTuple):
    """What both do, in either language, and the members that they show."""

    python: str
    ruby: str


PAIRS = {
    "reading and setting attributes": Pair(
        """
evm.root["one"] = 1
evm.root["Two"] = ["a", 2.5, None, True, {"k": Symbol("s"), 3: [4]}]
evm.current["three"] = evm.root["TWO"]
evm.current_object["four"] = evm.object["one"]
evm.object["five"] = evm.root["nothing"]
evm.root["six"] = [float("inf"), -float("inf"), 10**30, "ü\\n\\u20ac", ""]
evm.object.attributes["one"] = "lost"
evm.root["names"] = sorted(evm.object.attributes)
""",
        """
$evm.root['one'] = 1
$evm.root['Two'] = ['a', 2.5, nil, true, {'k' => :s, 3 => [4]}]
$evm.current['three'] = $evm.root['TWO']
$evm.current_object['four'] = $evm.object['one']
$evm.object['five'] = $evm.root['nothing']
$evm.root['six'] = [Float::INFINITY, -Float::INFINITY, 10**30, "ü\\n\\u20ac", '']
$evm.object.attributes['one'] = 'lost'
$evm.root['names'] = $evm.object.attributes.keys.sort
""",
    ),
    "a list that was read is a copy": Pair(
        """
evm.root["list"] = [1]
evm.root["list"].append(2)
evm.root["after"] = evm.root["list"]
""",
        """
$evm.root['list'] = [1]
$evm.root['list'] << 2
$evm.root['after'] = $evm.root['list']
""",
    ),
    "where it stands": Pair(
        """
evm.root["where"] = [evm.current_namespace, evm.current_class, evm.current_instance, evm.current_message,
    evm.current_method, evm.root.name, evm.object.namespace, evm.object.class_name, evm.object.instance_name,
    evm.object.current_field_name, evm.object.current_field_type, evm.object.current_message, str(evm.object),
    evm.parent is None, evm.root.parent is None]
evm.root["inputs"] = evm.inputs
""",
        """
$evm.root['where'] = [$evm.current_namespace, $evm.current_class, $evm.current_instance, $evm.current_message,
  $evm.current_method, $evm.root.name, $evm.object.namespace, $evm.object.class_name, $evm.object.instance_name,
  $evm.object.current_field_name, $evm.object.current_field_type, $evm.object.current_message, $evm.object.to_s,
  $evm.parent.nil?, $evm.root.parent.nil?]
$evm.root['inputs'] = $evm.inputs
""",
    ),
    "objects of the run": Pair(
        """
kid = evm.instantiate("/Test/Case/plain?x=1")
evm.root["kid"] = [kid.name, kid["x"], kid.parent.name, kid.parent == evm.current]
other = evm.instantiate("/Test/Case/plain?x=2#other")
evm.root["kids"] = [each["x"] for each in evm.current.children()]
evm.root["none"] = [evm.instantiate("/Test/Nothing/at_all"), evm.instantiate("no uri"), evm.object("Nobody")]
evm.root["found"] = [evm.object("/").name, evm.object(".").name, evm.object("/Test/Case/plain")["x"]]
evm.root["all"] = [each.name for each in evm.objects]
evm.root["children_of"] = evm.current.children("call")
""",
        """
kid = $evm.instantiate('/Test/Case/plain?x=1')
$evm.root['kid'] = [kid.name, kid['x'], kid.parent.name, kid.parent == $evm.current]
other = $evm.instantiate('/Test/Case/plain?x=2#other')
$evm.root['kids'] = $evm.current.children.map { |each| each['x'] }
$evm.root['none'] = [$evm.instantiate('/Test/Nothing/at_all'), $evm.instantiate('no uri'), $evm.object('Nobody')]
$evm.root['found'] = [$evm.object('/').name, $evm.object('.').name, $evm.object('/Test/Case/plain')['x']]
$evm.root['all'] = $evm.objects.map(&:name)
$evm.root['children_of'] = $evm.current.children('call')
""",
    ),
    "a single child stands for itself": Pair(
        "evm.instantiate('/Test/Case/plain')\nevm.root['kid'] = evm.current.children().name",
        "$evm.instantiate('/Test/Case/plain')\n$evm.root['kid'] = $evm.current.children.name",
    ),
    "a child that stops is an object, one that aborts is nil": Pair(
        "evm.root['x'] = [evm.instantiate('/Test/Case/stop').name, evm.instantiate('/Test/Case/abort')]",
        "$evm.root['x'] = [$evm.instantiate('/Test/Case/stop').name, $evm.instantiate('/Test/Case/abort')]",
    ),
    "the log": Pair(
        """
for level in ("debug", "info", "warn", "error"):
    evm.log(level, f"at {level}")
try:
    evm.log("loud", "x")
except EvmError as fault:
    evm.root["refused"] = fault.message
""",
        """
%w[debug info warn error].each { |level| $evm.log(level, "at #{level}") }
begin
  $evm.log('loud', 'x')
rescue ArgumentError => e
  $evm.root['refused'] = e.message
end
""",
    ),
    "state variables": Pair(
        """
evm.set_state_var("one", 1)
evm.set_state_var(Symbol("two"), [2])
evm.root["vars"] = [evm.get_state_var("one"), evm.get_state_var("two"), evm.get_state_var("zip"),
    evm.state_var_exist("one"), evm.state_var_exist("zip"), evm.get_state_vars()]
evm.delete_state_var("one")
evm.set_state_var("ansible_stats_ip", "10.0.0.1")
evm.root["stats"] = evm.ansible_stats_vars
try:
    evm.set_state_var([1], 1)
except EvmError as fault:
    evm.root["refused"] = fault.message
""",
        """
$evm.set_state_var('one', 1)
$evm.set_state_var(:two, [2])
$evm.root['vars'] = [$evm.get_state_var('one'), $evm.get_state_var(:two), $evm.get_state_var('zip'),
  $evm.state_var_exist?('one'), $evm.state_var_exist?('zip'), $evm.get_state_vars]
$evm.delete_state_var('one')
$evm.set_state_var('ansible_stats_ip', '10.0.0.1')
$evm.root['stats'] = $evm.ansible_stats_vars
begin
  $evm.set_state_var([1], 1)
rescue RuntimeError => e
  $evm.root['refused'] = e.message
end
""",
    ),
    "service variables": Pair(
        """
evm.root["service"] = evm.vmdb("service", 5)
evm.set_service_var("a", 1)
evm.set_service_var("b", "two")
evm.root["vars"] = [evm.get_service_var("a"), evm.service_var_exists("b"), evm.service_var_exists("zip")]
evm.delete_service_var("b")
evm.root["after"] = [evm.get_service_var("b"), evm.service_var_exists("b")]
""",
        """
$evm.root['service'] = $evm.vmdb('service', 5)
$evm.set_service_var('a', 1)
$evm.set_service_var('b', 'two')
$evm.root['vars'] = [$evm.get_service_var('a'), $evm.service_var_exists?('b'), $evm.service_var_exists?('zip')]
$evm.delete_service_var('b')
$evm.root['after'] = [$evm.get_service_var('b'), $evm.service_var_exists?('b')]
""",
    ),
    "service variables without a service": Pair(
        "evm.set_service_var('a', 1)\nevm.root['x'] = [evm.get_service_var('a'), evm.service_var_exists('a')]",
        "$evm.set_service_var('a', 1)\n$evm.root['x'] = [$evm.get_service_var('a'), $evm.service_var_exists?('a')]",
    ),
    "records": Pair(
        """
vms = evm.vmdb("vm")
evm.root["ids"] = [each.id for each in vms.all()]
evm.root["found"] = [vms.find(7).name, vms.find(4711), vms.first().id, vms.count(), vms.find_by_id(8).name,
    vms.find_by(name="db").id, [each.id for each in vms.where({"name": "web"})]]
vm = vms.find(7)
evm.root["vm"] = vm
evm.root["class"] = vm.class_name
evm.root["same"] = evm.root["vm"] == vm
evm.root["owner"] = vm.evm_owner.name
try:
    evm.vmdb("nonsense")
except EvmError as fault:
    evm.root["refused"] = fault.kind
""",
        """
vms = $evm.vmdb('vm')
$evm.root['ids'] = vms.all.map(&:id)
$evm.root['found'] = [vms.find(7).name, vms.find(4711), vms.first.id, vms.count, vms.find_by_id(8).name,
  vms.find_by(:name => 'db').id, vms.where('name' => 'web').map(&:id)]
vm = vms.find(7)
$evm.root['vm'] = vm
$evm.root['class'] = vm.class_name
$evm.root['same'] = $evm.root['vm'] == vm
$evm.root['owner'] = vm.evm_owner.name
begin
  $evm.vmdb('nonsense')
rescue MiqAeException::Error => e
  $evm.root['refused'] = e.class.name.split('::').last
end
""",
    ),
    "rights": Pair(
        """
before = evm.rbac_enabled
evm.enable_rbac()
during = evm.rbac_enabled
evm.disable_rbac()
evm.root["rbac"] = [before, during, evm.rbac_enabled]
""",
        """
before = $evm.rbac_enabled?
$evm.enable_rbac
during = $evm.rbac_enabled?
$evm.disable_rbac
$evm.root['rbac'] = [before, during, $evm.rbac_enabled?]
""",
    ),
    "commands and notifications": Pair(
        """
try:
    evm.execute("no_such_command", 1)
except EvmError as fault:
    evm.root["refused"] = fault.kind
evm.root["noticed"] = evm.create_notification(type="no_such_type", message="x")
evm.root["told"] = evm.create_notification_or_fail({"level": "info", "message": "hello"}) is None
""",
        """
begin
  $evm.execute('no_such_command', 1)
rescue MiqAeException::Error => e
  $evm.root['refused'] = e.class.name.split('::').last
end
$evm.root['noticed'] = $evm.create_notification(:type => 'no_such_type', :message => 'x')
$evm.root['told'] = $evm.create_notification!('level' => 'info', 'message' => 'hello').nil?
""",
    ),
    "instances of the datastore": Pair(
        """
evm.root["got"] = evm.instance_get("/Demo/Test/Case/plain")
evm.root["found"] = sorted(evm.instance_find("/Demo/Test/Case/*"))
evm.root["paths"] = sorted(evm.instance_find("/Demo/Test/Case/p*", True))
evm.root["there"] = [evm.instance_exists("/Demo/Test/Case/plain"), evm.instance_exists("/Demo/Test/Case/zip")]
evm.root["title"] = evm.instance_get_display_name("/Demo/Test/Case/plain")
refused = []
for change in (lambda: evm.instance_create("/Demo/Test/Case/new", {"call": "x"}),
               lambda: evm.instance_update("/Demo/Test/Case/plain", {"call": "x"}),
               lambda: evm.instance_delete("/Demo/Test/Case/plain"),
               lambda: evm.instance_set_display_name("/Demo/Test/Case/plain", "x")):
    try:
        change()
    except EvmError as fault:
        refused.append(fault.message)
evm.root["refused"] = refused
""",
        """
$evm.root['got'] = $evm.instance_get('/Demo/Test/Case/plain')
$evm.root['found'] = $evm.instance_find('/Demo/Test/Case/*').keys.sort
$evm.root['paths'] = $evm.instance_find('/Demo/Test/Case/p*', :path => true).keys.sort
$evm.root['there'] = [$evm.instance_exists?('/Demo/Test/Case/plain'), $evm.instance_exists?('/Demo/Test/Case/zip')]
$evm.root['title'] = $evm.instance_get_display_name('/Demo/Test/Case/plain')
refused = []
[-> { $evm.instance_create('/Demo/Test/Case/new', 'call' => 'x') },
 -> { $evm.instance_update('/Demo/Test/Case/plain', 'call' => 'x') },
 -> { $evm.instance_delete('/Demo/Test/Case/plain') },
 -> { $evm.instance_set_display_name('/Demo/Test/Case/plain', 'x') }].each do |change|
  change.call
rescue MiqAeException::Error => e
  refused << e.message
end
$evm.root['refused'] = refused
""",
    ),
    "queries": Pair(
        """
evm.root["query"] = evm.hash_to_query({"b": "x y", "a": 1})
evm.root["hash"] = evm.query_to_hash("a=1&b=x+y")
""",
        """
$evm.root['query'] = $evm.hash_to_query('b' => 'x y', 'a' => 1)
$evm.root['hash'] = $evm.query_to_hash('a=1&b=x+y')
""",
    ),
    "the time a state may take": Pair(
        """
try:
    evm.field_timeout
except EvmError as fault:
    evm.root["refused"] = fault.message
evm.root["ae_state_max_retries"] = 3
evm.root["ae_retry_interval"] = "2.minutes"
evm.root["timeout"] = evm.field_timeout
""",
        """
begin
  $evm.field_timeout
rescue RuntimeError => e
  $evm.root['refused'] = e.message
end
$evm.root['ae_state_max_retries'] = 3
$evm.root['ae_retry_interval'] = '2.minutes'
$evm.root['timeout'] = $evm.field_timeout
""",
    ),
    "passwords": Pair(
        """
evm.root["shown"] = evm.object["password"]
evm.root["length"] = len(evm.object.decrypt("password"))
evm.root["plain"] = [evm.object.decrypt("tag"), evm.object.encrypted("password"), evm.object.encrypted("tag")]
evm.root["input"] = [str(evm.inputs["p"]), len(evm.decrypt(evm.inputs["p"])), evm.decrypt("x")]
""",
        """
$evm.root['shown'] = $evm.object['password']
$evm.root['length'] = $evm.object.decrypt('password').length
$evm.root['plain'] = [$evm.object.decrypt('tag'), $evm.object.encrypted?('password'), $evm.object.encrypted?('tag')]
$evm.root['input'] = [$evm.inputs['p'].to_s, $evm.decrypt($evm.inputs['p']).length, $evm.decrypt('x')]
""",
    ),
    "the output": Pair(
        "import sys\nprint('to stdout')\nprint('to stderr', file=sys.stderr)\nevm.log('info', 'logged')",
        "puts 'to stdout'\n$stderr.puts 'to stderr'\n$evm.log('info', 'logged')",
    ),
    "the walk": Pair("evm.root['seen'] = evm.walk()", "$evm.root['seen'] = $evm.walk"),
    "warning": Pair("raise SystemExit(MIQ_WARN)", "exit MIQ_WARN"),
    "stopping": Pair("raise SystemExit(MIQ_STOP)", "exit MIQ_STOP"),
    "aborting": Pair("raise SystemExit(MIQ_ABORT)", "exit MIQ_ABORT"),
    "an unknown code": Pair("raise SystemExit(260 + 3)", "exit 260 + 3"),
}

ONLY_PYTHON = {"stop", "abort", "retry", "skip"}  # LANGUAGE 7
IN_RUBY = {
    "state_var_exist": "state_var_exist?", "service_var_exists": "service_var_exists?",
    "instance_exists": "instance_exists?", "rbac_enabled": "rbac_enabled?",
    "create_notification_or_fail": "create_notification!", "encrypted": "encrypted?",
}  # fmt: skip
NOT_OF_OBJECTS = {"evm_wire", "get"}


def members() -> set[str]:
    """The members of `evm`, of its objects and of its models."""
    of_objects = {name for name in vars(WorkspaceObject) if not name.startswith("_")} - NOT_OF_OBJECTS
    of_models = {name for name in vars(Model) if not name.startswith("_")} - {"name"}
    return {name for name in vars(Evm) if not name.startswith("_")} - ONLY_PYTHON | of_objects | of_models


@pytest.mark.parametrize("name", sorted(members()))
def test_every_member_is_in_a_pair(name: str) -> None:
    in_ruby = re.escape(IN_RUBY.get(name, name))
    python, ruby = re.compile(rf"\.{name}\b"), re.compile(rf"\.{in_ruby}")
    uses = [pair for pair in PAIRS.values() if python.search(pair.python) and ruby.search(pair.ruby)]
    assert uses, f"no pair uses {name}"


@pytest.fixture(scope="module")
def runners() -> Iterator[Runners]:
    made = Runners()
    yield made
    made.close()


def _records() -> dict[str, Any]:
    records: dict[str, Any] = dict(default_rows())
    records["Vm"] = [{"id": 7, "name": "web", "evm_owner_id": 1}, {"id": 8, "name": "db"}]
    records["Service"] = [{"id": 5, "name": "shop"}]
    return records


def _ran(runners: Runners, code: str, language: str) -> Ran:
    text = "def main(evm):\n" + "\n".join(f"    {line}" for line in code.splitlines()) if language == "python" else code
    methods = [method("main", text, language, inputs={"a": "1", "tag": None, "p:password": "v2:{other==}"})]
    number = field("attribute", "n", "3", datatype="integer")
    attributes = [*constants(tag="t"), *passwords(password="v2:{canary==}"), number]
    return run(engine(methods, attributes=attributes, catalog=Catalog(Inventory(_records()), 1), runners=runners))


@needs_ruby
@pytest.mark.parametrize("name", PAIRS)
def test_a_pair_leaves_the_same_behind(runners: Runners, name: str) -> None:
    python, ruby = _ran(runners, PAIRS[name].python, "python"), _ran(runners, PAIRS[name].ruby, "ruby")
    assert ([], _left(python)) == (_exceptions(python), _left(ruby))


def _exceptions(ran: Ran) -> list[str]:
    return [line for line in ran.lines if "occurred during method evaluation" in line] and ran.lines


def _left(ran: Ran) -> dict[str, object]:
    """All that a run leaves behind, but for what a failure tells of the language."""
    workspace = ran.outcome.workspace
    return {
        "outcome": type(ran.outcome).__name__,
        "failure": ran.failure.partition(" method [")[0],
        "root": {name: _typed(value) for name, value in told(ran.root).items()},
        "nodes": [node.object_name for node in workspace.nodes],
        "variables": _typed(workspace.state_vars),
        "lines": [line.replace("ruby", "python") for line in ran.lines],
    }


def _typed(value: RunValue) -> object:
    match value:
        case list():
            return [_typed(each) for each in value]
        case dict():
            return [(_typed(key), _typed(each)) for key, each in value.items()]
        case Password():
            return "password"
        case _:
            return type(value).__name__, str(value)
