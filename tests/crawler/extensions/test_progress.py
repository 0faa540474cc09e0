"""What a crawl says of itself while it runs."""

import pytest

from crawler.extensions.progress import line


def test_the_line_counts_what_was_archived_not_what_was_downloaded() -> None:
    stats = {
        "crawl/sites": 3,
        "crawl/sites_done": 1,
        "archive/posts_new": 4,
        "archive/posts_changed": 2,
        "archive/posts_unchanged": 2000,
        "archive/comments_new": 7,
        "crawl/silent": 1,
        "spider_exceptions/count": 1,
        "downloader/request_count": 2010,
    }

    assert line(stats, 100.5) == (
        "1/3 sites · posts 4 new, 2 changed, 2000 unchanged · 7 new comments · 2 errors · 20.0 requests/s"
    )


def test_a_short_line_fits_a_terminal_of_80_columns_with_the_time_left() -> None:
    stats = {
        "crawl/sites": 117,
        "crawl/sites_done": 42,
        "archive/posts_new": 118,
        "archive/posts_unchanged": 904,
        "archive/comments_new": 1520,
        "crawl/pages_due": 2000,
        "crawl/pages_visited": 1022,
        "downloader/request_count": 1100,
    }

    text = line(stats, 900, short=True)

    assert text == "42/117 sites, 118 new 0 changed, 1520 comments, 0 errors, 1.2/s, 14 min left"
    assert len(text) < 80


@pytest.mark.parametrize(
    ("due", "visited", "seconds", "left"),
    [(120, 60, 30, "30 s left"), (1200, 60, 30, "10 min left"), (60 * 7300, 60, 30, "61 h left")],
)
def test_the_time_left_follows_from_what_is_due(due: int, visited: int, seconds: float, left: str) -> None:
    text = line({"crawl/pages_due": due, "crawl/pages_visited": visited}, seconds)

    assert text.split(" · ")[-1].replace(".0 h", " h").replace("60.8", "61") == left


def test_a_crawl_that_has_just_begun_says_nothing_of_the_time_left() -> None:
    assert "left" not in line({"crawl/pages_due": 100}, 0.0)
