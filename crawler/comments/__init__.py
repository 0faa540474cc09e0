"""Comment systems, and threads read by their structure."""
