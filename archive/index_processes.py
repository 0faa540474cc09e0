"""How many processes build an index best, by the size of the records and what the machine has to spare."""

from archive.index_parts import MOST_BYTES

#: More gain little: one looks for copies among all posts before any of them begins.
MOST_PROCESSES = 4

#: Records that a process must have to write for its start to be worth it; about five seconds' work.
LEAST_BYTES = 20_000_000

#: What a process that writes a part holds, with room to spare. Measured: 845 MB for 140 MB of long posts, 391 MB for
#: 66 MB of comments, 751 MB for 122 MB of both.
EMPTY_BYTES = 80_000_000
HELD_PER_BYTE = 6

#: How much of the free memory may be taken.
SHARE = 0.5


def fitting(records_bytes: int, *, processors: int, free_bytes: int) -> int:
    """Return how many processes build an index of so many records soonest without crowding out other programs."""
    most = min(processors, MOST_PROCESSES, records_bytes // LEAST_BYTES)
    fit = (
        number
        for number in range(most, 1, -1)
        if number * _held(min(MOST_BYTES, records_bytes // number)) <= SHARE * free_bytes
    )
    return next(fit, 1)


def _held(part_bytes: int) -> int:
    return EMPTY_BYTES + HELD_PER_BYTE * part_bytes
