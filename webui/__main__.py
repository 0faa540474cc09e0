"""Run the web UI: `python -m webui --archive DIR`, which is `sales-archive serve`."""

import sys

from webui.serve import main

if __name__ == "__main__":
    sys.exit(main())
