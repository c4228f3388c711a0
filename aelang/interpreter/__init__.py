"""A run: a compiled datastore and a target become an outcome.

No clock, no files, no network, no waiting: what a run needs from outside comes through `ports`.
"""
