"""When a page is visited again: by the age of its post, later and later after failures, seldom once it is gone.

benchmarks/year.py measures what this finds, and how many requests it takes, in a simulated year.
"""

from datetime import datetime, timedelta

from archive.records import Visit

#: A thread is looked at again when its age has doubled, within these bounds.
SOONEST = timedelta(hours=1)
LATEST = timedelta(days=90)
#: A thread that stood still is given this many times its age, while that is less than a week: most threads are short.
STILL_PATIENCE = 5
STILL_LATEST = timedelta(days=7)
#: Where a feed tells of new comments, a thread is looked at when its age is this many times as much again, and not
#: every few hours while it is young: the feed is asked then.
WOKEN_PATIENCE = 4
WOKEN_SOONEST = timedelta(days=1)

#: After a failure: twice as long each time, within these bounds.
RETRY_SOONEST = timedelta(hours=1)
RETRY_LATEST = timedelta(days=7)

#: A page that is gone is asked for seldom.
GONE_AGAIN = timedelta(days=30)
GONE = {404, 410}
#: The first HTTP status that is an error.
FIRST_ERROR = 400


def next_due(visit: Visit, failures: int, published: datetime | None, *, still: bool = False) -> datetime:
    """Return when to visit again: by the post's age, or later and later after failures.

    `still` says that the visit brought nothing that was not known.
    """
    if visit.status in GONE:
        return visit.at + GONE_AGAIN
    if failures:
        return visit.at + min(RETRY_SOONEST * (1 << min(failures - 1, 20)), RETRY_LATEST)
    age = visit.at - published if published else LATEST / 4
    if visit.woken:
        wait = max(WOKEN_PATIENCE * age, WOKEN_SOONEST)
    else:
        wait = max(age, min(STILL_PATIENCE * age, STILL_LATEST)) if still else age
    return visit.at + min(max(wait, SOONEST), LATEST)


def succeeded(visit: Visit) -> bool:
    """Tell whether a visit brought all that can be had, so that it need not be tried again soon."""
    answered = visit.status is not None and (visit.status < FIRST_ERROR or visit.status in GONE)
    return answered and (visit.thread_whole or not visit.thread_reachable)
