"""Comment systems, one file a system."""
