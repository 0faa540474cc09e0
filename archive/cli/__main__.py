"""`python -m archive.cli`: the command line if `sales-archive` is not on the path."""

import sys

from archive.cli import main

if __name__ == "__main__":
    sys.exit(main())
