"""The commands about the store."""
