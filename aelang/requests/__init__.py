"""Requests: their life as pure functions, and the store that keeps them."""
