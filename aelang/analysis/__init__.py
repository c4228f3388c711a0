"""Questions about a compiled datastore: what is in it, what a class or instance amounts to, and where it is from."""
