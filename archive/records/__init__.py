"""The records: posts and comments, their addresses, validation, threads and similarity."""
