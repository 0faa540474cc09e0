"""Scrapy's own command line, run in this process."""

import os
from collections.abc import Sequence

from scrapy.cmdline import execute


def run_scrapy(arguments: Sequence[str]) -> int:
    """Run `scrapy` with these arguments on this project's settings, wherever it is called; return its exit status."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = "crawler.settings"
    try:
        execute(["scrapy", *arguments])
    except SystemExit as ended:  # Scrapy ends its process so
        return ended.code if isinstance(ended.code, int) else 1
    return 0
