"""Inline methods: code beside the declaration, in Ruby or in Python, run in a child of a warm process."""

import os
import sys
import threading
from typing import Any

from aelang.interpreter.failures import InvalidMethod, LimitExceeded
from aelang.interpreter.ports import MethodCall, MethodResult
from aelang.methods.process import run_process
from aelang.methods.settings import Settings
from aelang.methods.warm import Warm

_HERE = os.path.dirname(os.path.abspath(__file__))
RUBY_NOT_FOUND = (
    "ruby-not-found: no `ruby` on the PATH: install Ruby 3 (Debian: apt install ruby), or write the method in Python"
)


class InlineRunner:
    """Runs inline methods; a warm process a language, started when the first method of it is called."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._warm: dict[str, Warm] = {}
        self._lock = threading.Lock()
        self._nested = threading.local()

    def run(self, call: MethodCall) -> MethodResult:
        """Runs `call`. Raises InvalidMethod for a language that there is none of, LimitExceeded for methods that call
        each other without end."""
        depth = getattr(self._nested, "depth", 0)
        if depth >= self._settings.nested:
            raise LimitExceeded(f"more than {self._settings.nested} methods wait for each other")
        self._nested.depth = depth + 1
        try:
            return run_process(self._ready(call.method.language.strip().lower()), call, self._settings)
        finally:
            self._nested.depth = depth

    def close(self) -> None:
        """Ends the warm processes, and all methods in them."""
        with self._lock:
            for warm in self._warm.values():
                warm.close()
            self._warm.clear()

    def _ready(self, language: str) -> Warm:
        with self._lock:
            if language not in self._warm:
                self._warm[language] = self._start(language)
            return self._warm[language]

    def _start(self, language: str) -> Warm:
        match language:
            case "python":
                command = [sys.executable, "-I", os.path.join(_HERE, "child", "__main__.py")]
                needs = [sys.prefix, sys.base_prefix]
            case "ruby":
                command, needs = _ruby_command()
            case _:
                raise InvalidMethod(f"Inline Method Language [{language}] not supported: write it in Ruby or Python")
        return Warm(command, {**_told(self._settings), "needs": needs}, self._settings.environment)


def _ruby_command() -> tuple[list[str], list[str]]:
    from shutil import which

    found = which("ruby")
    if found is None:
        raise InvalidMethod(RUBY_NOT_FOUND)
    launcher = os.path.join(_HERE, "child", "launch.py")
    options = ["--disable=did_you_mean,error_highlight,rubyopt"]
    ruby = os.path.realpath(found)
    command = [sys.executable, "-I", "-S", launcher, ruby, *options, os.path.join(_HERE, "ruby", "server.rb")]
    return command, [os.path.dirname(ruby)]


def _told(settings: Settings) -> dict[str, Any]:
    limits = {name: getattr(settings, name) for name in ("cpu", "memory", "file", "processes", "files")}
    return {
        "limits": limits,
        "network": settings.network,
        "fence": settings.fence,
        "user": settings.user,
        "readable": settings.readable,
    }
