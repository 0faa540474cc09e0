"""Whether tests run at length."""

import os

#: True under `make torture`. Nothing else reads the variable.
TORTURE = os.environ.get("SALES_ARCHIVE_TORTURE") == "1"
