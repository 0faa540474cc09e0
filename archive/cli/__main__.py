"""`python -m archive.cli`: the command line where no `sales-archive` is on the path."""

import sys

from archive.cli import main

if __name__ == "__main__":
    sys.exit(main())
