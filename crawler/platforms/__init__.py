"""Platforms, one file a platform, and discovery where none is known."""
