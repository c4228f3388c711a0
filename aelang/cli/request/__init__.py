"""The commands about requests."""
