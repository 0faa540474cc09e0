"""Dates and moments as pages state them, in words or for programs: found in a line of text, and parsed."""

from crawler.pages.dates.parse import exact, machine_moment, parse_date
from crawler.pages.dates.shown import find_date

__all__ = ["exact", "find_date", "machine_moment", "parse_date"]
