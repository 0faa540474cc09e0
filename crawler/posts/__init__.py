"""A page's post: its body, its kind, and its metadata put together."""
