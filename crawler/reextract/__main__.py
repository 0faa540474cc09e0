"""Run `python -m crawler.reextract`, which is `sales-archive reextract`."""

import sys

from crawler.reextract.run import main

if __name__ == "__main__":
    sys.exit(main())
