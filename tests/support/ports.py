"""Ports for programs that cannot choose one for themselves."""

import socket


def free_port() -> int:
    """Return a port of 127.0.0.1 that nothing listens on.

    The system chooses it. Two test processes that each look for the first free port from a number on would choose the
    same one.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
