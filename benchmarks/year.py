"""A year of one blog: how many requests the visits take, and how soon comments are archived.

    .venv/bin/python -m benchmarks.year [--posts 200] [--days 365] [--fading 1.3] [--seed 7] [--at-once]

The clock is moved, nobody sleeps: every hour cron would start a crawl, and where the site or a post is due, the real
site visit runs (`SiteVisit`, its feeds, readers and archive, with a commit for each visit). Only the network
is left out: `benchmarks/year_site.py` answers in this process.
"""

import argparse
import asyncio
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from scrapy import Spider
from scrapy.statscollectors import MemoryStatsCollector
from scrapy.utils.test import get_crawler

from archive.archive import Archive
from benchmarks.year_site import URL, LivingBlog, LivingPost, life, reply
from crawler.catalogue.sites import Site
from crawler.visits.arguments import CrawlArguments
from crawler.visits.schedule import due_sites
from crawler.visits.site_visit import SiteVisit

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
WEEK = timedelta(days=7)
#: What a site may have that tells of new comments: its feeds, and whether that of posts states the sizes of threads.
SITES: dict[str, tuple[tuple[str, ...], bool]] = {
    "no feed at all": ((), False),
    "a feed of posts": (("/feed/",), False),
    "… with the sizes of threads": (("/feed/",), True),
    "… and a feed of comments": (("/feed/", "/comments/feed/"), True),
}


@dataclass(frozen=True, slots=True)
class Year:
    """What a year took, and what it brought."""

    site_visits: int
    #: Requests by kind.
    asked: dict[str, int]
    #: Comments that arrived.
    arrived: int
    archived: int
    #: Of those that arrived a week before the end or earlier.
    arrived_early: int
    within_a_week: int
    within_a_day: int


def main() -> None:
    """Print a line for each kind of site."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=200)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--fading", type=float, default=1.3, help="the exponent of the power law")
    parser.add_argument("--at-once", action="store_true", help="all posts appear in the first week of the year")
    parser.add_argument("--seed", type=int, default=7, help="another number is another blog's life")
    parser.add_argument("--no-validators", action="store_true")
    options = parser.parse_args()
    print(f"{'site':<28}{'visits':>7}{'requests a post and year':>26}", end="")
    print(f"{'posts':>7}{'feeds':>7}{'lists':>7}{'robots':>7}{'comments':>9}{'by the end':>11}{'week':>7}{'day':>7}")
    span = WEEK if options.at_once else timedelta(days=options.days)
    posts = life(moments(options.posts, span), fading=options.fading, seed=options.seed)
    for name, (feeds, sizes) in SITES.items():
        blog = LivingBlog(posts, feeds=feeds, sizes=sizes, validators=not options.no_validators)
        year = simulate(posts, blog, days=options.days)
        per_post = options.posts * options.days / 365
        asked = {kind: year.asked.get(kind, 0) / per_post for kind in ("posts", "feeds", "lists", "robots")}
        print(f"{name:<28}{year.site_visits:>7}{sum(asked.values()):>26.1f}", end="")
        print("".join(f"{each:>7.1f}" for each in asked.values()), end="")
        print(f"{year.arrived:>9}{year.archived / year.arrived:>11.2%}", end="")
        print(f"{year.within_a_week / year.arrived_early:>7.1%}{year.within_a_day / year.arrived_early:>7.1%}")


def moments(posts: int, span: timedelta) -> list[datetime]:
    """Return when posts are published: evenly over a time from the year's beginning."""
    return [BEGIN + span * number / posts for number in range(posts)]


def simulate(posts: list[LivingPost], blog: LivingBlog, *, days: int) -> Year:
    """Return what crawling a blog for some days took and brought."""
    with tempfile.TemporaryDirectory() as place:
        site_visits = asyncio.run(_crawl(blog, Path(place), days))
        with closing(sqlite3.connect(Path(place, "records.db"))) as connection:
            rows = connection.execute(
                "SELECT json_extract(record, '$.text'), min(saved) FROM revisions"
                " WHERE id LIKE 'comment:%' GROUP BY id"
            )
            saved = {text: datetime.fromisoformat(at) for text, at in rows}
    end = BEGIN + timedelta(days=days)
    arrived = {
        reply(post, number): comment.shown
        for post in posts
        for number, comment in enumerate(post.comments)
        if comment.shown < end
    }
    delays = {text: saved[text] - moment for text, moment in arrived.items() if text in saved}
    early = {text for text, moment in arrived.items() if moment < end - WEEK}
    return Year(
        site_visits=site_visits,
        asked=dict(blog.asked),
        arrived=len(arrived),
        archived=len(delays),
        arrived_early=len(early),
        within_a_week=sum(text in early and delay <= WEEK for text, delay in delays.items()),
        within_a_day=sum(text in early and delay <= timedelta(days=1) for text, delay in delays.items()),
    )


async def _crawl(blog: LivingBlog, directory: Path, days: int) -> int:
    """Let cron start a crawl every hour; return how many found something to do."""
    site = Site(url=f"{URL}/")
    arguments = CrawlArguments.parse(site=None, since=None, limit=None, refresh=None)
    site_visits = 0
    stats = MemoryStatsCollector(get_crawler(Spider))
    with Archive(directory) as archive, time_machine.travel(BEGIN, tick=False) as clock:
        for hour in range(days * 24):
            clock.move_to(BEGIN + timedelta(hours=hour, minutes=17))
            if not due_sites([site], archive.sites.states(), archive.frontier.pages_by_site(), datetime.now(UTC)):
                continue
            site_visits += 1
            blog.policies = archive.policies
            site_visit = SiteVisit(site, blog, archive, stats, arguments)
            async for visit in site_visit.visits():
                archive.record(visit)
    return site_visits


if __name__ == "__main__":
    main()
