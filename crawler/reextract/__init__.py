"""Read kept raw responses again, without asking any site."""
