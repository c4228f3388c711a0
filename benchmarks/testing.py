"""A thousand tests of ManageIQ's domain by `aelang test`: dialogs, events, whole state machines; no method is run."""

from benchmarks.processes import Bench, Command, aelang, built_command, domain_copy
from benchmarks.report import Figure

_TESTS = 1000
_TARGETS = (
    "/Service/Provisioning/StateMachines/ServiceProvision_Template/default",
    "/Infrastructure/VM/Retirement/StateMachines/VMRetirement/Default",
    "/System/CommonMethods/QuotaStateMachine/quota",
    "/System/Process/Request",
    "/System/Event/EmsEvent/VC/VmPoweredOnEvent",
)
_HEAD = """\
given:
  inventory: {Vm: [{id: 7, name: web, vendor: vmware}]}
  arguments: {'Vm::vm': 7}
  methods: {'*': ok, change_event_target_state: ok}
tests:
"""


def thousand(bench: Bench) -> Figure:
    """`aelang test` in two processes, warm: half of the tests wait for a retry."""
    built_command(bench, "test")
    root = str(domain_copy(bench))
    file = bench.scratch / "thousand.test.yaml"
    file.write_text(_HEAD + "".join(map(_test, range(_TESTS))))
    command = Command(aelang("test", str(file), "-d", root, "-j", "2"))
    return Figure(bench.best({"test": command}, rounds=3)["test"] / 1000)


def _test(number: int) -> str:
    retry = "    methods: {check_*: [{retry: 1.minute}, ok]}\n" if number % 2 else ""
    expected = "    expect: {root: {vm: {Vm: 7}}}\n"
    return f"  number {number}:\n    run: {_TARGETS[number % len(_TARGETS)]}\n{retry}{expected}"
