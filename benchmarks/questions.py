"""Questions about the 1,401-file domain: whole processes, warm, that should cost little more than a start."""

from collections.abc import Callable

from benchmarks.processes import Bench, Command, aelang, built_command, domain_copy
from benchmarks.report import Figure
from benchmarks.startup import against_start


def asked(command: str, *arguments: str) -> Callable[[Bench], Figure]:
    """The measure of `aelang COMMAND` with `arguments` about the domain."""

    def measure(bench: Bench) -> Figure:
        built_command(bench, command)
        root = str(domain_copy(bench))
        return against_start(bench, Command(aelang(command, *arguments, "-d", root)))

    return measure
