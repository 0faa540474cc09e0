"""What is kept of each site, in archives of this version and of others."""

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.archive import Archive
from archive.store.sites import FeedState, ScheduleState, SiteCrawl, SiteState

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
SITE = "a.example"

#: A state as versions before `SiteState` wrote it.
STORED: dict[str, Any] = {
    "concerns": ["3 of 9 posts have no text"],
    "crawl": {
        "spider": "blog",
        "ending": "failed",
        "reason": "no such host",
        "began": "2026-08-01T12:00:00Z",
        "ended": None,
        "posts_new": 2,
    },
    "failing_since": "2026-07-01T12:00:00Z",
    "failure": "no such host",
    "list_failure": None,
    "listed": "2026-06-01T12:00:00Z",
    "name": "Notes",
    "platform": "ghost",
    "turn": {
        "at": "2026-08-01T12:00:00Z",
        "by_list": False,
        "feeds": [
            {
                "asked": "2026-08-01T12:00:00Z",
                "comments": False,
                "etag": '"1"',
                "hash": None,
                "last_modified": None,
                "news": None,
                "seen": ["ab"],
                "url": "https://a.example/feed/",
            }
        ],
        "moved_to": None,
        "next": "2026-08-01T13:00:00Z",
        "owed": False,
        "quiet": 3,
        "threads_apart": False,
    },
    "turn:/folder/": {"quiet": 5},
    "url": "https://a.example/",
    "well": "2026-05-01T12:00:00Z",
}


def store(archive: Archive, state: dict[str, Any]) -> None:
    with archive.database.write() as connection:
        connection.execute("INSERT INTO sites VALUES (?, ?)", (SITE, json.dumps(state)))


def stored(archive: Archive) -> dict[str, Any]:
    """Return the state as a program of another version reads it."""
    with closing(sqlite3.connect(archive.database.path)) as connection:
        state: dict[str, Any] = json.loads(connection.execute("SELECT state FROM sites").fetchone()[0])
    return state


def test_state_of_an_earlier_version_is_read_in_full(archive: Archive):
    store(archive, STORED)

    state = archive.sites.state(SITE)

    assert state == SiteState(
        platform="ghost",
        name="Notes",
        url="https://a.example/",
        listed=datetime(2026, 6, 1, 12, tzinfo=UTC),
        concerns=("3 of 9 posts have no text",),
        failure="no such host",
        failing_since=datetime(2026, 7, 1, 12, tzinfo=UTC),
        well=datetime(2026, 5, 1, 12, tzinfo=UTC),
        crawl=SiteCrawl(spider="blog", ending="failed", reason="no such host", began=AT, posts_new=2),
        schedules={
            "/": ScheduleState(
                at=AT,
                quiet=3,
                feeds=(FeedState(url="https://a.example/feed/", etag='"1"', seen=("ab",), asked=AT),),
                due=datetime(2026, 8, 1, 13, tzinfo=UTC),
            ),
            "/folder/": ScheduleState(quiet=5),
        },
    )
    assert archive.sites.states() == {SITE: state}


def test_what_is_noted_reads_as_earlier_versions_wrote_it(archive: Archive):
    store(archive, STORED)
    state = archive.sites.state(SITE)
    assert state.crawl is not None

    archive.sites.learn(
        SITE, platform="ghost", name="Notes", url="https://a.example/", list_failure=None, concerns=state.concerns
    )
    archive.sites.note_visit(SITE, {"/": state.schedules["/"]}, failure="no such host")

    assert stored(archive) == STORED


def test_what_another_version_noted_is_not_lost(archive: Archive):
    state = json.loads(json.dumps(STORED))
    state["pace"] = {"seconds": 3}
    state["turn"]["mood"] = "calm"
    state["turn"]["feeds"][0]["ttl"] = 60
    state["crawl"]["bytes"] = 7
    store(archive, state)
    read = archive.sites.state(SITE)

    archive.sites.learn(SITE, platform="ghost")
    archive.sites.note_visit(SITE, {"/": read.schedules["/"]}, failure="no such host")

    assert stored(archive) == state
    assert archive.status().to_json()["sites"] == [{"site": SITE, "posts": 0, "comments": 0} | state]


def test_time_that_is_no_longer_known_goes(archive: Archive):
    store(archive, STORED)

    archive.sites.note_visit(SITE, {"/": ScheduleState(quiet=1)}, failure=None)

    assert stored(archive)["turn"] == ScheduleState(quiet=1).to_json()
    assert archive.sites.state(SITE).schedules["/"] == ScheduleState(quiet=1)


def test_failure_that_goes_on_keeps_the_time_at_which_it_began(archive: Archive):
    assert archive.sites.note_visit(SITE, {}, failure=None) is None
    well = archive.sites.state(SITE).well
    assert well is not None

    assert archive.sites.note_visit(SITE, {}, failure="no such host") == well
    began = archive.sites.state(SITE).failing_since
    archive.sites.note_visit(SITE, {}, failure="timed out")

    state = archive.sites.state(SITE)
    assert (state.failure, state.failing_since, state.well) == ("timed out", began, well)
    archive.sites.note_visit(SITE, {}, failure=None)
    assert (archive.sites.state(SITE).failure, archive.sites.state(SITE).failing_since) == (None, None)


def test_crawl_of_a_site_leaves_the_rest_of_its_state(archive: Archive):
    store(archive, STORED)
    crawl = SiteCrawl(spider="blog", ending="finished", began=AT, ended=AT)

    archive.sites.note_crawls({SITE: crawl, "b.example": crawl})

    assert stored(archive) == STORED | {"crawl": crawl.to_json()}
    assert archive.sites.state("b.example") == SiteState(crawl=crawl)


def test_site_never_crawled_has_an_empty_state(tmp_path: Path):
    with Archive(tmp_path) as archive:
        assert archive.sites.state("nobody.example") == SiteState()


@pytest.mark.parametrize("turn", [None, "soon", 3, []])
def test_schedule_that_is_none_is_left_alone(archive: Archive, turn: object):
    store(archive, {"turn": turn, "platform": "ghost"})

    assert archive.sites.state(SITE) == SiteState(platform="ghost")
    archive.sites.learn(SITE, name="Notes")
    assert stored(archive)["turn"] == turn
