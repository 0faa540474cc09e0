"""The shapes of a dataset, one file a shape."""
