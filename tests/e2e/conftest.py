"""A little web that runs in this process, crawled by the real `scrapy crawl blog` in another."""

from collections.abc import Iterator

import pytest

from archive.archive import Archive
from crawler.demo.programs import crawl
from crawler.demo.web import LittleWeb
from tests.e2e.crawled import Crawled


@pytest.fixture(scope="session")
def web() -> Iterator[LittleWeb]:
    with LittleWeb() as little_web:
        yield little_web


@pytest.fixture(scope="session")
def crawled(web: LittleWeb, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    directory = tmp_path_factory.mktemp("archive")
    statuses = {blog.name: crawl(f"{blog.base}/", directory) for blog in web.blogs}
    with Archive(directory) as archive:
        archive.sync()
        yield Crawled(web, directory, archive, statuses)
