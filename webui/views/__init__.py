"""The views, one file per page or interface."""
