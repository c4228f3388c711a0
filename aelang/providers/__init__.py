"""Providers: the systems in which machines really run, and what requests and events have to do with them."""
