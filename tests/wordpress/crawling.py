"""Run `scrapy crawl blog` as cron does: another process, a real site, an archive directory."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

CRAWL_SECONDS = 240
#: A crawl of a site of ours: loopback is allowed, no pause between requests, and each test indexes when it wants to.
SETTINGS = {"ALLOWED_PRIVATE": "127.0.0.1", "DOWNLOAD_DELAY": "0", "INDEX_SECONDS": "0"}


@dataclass(frozen=True)
class Crawl:
    """A crawl that is running."""

    process: subprocess.Popen[str]
    log: Path

    @classmethod
    def start(cls, site: str, archive: Path, **arguments: str) -> "Crawl":
        """Start a crawl with arguments of `-a`."""
        command = [sys.executable, "-m", "scrapy", "crawl", "blog", "-a", f"site={site}"]
        for name, value in arguments.items():
            command += ["-a", f"{name}={value}"]
        for name, value in (SETTINGS | {"ARCHIVE_DIR": str(archive)}).items():
            command += ["-s", f"{name}={value}"]
        archive.mkdir(exist_ok=True)
        log = archive / f"crawl-{len(list(archive.glob('crawl-*')))}.log"
        with log.open("w", encoding="utf-8") as output:
            # A group of its own: killing it takes the worker processes too.
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | {"PYTHONWARNINGS": ""},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        return cls(process, log)

    def finish(self) -> None:
        """Wait for the end; fail with the log when the crawl did."""
        try:
            status = self.process.wait(CRAWL_SECONDS)
        finally:
            self.kill()
        assert status == 0, f"the crawl ended with status {status}:\n{self.tail()}"

    def kill(self) -> None:
        """End the crawl and its workers as a power cut does."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.process.wait()

    def tail(self) -> str:
        """Return the end of the log."""
        return self.log.read_text(encoding="utf-8")[-6_000:]


def crawl(site: str, archive: Path, **arguments: str) -> None:
    """Crawl a site to the end; fail with the log when the crawl did."""
    Crawl.start(site, archive, **arguments).finish()
