"""Threads of no known system, read by the structure of the page."""
