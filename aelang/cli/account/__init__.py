"""The commands about accounts and their services."""
