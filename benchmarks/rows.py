"""The rows of the report, in the order and by the names of the design's table; what is not built yet has no measure."""

from benchmarks import (
    ael,
    diff,
    docs,
    durable,
    events,
    load,
    logs,
    methods,
    questions,
    runs,
    startup,
    testing,
    transactions,
)
from benchmarks.report import Row, Target

_START = "bare start"
_PARSE = "bare parse"
_RUBY = "Ruby engine"
_DOMAIN = "aelang validate on the 1,401-file domain"
_MACHINE = "/Infrastructure/VM/Provisioning/StateMachines/VMProvision_VM/template"
_DURABLE = "durable transition on SQLite"


def _at_most(bound: float) -> Target:
    return Target("ratio", "<=", bound)


def _value_at_most(bound: float) -> Target:
    return Target("value", "<=", bound)


def _value_at_least(bound: float) -> Target:
    return Target("value", ">=", bound)


CORPUS = (
    "manageiq-content",
    "manageiq-darga",
    "automation_engine-spec",
    "CloudForms_Chef",
    "CloudForms_Essentials",
    "MIQ_IPAM",
    "ServiceNow_ServiceCatalog",
)

ROWS: tuple[Row, ...] = (
    Row(f"{_DOMAIN}, cold cache: after imports", "ms", _PARSE, _at_most(4), load.cold_after_imports),
    Row(f"{_DOMAIN}, cold cache: whole process, to the bare parse", "ms", _PARSE, _at_most(6), load.cold_to_parse),
    Row(f"{_DOMAIN}, cold cache: whole process, to the bare start", "ms", _START, _at_most(45), load.cold_to_start),
    Row(f"{_DOMAIN}, warm, nothing changed", "ms", _START, _at_most(8), load.warm_unchanged),
    Row(f"{_DOMAIN}, warm, one file changed", "ms", _START, _at_most(14), load.warm_one_changed),
    Row("10 x that (generated): cold", "files/s", "at 1 x", _value_at_least(3500), load.ten_times_speed),
    Row("10 x that (generated): linear", "us/file", "at 1 x", _at_most(1.25), load.ten_times_linear),
    Row("100 x that (140,000 files): memory", "MB", "", _value_at_most(250), load.hundred_times_memory, big=True),
    Row("aelang run of a small target, warm, whole process", "ms", _START, _at_most(10), startup.run_shipped),
    Row(
        "aelang run of a small target, warm, whole process: in the 1,401-file domain",
        "ms", _START, _at_most(10), startup.run_in_domain,
    ),
    Row("--help, whole process", "ms", _START, _at_most(5), startup.process("--help", finds="run")),
    Row(
        "a completion, whole process: a command",
        "ms", _START, _at_most(5), startup.process("__complete", "co", finds="compile"),
    ),
    Row(
        "a completion, whole process: a name of the datastore",
        "ms", _START, None, startup.process("__complete", "run", "/System/Req", finds="/System/Request"),
    ),
    Row("--version, whole process", "ms", _START, _at_most(3), startup.process("--version")),
    Row("request list, whole process", "ms", _START, _at_most(40), startup.about_requests("request", "list")),
    Row("request show, whole process", "ms", _START, _at_most(40), startup.about_requests("request", "show", "1")),
    Row(
        "one object with 10 substituted attributes, image in memory",
        "objects/s", _RUBY, _value_at_least(45_000), runs.wide_objects,
    ),
    Row("chain of 100 relationships, trace recorded", "objects/s", _RUBY, _value_at_least(80_000), runs.chain_objects),
    Row("machine of 10 no-op states", "machines/s", _RUBY, _value_at_least(12_000), runs.machines),
    Row(
        "a Python method, isolated child, 50 reads of evm: p50",
        "ms", "fresh Ruby", _value_at_most(5), methods.python_call,
    ),
    Row(
        "a Ruby method, warm parent that forks, 50 reads: p50",
        "ms", "fresh Ruby", _value_at_most(8), methods.ruby_call,
    ),
    Row(f"{_DURABLE}, built-in step: p50", "ms", "fdatasync", _at_most(8), durable.transition),
    Row(f"{_DURABLE}: three-state requests, one worker", "requests/s", "", _value_at_least(200), durable.one_worker),
    Row(
        f"{_DURABLE}: four workers, no-op steps",
        "requests/s", "one worker", Target("ratio", ">=", 0.7), durable.four_workers,
    ),
    Row(
        f"{_DURABLE}: four workers, steps of 2 ms",
        "requests/s", "one worker", Target("ratio", ">=", 1.4), durable.four_workers_slow,
    ),
    Row(
        "a provisioning transaction on SQLite, modules that do nothing",
        "commands/s", "bare store", Target("ratio", ">=", 0.5), transactions.commands,
    ),
    Row("preparation of a tree of 1,000 services", "ms", "", _value_at_most(500), transactions.preparation),
    Row("a new request beside 100,000 finished ones", "ms", "empty store", _at_most(1.2), durable.beside_finished),
    Row("1,000 tests of the 1,401-file domain, two processes, whole", "s", "", _value_at_most(10), testing.thousand),
    Row("aelang explain, warm, whole process", "ms", _START, _at_most(14), questions.asked("explain", _MACHINE)),
    Row(
        "aelang why-not, warm, whole process",
        "ms", _START, _at_most(14), questions.asked("why-not", "request_created"),
    ),
    Row(
        "aelang impact of an instance, warm, whole process",
        "ms", _START, _at_most(14), questions.asked("impact", "/System/CommonMethods/QuotaStateMachine/quota"),
    ),
    Row(
        "aelang impact of what 590 entry points lead to, warm, whole process",
        "ms", _START, _at_most(14), questions.asked("impact", "/System/event_handlers/"),
    ),
    Row(
        "aelang graph, warm, whole process",
        "ms", _START, _at_most(14), questions.asked("graph", "/System/Process/MiqEvent"),
    ),
    Row("aelang docs of the 1,401-file domain, cold cache: whole process", "ms", "cold validate", None, docs.cold),
    Row("reading .ael of the 1,401-file domain", "ms", "its YAML", _at_most(1), ael.reading),
    Row("reading a broken .ael file", "ms", "", _value_at_most(50), ael.broken),
    Row(
        "aelang diff of two releases of ManageIQ's domain, cold cache: whole process",
        "ms", "cold validate", _at_most(2), diff.cold,
    ),
    Row("aelang diff of two releases of ManageIQ's domain, warm", "ms", _START, None, diff.warm),
    Row("provider events through event listen, one worker", "events/s", "", None, events.rate),
    Row("provider events: arrival to handled, p50", "ms", "", None, events.median_wait),
    Row("provider events: arrival to handled, p99", "ms", "", None, events.longest_wait),
    Row("event list, whole process", "ms", _START, _at_most(40), startup.about_requests("event", "list")),
    Row("aelang log of 1,000,000 lines: whole process", "s", "", _value_at_most(10), logs.seconds),
    Row("aelang log of 1,000,000 lines: memory", "MB", "", _value_at_most(200), logs.megabytes),
    *(Row(f"load of {name}: cold", "ms", _START, None, load.corpus_cold(name)) for name in CORPUS),
    *(Row(f"load of {name}: warm", "ms", _START, None, load.corpus_warm(name)) for name in CORPUS),
)  # fmt: skip
