"""Stores of either kind for the hoster."""

from tests.requests.conftest import databases, either, server, stores

__all__ = ["databases", "either", "server", "stores"]
