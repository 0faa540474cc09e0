"""Dates and moments as pages state them, in words or for programs."""
