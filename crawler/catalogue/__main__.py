"""Run `python -m crawler.catalogue`, which is `sales-archive sites CHANGE`."""

import sys

from crawler.catalogue.editing import main

if __name__ == "__main__":
    sys.exit(main())
