"""Leave SIGTERM to the main process of a crawl: importing this ignores it.

systemd and a terminal send signals to every process of a crawl. A worker that ended at once would have the page that
it was reading reported as a fault of ours. Imported by the process from which workers are forked, and by nobody else.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
