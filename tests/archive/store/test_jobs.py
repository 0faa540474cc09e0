"""What is kept of the crawls of years."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.store import jobs
from archive.store.sites import SiteCrawl


def test_old_reports_keep_their_counts_but_not_the_outcome_of_each_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SITES_TOLD", 2)
    came = {"a.example": SiteCrawl(spider="blog", ending="finished", began=datetime.now(UTC))}
    with Archive(tmp_path) as archive:
        for number in range(5):
            job = archive.jobs.start("blog")
            if number != 3:  # this one is killed
                archive.jobs.end(job, {"counts": {"archive/posts_new": number}}, came)

        reports = [job.report for job in archive.jobs.latest()]

    told = [report and ("sites" in report, report["counts"]["archive/posts_new"]) for report in reports]
    assert told == [(True, 4), None, (False, 2), (False, 1), (False, 0)]
