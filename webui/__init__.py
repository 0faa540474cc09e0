"""The web UI: a thin Flask application. Views read the address, ask the archive, and render."""
