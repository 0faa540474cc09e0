"""Run `python -m archive` as `sales-archive`."""

import sys

from archive.cli import main

sys.exit(main())
