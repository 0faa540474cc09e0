"""Leave signals to the main process of a crawl: importing this ignores SIGTERM and SIGINT.

systemd and a terminal send signals to every process of a crawl. A worker that ended at once would have the page that
it was reading reported as a fault of ours. Imported by the process from which workers are forked, and by nobody else;
it was started with the signals blocked, so that none meets it before.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
