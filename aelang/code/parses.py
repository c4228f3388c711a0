"""Whether texts are Python: a program that asks and answers as `parses.rb` does, with `line:column:complaint`.

A text is compiled and thrown away: nothing of it is run.
"""

import resource
import sys
import warnings


def main() -> None:
    """Answers until its standard input ends."""
    _limit(resource.RLIMIT_AS, 512 * 1024 * 1024)
    _limit(resource.RLIMIT_CPU, 300)
    _limit(resource.RLIMIT_CORE, 0)
    warnings.simplefilter("ignore")
    while length := sys.stdin.buffer.readline():
        said = _complaint(sys.stdin.buffer.read(int(length))).encode("utf-8", "replace")
        sys.stdout.buffer.write(b"%d\n%b" % (len(said), said))
        sys.stdout.buffer.flush()


def _limit(what: int, wanted: int) -> None:
    """Sets a limit, unless there is a lower one."""
    _, highest = resource.getrlimit(what)
    most = wanted if highest == resource.RLIM_INFINITY else min(wanted, highest)
    resource.setrlimit(what, (most, most))


def _complaint(data: bytes) -> str:
    try:
        compile(data.decode("utf-8", "replace"), "method", "exec", dont_inherit=True)
    except SyntaxError as fault:
        return f"{fault.lineno or 1}:{fault.offset or 1}:{fault.msg}"
    except (RecursionError, MemoryError):
        return "1:1:it is nested too deeply, or too long"
    except ValueError as fault:
        return f"1:1:{fault}"
    return ""


if __name__ == "__main__":
    main()
