"""Logs of Automate: lines of automation.log, evm.log or our own traces become runs that one can read."""
