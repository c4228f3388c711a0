"""The command line: arguments are parsed, one thing is called, its result is rendered.

A command is a module with `COMMAND`, which says in data what it takes, and `execute`, which does it. Only `parser`
knows click, so that a completion can read what a command takes without it.
"""
