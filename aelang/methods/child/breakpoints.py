"""Python's debugger inside a method: what it reads and writes goes through the conversation, to the run's terminal.

Nobody imports this: its text is a piece of code before that of a method whose run is debugged.
"""


def _install(evm):  # type: ignore[no-untyped-def]  # as methods are written
    import pdb
    import sys

    ask = evm._conversation.ask

    class Terminal:
        encoding = "utf-8"

        def readline(self):  # type: ignore[no-untyped-def]
            return ask("debugger_reads")

        def write(self, text):  # type: ignore[no-untyped-def]
            ask("debugger_writes", str(text))

        def flush(self):  # type: ignore[no-untyped-def]
            pass

    def stop():  # type: ignore[no-untyped-def]
        debugger = pdb.Pdb(stdin=Terminal(), stdout=Terminal(), nosigint=True, readrc=False)  # type: ignore[arg-type]  # all of a stream that pdb uses
        debugger.set_trace(sys._getframe().f_back)

    sys.breakpointhook = stop


_install(globals()["__evm__"])
del _install
