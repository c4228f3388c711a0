"""The program `aelang`: its exit code, whatever happens; the version and completions are answered first."""

import gc
import sys

from aelang import __version__

_INTERRUPTED = 130
_BROKEN_PIPE = 141
_OUR_FAULT = 70


def main() -> None:
    """Runs the command line with the arguments of the process and ends it with the exit code."""
    code = run(sys.argv[1:])
    gc.freeze()  # else the interpreter looks for cycles once more before it ends, through all that there is
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The exit code of the command line `arguments`; no error of the user's or of ours climbs out."""
    try:
        code = _dispatch(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _close_quietly()
        return _BROKEN_PIPE
    except OSError as fault:
        return _environment_fault(fault)
    except Exception:  # the last resort: whatever it is, people are told where to report it
        return _our_fault()
    return code


def _dispatch(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        print(f"aelang {__version__}")  # noqa: T201 - this is the program
        return 0
    if arguments[:1] == ["__complete"]:
        from aelang.cli.completing import complete

        return complete(arguments[1:])
    from aelang.cli.main import execute

    return execute(arguments)


def _close_quietly() -> None:
    """Points standard output to nowhere, so that the interpreter's own last flush finds no broken pipe."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _environment_fault(fault: OSError) -> int:
    place = f"{fault.filename}: " if fault.filename else ""
    sys.stderr.write(f"error: {place}{fault.strerror or fault}\n")
    return 1


def _our_fault() -> int:
    import traceback

    traceback.print_exc()
    sys.stderr.write(
        f"\nThis is a fault of aelang {__version__}. Please report it, with the lines above, where you got it from.\n"
    )
    return _OUR_FAULT


if __name__ == "__main__":
    main()
