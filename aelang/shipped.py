"""Where the files that come with aelang lie, in a checkout and in an installed wheel. No other module knows."""

import os

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def _shipped(name: str) -> str:
    installed = os.path.join(_PACKAGE, "shipped_data", name)
    return installed if os.path.isdir(installed) else os.path.join(os.path.dirname(_PACKAGE), name)


def is_checkout() -> bool:
    """Whether this is a checkout, whose modules may change while the version stays."""
    return not os.path.isdir(os.path.join(_PACKAGE, "shipped_data"))


def package_folder() -> str:
    """The folder of the package itself."""
    return _PACKAGE


def grammar_file(name: str) -> str:
    """The path of the grammar file `name`, such as `template.lark`."""
    return os.path.join(_shipped("grammar"), name)


BASE_DOMAIN = "Base"
"""The domain in `datastore_folder()`."""


def datastore_folder() -> str:
    """The path of the base domain that is used where no other datastore is named."""
    return _shipped("datastore")
