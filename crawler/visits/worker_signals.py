"""Signal handling of worker processes: importing this module ignores SIGTERM and SIGINT.

systemd and a terminal send signals to every process of a crawl. If a worker ended at once, its page would be reported
as a fault of ours. Only the process from which workers are forked imports this module. It is started with the signals
blocked, so that none reaches it earlier.
"""

import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
