"""Code: the texts of methods, looked at and never run: whether they parse, and which paths stand in them."""
