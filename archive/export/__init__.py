"""Datasets: what of an archive goes into one, in which shapes, and how it is written, verified and loaded."""
