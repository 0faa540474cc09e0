"""The index on disk: its files, schema, segments, and how they are written."""
