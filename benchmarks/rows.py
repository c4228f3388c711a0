"""The rows of the report, in the order and by the names of the design's table; what is not built yet has no measure."""

from benchmarks import load, methods, runs, startup
from benchmarks.report import Row, Target

_START = "bare start"
_PARSE = "bare parse"
_RUBY = "Ruby engine"
_DOMAIN = "aelang validate on the 1,401-file domain"
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
    Row(f"{_DURABLE}, built-in step: p50", "ms", "fdatasync", _at_most(8)),
    Row(f"{_DURABLE}: three-state requests, one worker", "requests/s", "", _value_at_least(200)),
    Row(f"{_DURABLE}: four workers, no-op steps", "requests/s", "one worker", Target("ratio", ">=", 0.7)),
    Row(f"{_DURABLE}: four workers, steps of 2 ms", "requests/s", "one worker", Target("ratio", ">=", 1.4)),
    *(Row(f"load of {name}: cold", "ms", _START, None, load.corpus_cold(name)) for name in CORPUS),
    *(Row(f"load of {name}: warm", "ms", _START, None, load.corpus_warm(name)) for name in CORPUS),
)  # fmt: skip
