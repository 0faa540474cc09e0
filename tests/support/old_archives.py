"""Archives and datasets that earlier versions wrote, kept in `tests/archives/`, and the blog they were crawled from.

`python -m tests.support.old_archives NAME` writes those of the version at hand. What is there already is never
written again: it shows what people have on their disks.
"""

import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.archive import Archive
from archive.export.dataset import write_dataset
from archive.export.plan import BACKUP, Plan
from archive.forgetting import forget
from archive.store.deny import Rule
from tests.support.blog import Answer, Blog, post_page, serve
from tests.support.crawling import crawl
from tests.support.pages_table import make_all_due
from tests.support.paths import TESTS

ARCHIVES = TESTS / "archives"
#: The addresses of the archived posts hold these; nothing else listens there.
HOST, PORT = "127.0.8.1", 8790
URL = f"http://{HOST}:{PORT}"
DAYS = 3
KEY = b"k" * 32
SETTINGS = {"ALLOWED_PRIVATE": [HOST], "WARC_ENABLED": True}


@contextmanager
def blog_of_day(day: int) -> Iterator[Blog]:
    """Serve the blog as it is on one of its days, 1 to `DAYS`; archives are written on the first two."""
    with serve(HOST, PORT) as blog:
        publish(blog, day)
        yield blog


def publish(blog: Blog, day: int) -> None:
    """Put the pages of a day on the blog."""
    for slug, comments, words in (
        ("silence-is-an-answer", 4 if day == 1 else 5, "Wait three days, then ask once."),
        ("the-price-page", 2, "We ask 40 dollars." if day == 1 else "We ask 60 dollars."),
        ("uber-umsatz", 1, "Über Umsatz spricht man beim Mittagessen: naïveté kostet."),
        ("no-thread-here", 0, "Nobody has answered yet."),
    ):
        blog.pages[f"/{slug}/"] = Answer(post_page(slug, comments=comments, words=words), validators=True)
    blog.pages["/left-behind/"] = (
        Answer(post_page("left-behind", comments=1), validators=True) if day == 1 else Answer("gone", 410)
    )
    blog.pages["/to-be-forgotten/"] = Answer(post_page("to-be-forgotten", comments=3), validators=True)
    blog.pages["/not-to-be-kept/"] = Answer(
        post_page("not-to-be-kept").replace("<head>", '<head><meta name="robots" content="noarchive">')
    )
    blog.pages["/broken/"] = Answer("not today", 500)
    if day == DAYS:
        blog.pages["/third-day/"] = Answer(post_page("third-day", comments=2, words="We hired a closer."))
    blog.sitemap(*(path for path in blog.pages if path not in {"/", "/sitemap.xml"}))


def write(directory: Path) -> None:
    """Write an archive of two days, its index and two datasets into a directory."""
    archived = directory / "archive"
    for day in (1, 2):
        with blog_of_day(day) as blog:
            if day > 1:
                make_all_due(archived)
            crawl(archived, site=blog.url, settings=SETTINGS)
    with Archive(archived) as archive:
        forget(archive, Rule(kind="url", value=f"{URL}/to-be-forgotten/", reason="its writer asked"))
        archive.sync()
        write_dataset(archive, directory / "backup", BACKUP, key=KEY)
        write_dataset(archive, directory / "dataset", Plan(), key=KEY)


def unpack(name: str, directory: Path) -> None:
    """Unpack what a version wrote into a directory: `archive/`, `backup/` and `dataset/`."""
    with tarfile.open(ARCHIVES / f"{name}.tar.gz") as packed:
        packed.extractall(directory, filter="data")


def main() -> None:
    """Write the archive of the version at hand, unless it is there."""
    with TemporaryDirectory() as directory, tarfile.open(ARCHIVES / f"{sys.argv[1]}.tar.gz", "x:gz") as packed:
        write(Path(directory))
        for part in ("archive", "backup", "dataset"):
            packed.add(Path(directory) / part, part)


if __name__ == "__main__":
    main()
