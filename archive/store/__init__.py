"""The record store: all that an archive keeps in `records.db`, and all SQL."""
