"""Automation as code: compile, check and run ManageIQ Automate datastores."""

__version__ = "0.1.0"
