"""Extraction of kept raw responses again, without asking any site; the public name is `reextract`."""

from crawler.reextract.run import reextract

__all__ = ["reextract"]
