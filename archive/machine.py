"""What the machine has to spare: processors, and memory, within the limits of the control groups this process is in.

Version 1 of the groups is not looked at. Sources: https://man7.org/linux/man-pages/man5/proc_meminfo.5.html
(`MemAvailable`), https://docs.kernel.org/admin-guide/cgroup-v2.html (`cpu.max`, `memory.max`).
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")

#: What counts as used in a group and is given back when memory is short.
_GIVEN_BACK = {"inactive_file", "active_file"}


def processors(proc: Path = PROC, groups: Path = GROUPS) -> int:
    """Return how many processors this process may keep busy, one at least."""
    # not on macOS, which has no groups either
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for group in _groups(proc, groups):
        with suppress(OSError, ValueError):
            quota, period = (group / "cpu.max").read_text().split()
            usable = min(usable, int(quota) // int(period))  # ValueError: "max"
    return max(usable, 1)


def free_bytes(proc: Path = PROC, groups: Path = GROUPS) -> int:
    """Return how much memory can be taken without any being swapped out; 0 where nothing tells."""
    try:
        free = _numbers(proc / "meminfo")["MemAvailable:"] * 1024
    except (OSError, KeyError):
        return 0
    for group in _groups(proc, groups):
        with suppress(OSError, ValueError):
            most = int((group / "memory.max").read_text())  # ValueError: "max"
            used = int((group / "memory.current").read_text())
            free = min(free, most - used + _given_back(group))
    return max(free, 0)


def _groups(proc: Path, groups: Path) -> Iterator[Path]:
    """Yield the directory of the group this process is in, and of each group around it."""
    with suppress(OSError):
        for line in (proc / "self" / "cgroup").read_text().splitlines():
            if line.startswith("0::/"):
                own = groups / line.removeprefix("0::/")
                yield from (path for path in (own, *own.parents) if path.is_relative_to(groups))


def _given_back(group: Path) -> int:
    with suppress(OSError):
        return sum(value for name, value in _numbers(group / "memory.stat").items() if name in _GIVEN_BACK)
    return 0


def _numbers(path: Path) -> dict[str, int]:
    """Return the first number behind each name of a file of lines."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {line[0]: int(line[1]) for line in lines if line[1:] and line[1].isdecimal()}
