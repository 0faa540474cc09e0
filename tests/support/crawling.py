"""Run real crawls inside the test's process: Scrapy without Twisted's reactor can be started again and again."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from crawler.spiders.blog import BlogSpider
from crawler.visits.fetcher import Fetcher
from crawler.visits.verdict import Verdict, verdict
from crawler.visits.workers import Workers
from tests.support.paths import ROOT

QUICK: dict[str, Any] = {
    "ADDRESS_GUARD": False,  # the resolver that guards needs Twisted's reactor; test_guard.py shows it with one
    "ALLOWED_PRIVATE": ["127.0.0.1"],
    "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_TIMEOUT": 10,
    "EXTRACT_WORKERS": 1,
    "INDEX_SECONDS": 0,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "RETRY_TIMES": 0,
    "SPIDER_MODULES": [],
    "TWISTED_REACTOR_ENABLED": False,
    "WARC_ENABLED": False,
}


def crawl(directory: Path, *, settings: dict[str, Any] | None = None, **arguments: str) -> dict[str, Any]:
    """Run `scrapy crawl blog` into the archive at `directory`; return its statistics."""
    return _run(BlogSpider, {"ARCHIVE_DIR": str(directory)} | (settings or {}), **arguments)


def judged(stats: dict[str, Any]) -> Verdict:
    """Return what the crawl command would say of these statistics."""
    return verdict(stats, stats.get("finish_reason"))


def ask(
    directory: Path, question: Callable[[Fetcher], Awaitable[Any]], *, settings: dict[str, Any] | None = None
) -> Any:
    """Return what a coroutine finds out with the spider's own `Fetch`."""
    found = []

    class Asking(Spider):
        name = "asking"

        async def start(self) -> Any:
            workers = Workers(1, seconds=10)
            found.append(await question(Fetcher(self.crawler, workers, budget=1000)))
            await workers.close()
            for nothing in ():
                yield nothing

    _run(Asking, {"ARCHIVE_DIR": str(directory)} | (settings or {}))
    return found[0]


def command(*arguments: str, **settings: str) -> list[str]:
    """Return the command line of `scrapy` with settings for loopback."""
    quick = {"DOWNLOAD_DELAY": "0", "ALLOWED_PRIVATE": "127.0.0.1", "INDEX_SECONDS": "0", "EXTRACT_WORKERS": "1"}
    options = [part for name, value in (quick | settings).items() for part in ("-s", f"{name}={value}")]
    return [sys.executable, "-m", "scrapy", *arguments, *options]


def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `scrapy` as a person does, to its end."""
    return subprocess.run(
        command(*arguments, **settings), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    """Start `scrapy` in a process group of its own."""
    return subprocess.Popen(
        command(*arguments, **settings), cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a crawl and its workers at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _run(spider: type[Spider], changed: dict[str, Any], **arguments: str) -> dict[str, Any]:
    settings = Settings()
    settings.setmodule("crawler.settings")
    settings.update(QUICK | changed)
    level = logging.root.level
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(spider)
    process.crawl(crawler, **arguments)
    process.start(install_signal_handlers=False)
    logging.root.setLevel(level)
    return crawler.stats.get_stats()
