"""What is counted for a page is kept, and counted again when the archive has changed."""

from dataclasses import replace
from pathlib import Path

from archive.archive import Archive
from archive.records.models import Post, Visit, parse_time
from archive.store.coverage import coverage_state
from webui.holdings import CachedCount


def test_it_is_counted_again_only_when_the_state_is_another() -> None:
    counted: list[int] = []
    states = [1, 1, 2]
    cached = CachedCount(lambda: counted.append(0) or len(counted), lambda: states.pop(0), seconds=0)

    assert [cached(), cached(), cached()] == [1, 1, 2]


def test_within_its_seconds_not_even_the_state_is_asked() -> None:
    states = [1]
    cached = CachedCount(lambda: "found", lambda: states.pop(0), seconds=3600)

    assert [cached(), cached(), cached()] == ["found"] * 3


def test_every_change_that_coverage_tells_is_another_state(tmp_path: Path, library: dict[str, Post]) -> None:
    post = library["discovery-calls"]
    at = parse_time("2026-11-12T08:30:00Z")
    with Archive(tmp_path) as archive:
        states = [coverage_state(archive.database)]
        archive.frontier.discover(post.site, [(post.url, None)])
        states.append(coverage_state(archive.database))
        archive.record(Visit(url=post.url, site=post.site, at=at, status=503))
        states.append(coverage_state(archive.database))
        archive.record(Visit(url=post.url, site=post.site, at=at, status=200, post=post))
        states.append(coverage_state(archive.database))
        archive.sites.learn(post.site, platform="ghost")
        states.append(coverage_state(archive.database))
        archive.add(replace(post, title="Another"))
        states.append(coverage_state(archive.database))
        unchanged = coverage_state(archive.database)

    assert len(set(states)) == 6
    assert unchanged == states[-1]
