from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.archive import Archive
from archive.records.models import Post
from tests.support.datasets import THREAD
from tests.support.posts import build_post
from tests.support.searching import write


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive") as opened:
        yield opened


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    with Archive(tmp_path_factory.mktemp("sales")) as archive:
        write(
            archive,
            "cold",
            "How we write a cold-email sequence for B2B SaaS. It made $10k last month. Don’t spam.",
            "I never answer cold email",
            "Our C-level naïve café team did",
            title="Cold email that works",
            tags=("Outbound", "cold email"),
        )
        write(
            archive, "pricing", "Raise your prices! Customers will pay 10,000 dollars.", title="Pricing", site="b.org"
        )
        write(
            archive,
            "churn",
            "Follow up before they churn. A followup call costs 4.5 dollars.",
            "Pricing was why we churned",
            title="Churn",
            author="Cy Fox",
            published=datetime(2018, 7, 1, tzinfo=UTC),
            platform="ghost",
        )
        write(archive, "preise", "Unsere Verkäufer telefonieren täglich mit Häusern", language="de", site="c.de")
        write(archive, "undated", "Written nobody knows when", published=None, author=None)
        archive.sync()
        yield archive


@pytest.fixture
def make_post() -> Callable[..., Post]:
    """Return a builder of posts: address, then any field; comments are given as (native id, parent or None, text)."""
    return build_post


@pytest.fixture
def filled(archive: Archive, make_post: Callable[..., Post]) -> Archive:
    """Return an archive of five posts with a thread each."""
    for n in range(5):
        archive.add(make_post(f"https://example.com/{n}/", text=f"Text number {n}.", thread=THREAD))
    return archive
