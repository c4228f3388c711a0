"""Differences as they are printed: for people, for a pull request, for programs."""
