"""Starts the zygote. Of aelang only this package is loaded: a method's process holds nothing else of it."""

import os
import sys
from types import ModuleType

here = os.path.dirname(os.path.abspath(__file__))
methods = os.path.dirname(here)
for name, folder in (
    ("aelang", os.path.dirname(methods)),
    ("aelang.methods", methods),
    ("aelang.methods.child", here),
):
    package = ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package

from aelang.methods.child.zygote import main  # noqa: E402 - the packages have to stand first

main()
