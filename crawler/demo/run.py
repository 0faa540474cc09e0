"""The demo, step by step: a little web is served, crawled, archived, and searched in a browser.

Exit status: 0 done; 1 a crawl failed or something is missing from the archive; 2 it could not be begun;
130 interrupted before the report.
"""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.archive import Archive
from archive.errors import ArchiveError
from crawler.demo.blogs.base import Blog
from crawler.demo.programs import DemoError, crawl, free_port, web_ui
from crawler.demo.report import report
from crawler.demo.web import LittleWeb

#: The blogs keep their addresses from run to run where they can, so that a kept archive stays one archive.
BLOGS_PORT = 8711

FAILED = 1
NOT_BEGUN = 2
INTERRUPTED = 128 + signal.SIGINT


def demonstrate(directory: Path | None, *, port: int, serve: bool) -> int:
    """Run the demo; return the exit status.

    The archive is kept in `directory`, nowhere when that is `None`. The web UI takes `port`, or the next free one.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _directory(directory) as kept, _little_web() as web:
            return _run(web, kept, port=port, serve=serve)
    except KeyboardInterrupt:
        _say("\nInterrupted.")
        return INTERRUPTED
    except (ArchiveError, DemoError, OSError) as error:
        sys.stderr.write(f"demo: {error}\n")
        return NOT_BEGUN


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt


@contextmanager
def _directory(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield wanted
        return
    with TemporaryDirectory(prefix="sales-archive-demo-") as directory:
        yield Path(directory)


@contextmanager
def _little_web() -> Iterator[LittleWeb]:
    try:
        web = LittleWeb(BLOGS_PORT)
    except OSError:
        web = LittleWeb()  # another demo, or another program, has these ports: any will do
    with web:
        yield web


def _run(web: LittleWeb, directory: Path, *, port: int, serve: bool) -> int:
    started = time.monotonic()
    _write_catalogue(directory, web.blogs)
    failed = [blog for blog in web.blogs if _crawl(blog, directory)]
    with Archive(directory) as archive:
        archive.sync()
        reports = report(archive, web.blogs)
    for site_report in reports:
        _say("", *site_report.lines())
    _say("", f"Done in {time.monotonic() - started:.0f} s.")
    if failed or not all(site_report.complete for site_report in reports):
        sys.stderr.write("demo: not everything was archived, see above\n")
        return FAILED
    if serve:
        _serve(directory, port)
    return 0


def _crawl(blog: Blog, directory: Path) -> bool:
    """Crawl a blog; tell whether it failed."""
    _say(f"scrapy crawl blog -a site={blog.base}/")
    status = crawl(f"{blog.base}/", directory)
    if status:
        sys.stderr.write(f"demo: the crawl of {blog.base}/ ended with status {status}\n")
    return status != 0


def _serve(directory: Path, wanted: int) -> None:
    port = free_port(wanted)
    if port != wanted:
        _say(f"Port {wanted} is taken.")
    with web_ui(directory, port) as process:
        _say("", f"Search it at http://127.0.0.1:{port}/ (Ctrl-C ends it).", "Try: cold call, gatekeeper, ghosts.")
        try:
            process.wait()
        except KeyboardInterrupt:
            _say()
            return
    raise DemoError(f"the web UI ended with status {process.returncode}")


def _write_catalogue(directory: Path, blogs: list[Blog]) -> None:
    """Name the blogs in the archive's own catalogue, as a user does for theirs."""
    directory.mkdir(parents=True, exist_ok=True)
    tables = [f'[[site]]\nurl = "{blog.base}/"\nname = "{blog.writing.title}"\n' for blog in blogs]
    (directory / "sites.toml").write_text("\n".join(tables), encoding="utf-8")


def _say(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
