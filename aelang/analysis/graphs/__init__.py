"""Graphs: a state machine, or what is reached from an instance or a method, as boxes and arrows, and how they look."""
