"""WordPress: its REST interface, its feeds, and WordPress.com."""
