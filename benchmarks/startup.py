"""Whole processes that should cost little more than the interpreter: help, version, completion, a small run."""

from collections.abc import Callable

from benchmarks.processes import BARE, Bench, Command, aelang, built_command, domain_copy
from benchmarks.report import Broken, Figure, NotBuilt

_HELLO = "/System/Request/hello"
_PROFILE = "/System/Process/Request?request=UI_PROVISION_INFO&message=get_vmname"


def process(*arguments: str, finds: str = "") -> Callable[[Bench], Figure]:
    """The measure of `aelang` with `arguments`; where its output lacks `finds`, it is not built yet."""

    def measure(bench: Bench) -> Figure:
        command = Command(aelang(*arguments))
        try:
            said = bench.output(command)[0]
        except Broken as why:
            raise NotBuilt from why
        if finds not in said:
            raise NotBuilt(f"`{' '.join(arguments)}` does not answer with `{finds}`")
        return against_start(bench, command)

    return measure


def run_shipped(bench: Bench) -> Figure:
    """`aelang run` of the shipped datastore's hello, warm."""
    built_command(bench, "run")
    return against_start(bench, Command(aelang("run", _HELLO)))


def run_in_domain(bench: Bench) -> Figure:
    """`aelang run` of a target of two relationships in the 1,401-file domain, methods passed over, warm."""
    built_command(bench, "run")
    root = str(domain_copy(bench))
    return against_start(
        bench,
        Command(aelang("run", _PROFILE, "-d", root, "--attr", "ae_provider_category=infrastructure", "--no-methods")),
    )


def about_requests(*words: str) -> Callable[[Bench], Figure]:
    """The measure of `aelang` with `words` in a store of one request."""

    def measure(bench: Bench) -> Figure:
        place = bench.once("store of one request", _make_store)
        return against_start(bench, Command(aelang(*words, "--store", place)))

    return measure


def _make_store(bench: Bench) -> str:
    place = str(bench.scratch / "requests.sqlite")
    try:
        bench.output(Command(aelang("store", "init", "--store", place)))
    except Broken as why:
        raise NotBuilt from why
    bench.output(Command(aelang("request", "create", "automation", _HELLO, "--store", place)))
    return place


def against_start(bench: Bench, command: Command) -> Figure:
    """The best time of `command` and of a bare start, a round each in turn."""
    best = bench.best({"bare": Command(BARE), "subject": command})
    return Figure(best["subject"], best["bare"])
