"""`scrapy extract`: print what the crawl would read from saved pages, to see why a page is read wrongly.

With `--report FILE`, everything that others need to see it, too, is written into one file.
"""

import argparse
import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archive.records.models import Comment, Post, comment_id
from crawler.commands.page_report import advice, page_report
from crawler.pages.models import ReadPost
from crawler.pages.page import Page
from crawler.pages.placing import native_key, place
from crawler.platforms.registry import PLATFORMS, recognise

#: Where a saved page says nothing of its address.
NOWHERE = "https://saved.example/page"
#: Fewer pages are read faster in one process than others start.
FEW_PAGES = 8
#: A saved page that unpacks to more is a trap.
MAX_BYTES = 64 * 1024 * 1024


class Command(ScrapyCommand):
    """Read saved pages and print one JSON record a line, in the order given."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 (Scrapy's own form)

    def syntax(self) -> str:
        """Return what follows the command's name."""
        return "[options] PAGE.html[.gz]..."

    def short_desc(self) -> str:
        """Return what `scrapy` prints in its list of commands."""
        return "Print the records read from saved pages"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Take the address, the platform and the form of the output."""
        super().add_options(parser)
        parser.add_argument("--url", default=NOWHERE, help="address of the page (one page only)")
        parser.add_argument(
            "--platform", choices=sorted(PLATFORMS), help="read as this platform, whatever the page says"
        )
        parser.add_argument("--map", choices=["score"], help="score: the form that benchmarks of extraction take")
        parser.add_argument(
            "--report",
            metavar="FILE",
            type=Path,
            help="write page, record and versions into a new ZIP file, to report a page that is read wrongly",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the records; exit with 1 when a page could not be read."""
        if not args or (len(args) > 1 and opts.url != NOWHERE):
            raise UsageError("give one or more saved pages; --url goes with one page")
        if opts.report is not None:
            self.exitcode = self._report(args, opts)
            return
        read = partial(_line, url=opts.url, platform=opts.platform, score=opts.map == "score")
        for path, line in zip(args, _lines(read, args), strict=True):
            if line is None:
                sys.stderr.write(_unreadable(path))
                self.exitcode = 1
            else:
                sys.stdout.write(line + "\n")

    def _report(self, args: list[str], opts: argparse.Namespace) -> int:
        """Write the report of one page; return the exit status."""
        if len(args) > 1 or opts.map or urlsplit(opts.url).scheme not in {"http", "https"}:
            raise UsageError("--report takes one page, an http or https address as --url, and no --map")
        body = _body(Path(args[0]))
        if body is None:
            sys.stderr.write(_unreadable(args[0]))
            return 1
        _, post = _read(body, url=opts.url, platform=opts.platform, score=False)
        url = None if opts.url == NOWHERE else opts.url
        try:
            with opts.report.open("xb") as file:
                file.write(page_report(body, post.to_json(), url=url, platform_name=opts.platform))
        except FileExistsError:
            sys.stderr.write(f"{opts.report} exists; name a new file, or remove it first\n")
            return 1
        except OSError as error:
            sys.stderr.write(f"{opts.report}: cannot be written: {error.strerror}\n")
            return 1
        sys.stdout.write(advice(opts.report, body))
        return 0


def _lines(read: Callable[[str], str | None], paths: list[str]) -> Iterator[str | None]:
    if len(paths) <= FEW_PAGES:
        yield from map(read, paths)
        return
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("forkserver")) as pool:
        yield from pool.map(read, paths, chunksize=4)


def _line(path: str, *, url: str, platform: str | None, score: bool) -> str | None:
    """Return the record on a saved page as a line of JSON; `None` when the file cannot be read."""
    body = _body(Path(path))
    if body is None:
        return None
    read, post = _read(body, url=url, platform=platform, score=score)
    record = _for_score(path, read, post) if score else post.to_json()
    return json.dumps(record, ensure_ascii=False)


def _read(body: bytes, *, url: str, platform: str | None, score: bool) -> tuple[ReadPost, Post]:
    """Return what a saved page says, and the record of it."""
    page = Page(url=url, body=body, fetched=datetime.now(UTC), headers={})
    made_by = PLATFORMS[platform] if platform else recognise(page)
    read = made_by.read(page)
    if score:  # a benchmark asks what can be read, not what may be kept
        read = replace(read, status="whole")
    return read, place(read, platform=made_by.name, fetched=page.fetched)


def _unreadable(path: str) -> str:
    return f"{path}: cannot be read as a saved page; give HTML, or HTML packed by gzip\n"


def _body(path: Path) -> bytes | None:
    try:
        if path.suffix != ".gz":
            return path.read_bytes()[:MAX_BYTES]
        with gzip.open(path) as packed:
            return packed.read(MAX_BYTES)
    except (OSError, EOFError):
        return None


def _for_score(path: str, read: ReadPost, post: Post) -> dict[str, Any]:
    thread = read.thread
    shown = (
        {comment_id(read.url, thread.system, native_key(each)): each for each in thread.comments} if thread else {}
    )
    comments = [
        {
            "author": each.author,
            "date": _day(each),
            "date_raw": shown[each.id].date_shown if each.id in shown else None,
            "text": each.text,
            "depth": each.depth,
        }
        for each in post.comments
        if not each.deleted
    ]
    return {
        "page_id": Path(path).name.removesuffix(".gz").removesuffix(".html"),
        "title": post.title,
        "author": post.author,
        "date": _day(post),
        "text": post.text,
        "comments": comments,
    }


def _day(record: Post | Comment) -> str | None:
    """Return the date as the scorer compares it; `None` where not even the day is known."""
    if record.published is None or record.published_precision in {"month", "year"}:
        return None
    return record.published.date().isoformat()
