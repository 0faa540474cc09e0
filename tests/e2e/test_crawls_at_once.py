"""Several programs at one archive: crawls of different sites, and a browser that searches meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from archive.archive import Archive
from crawler.demo.programs import crawl, web_ui
from crawler.demo.web import LittleWeb
from tests.e2e.crawled import Crawled
from tests.support.ports import free_port


def test_two_crawls_at_once_lose_nothing_while_a_browser_searches(
    web: LittleWeb, crawled: Crawled, tmp_path: Path
) -> None:
    Archive(tmp_path).close()
    port = free_port()
    with web_ui(tmp_path, port), _searching(port) as answers:
        statuses = _crawl_at_once([web.blog("classic").base, web.blog("rest").base], tmp_path)

    assert statuses == [0, 0]
    assert len(answers) > 1
    assert set(answers) == {200}
    with Archive(tmp_path) as archive:
        archive.sync()
        assert archive.check() == []
        for name in ("classic", "rest"):
            there = {
                each.url: len(each.comments) for each in archive.posts() if each.url.startswith(web.blog(name).base)
            }
            assert there == {each.url: len(each.comments) for each in crawled.posts(name)}


def _crawl_at_once(addresses: list[str], directory: Path) -> list[int]:
    statuses: list[int] = [-1] * len(addresses)

    def run(number: int, address: str) -> None:
        statuses[number] = crawl(f"{address}/", directory)

    threads = [threading.Thread(target=run, args=each) for each in enumerate(addresses)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@contextmanager
def _searching(port: int) -> Iterator[list[int]]:
    """Search without a pause until the block ends; the list holds the status of each answer."""
    answers: list[int] = []
    ended = threading.Event()

    def search() -> None:
        while not ended.is_set():
            try:
                with urlopen(f"http://127.0.0.1:{port}/search?q=cold+call", timeout=30) as answer:
                    answers.append(answer.status)
            except HTTPError as error:
                answers.append(error.code)
                error.close()

    thread = threading.Thread(target=search)
    thread.start()
    try:
        yield answers
    finally:
        ended.set()
        thread.join()
