"""Events: what a provider, a policy or a person says has happened becomes a row, and a message that tells Automate.

Nothing is run here (REQUESTS 5): a worker does that, with what `joining` adds to it.
"""
