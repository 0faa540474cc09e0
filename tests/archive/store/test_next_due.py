"""When a page is visited again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Post, Visit, post_id
from archive.store.frontier import next_due

PUBLISHED = datetime(2025, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "woken", "still", "wait"),
    [
        (0, False, False, 1),
        (6, False, False, 6),
        (6, False, True, 30),
        (48, False, True, 168),
        (240, False, True, 240),
        (6, True, False, 24),
        (240, True, True, 960),
        (24 * 1000, False, True, 24 * 90),
    ],
)
def test_next_visit_of_a_thread_depends_on_age_stillness_and_comment_feed(
    hours: int, woken: bool, still: bool, wait: int
) -> None:
    at = PUBLISHED + timedelta(hours=hours)
    visit = Visit(url="https://a.example/1", site="a.example", at=at, status=200, woken=woken)

    assert next_due(visit, 0, PUBLISHED, still=still) - at == timedelta(hours=wait)


@pytest.mark.parametrize("unchanged", ["answered 304", "read again"])
def test_a_visit_that_brought_nothing_is_followed_by_a_longer_wait(tmp_path: Path, unchanged: str) -> None:
    url, site = "https://a.example/1", "a.example"
    post = Post(id=post_id(url), url=url, site=site, text="Text.", published=PUBLISHED, published_precision="second")
    visits = [Visit(url=url, site=site, at=PUBLISHED + timedelta(hours=1), status=200, post=post)]
    again = Visit(url=url, site=site, at=PUBLISHED + timedelta(hours=2), status=304)
    visits.append(again if unchanged == "answered 304" else replace(again, status=200, post=post))

    with Archive(tmp_path) as archive:
        waits = []
        for each in visits:
            archive.record(each)
            due = archive.database.connection.execute("SELECT due FROM pages").fetchone()[0]
            waits.append(datetime.fromisoformat(due) - each.at)

    assert waits == [timedelta(hours=1), timedelta(hours=10)]
