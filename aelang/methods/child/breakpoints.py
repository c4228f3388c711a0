"""Python's debugger inside a method: what it reads and writes goes through the conversation, to the run's terminal.

Nobody imports this: its text is a piece of code before that of a method whose run is debugged.
"""


def _install(evm, module):  # type: ignore[no-untyped-def]  # it is imported nowhere
    import bdb
    import os
    import pdb
    import sys

    ask = evm._conversation.ask
    ours = os.path.dirname(type(evm).__init__.__code__.co_filename)

    class Terminal:
        encoding = "utf-8"

        def readline(self):  # type: ignore[no-untyped-def]
            return ask("debugger_reads")

        def write(self, text):  # type: ignore[no-untyped-def]
            ask("debugger_writes", str(text))

        def flush(self):  # type: ignore[no-untyped-def]
            pass

    class Debugger(pdb.Pdb):
        def stop_here(self, frame):  # type: ignore[no-untyped-def]
            """Never inside of `evm`, where the conversation is busy, nor behind the end of the method."""
            at = frame
            while at is not None and at.f_globals.get("__name__") != "__method__":
                if at.f_code.co_filename.startswith(ours):
                    return False
                at = at.f_back
            return super().stop_here(frame)

        def get_stack(self, frame, traceback):  # type: ignore[no-untyped-def]
            """Without what is not of the method's author."""
            stack, _ = super().get_stack(frame, traceback)
            hidden = (ours, bdb.__file__, "/aelang/")
            shown = [each for each in stack if not each[0].f_code.co_filename.startswith(hidden)] or stack
            return shown, len(shown) - 1

    def debugger() -> pdb.Pdb:
        terminal = Terminal()
        return Debugger(stdin=terminal, stdout=terminal, nosigint=True, readrc=False)  # type: ignore[arg-type]  # all of a stream that pdb uses

    def debugged(main):  # type: ignore[no-untyped-def]
        return (lambda evm: debugger().runcall(main, evm)) if callable(main) else main

    def stop():  # type: ignore[no-untyped-def]
        debugger().set_trace(sys._getframe().f_back)

    sys.breakpointhook = stop
    module["__debugged__"] = debugged


_install(globals()["__evm__"], globals())  # type: ignore[no-untyped-call]
del _install
