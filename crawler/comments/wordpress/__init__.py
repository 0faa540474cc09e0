"""WordPress's own comments, in its themes of twenty years."""
